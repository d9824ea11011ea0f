import { parsePipeline } from '../syntax/pipeline.ts';
import type { Expression } from '../syntax/tree.ts';
import { writtenPath } from '../writtenPath.ts';
import { addCondition, askedOfSeen, removeCondition } from './conditions.ts';
import { beginOf, isPath, literalOf, pathOf, typeTest, valueOf, type PickedValue } from './valueTest.ts';

/** A value that is left out; undefined for NULL, which is also what is missing. */
export type Excluded = PickedValue | undefined;

/** The query's text without the rows that hold a value. Those in which the column is NULL stay: nothing else is taken out. */
export function addExclusion(text: string, path: string, value: Excluded): string {
  return addCondition(text, conditionOf(path, value));
}

/** The query's text without those conditions that leave values out which `isWanted` says. */
export function removeExclusions(text: string, path: string, isWanted: (value: Excluded) => boolean): string {
  const column = writtenPath(path);
  let rest = text;
  for (;;) {
    const old = exclusionsOf(rest).find((one) => one.path === column && isWanted(one.value));
    if (old === undefined) return rest;
    rest = removeCondition(rest, old.operand);
  }
}

/** The same value, as the page that lists it sees it: a number of a table may be asked for as a number or as a text. */
export function isSame(one: Excluded, other: Excluded): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.text === other.text && (one.kind === other.kind || !(one.typed ?? other.typed));
}

interface Exclusion {
  readonly path: string;
  readonly value: Excluded;
  readonly operand: Expression;
}

/** The conditions on the rows that can be seen which leave one value out. */
export function exclusionsOf(text: string): Exclusion[] {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return [];
  return askedOfSeen(text, parsed.query.operators).flatMap((operand) => {
    const exclusion = exclusionOf(operand, text);
    return exclusion ? [{ ...exclusion, operand }] : [];
  });
}

function conditionOf(path: string, value: Excluded): string {
  if (value === undefined) return `${path} IS NOT NULL`;
  if (value.cut) return `${beginOf(path, value)} IS DISTINCT FROM true`;
  const literal = literalOf(value);
  return value.typed
    ? `(${typeTest(path, value.kind, '<>')} OR ${path} <> ${literal})`
    : `${path} IS DISTINCT FROM ${literal}`;
}

function exclusionOf(expression: Expression, text: string): Omit<Exclusion, 'operand'> | undefined {
  switch (expression.kind) {
    case 'is': {
      const path = pathOf(expression.operand, text);
      const isNotNull = expression.test === 'null' && expression.negated;
      return isNotNull && path !== undefined && isPath(expression.operand, path, text)
        ? { path, value: undefined }
        : undefined;
    }
    case 'distinctness': {
      const { left, right, negated } = expression;
      const value = valueOf(right, text);
      const path = pathOf(left, text);
      if (negated || path === undefined || value === undefined || value.kind === 'time') return undefined;
      if (isPath(left, path, text)) return { path, value: { ...value, kind: value.kind } };
      const begin = value.kind === 'boolean' && value.text === 'true' ? beginIn(left, path, text) : undefined;
      return begin && { path, value: begin };
    }
    case 'logical':
      return typedExclusionOf(expression, text);
    default:
      return undefined;
  }
}

function beginIn(expression: Expression, path: string, text: string): PickedValue | undefined {
  if (expression.kind !== 'call' || expression.name.name.toLowerCase() !== 'starts_with') return undefined;
  const [column, begin] = expression.arguments;
  const value = expression.arguments.length === 2 && isPath(column, path, text) && valueOf(begin, text);
  return value && value.kind === 'text' ? { kind: 'text', text: value.text, cut: true } : undefined;
}

/** Another type, or another value: `(typeof(a) <> 'number' OR a <> 1)`. */
function typedExclusionOf(
  { operator, operands }: Extract<Expression, { kind: 'logical' }>,
  text: string,
): Omit<Exclusion, 'operand'> | undefined {
  const [test, other] = operands;
  if (operator !== 'or' || operands.length !== 2) return undefined;
  if (test.kind !== 'comparison' || test.operator !== '<>') return undefined;
  if (other.kind !== 'comparison' || other.operator !== '<>') return undefined;
  const path = pathOf(other.left, text);
  const value = valueOf(other.right, text);
  if (path === undefined || value === undefined || value.kind === 'time') return undefined;
  const written = text.slice(other.left.from, other.left.to);
  const isTest = text.slice(test.from, test.to) === typeTest(written, value.kind, '<>');
  return isTest && isPath(other.left, path, text)
    ? { path, value: { ...value, kind: value.kind, typed: true } }
    : undefined;
}
