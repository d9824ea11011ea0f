import { parsePipeline } from '../syntax/pipeline.ts';
import type { Expression } from '../syntax/tree.ts';
import { writeText } from '../write.ts';
import { writtenPath } from '../writtenPath.ts';
import { addCondition, askedOfSeen, removeCondition } from './conditions.ts';
import { addExclusion, exclusionsOf, isSame, removeExclusions, type Excluded } from './exclude.ts';
import {
  beginOf,
  isPath,
  literalOf,
  pathOf,
  typeOf,
  typeTest,
  valueOf,
  type PickedValue,
} from './valueTest.ts';

/** Numbers or times from one edge up to, and without, another. */
export interface PickedRange {
  readonly kind: 'number' | 'time';
  /** A number as a query writes it, or what stands in the quotes of a TIMESTAMP; undefined where it is open. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly typed?: true | undefined;
}

/** Which of a column's values are wanted: any of these. */
export interface ValuePick {
  readonly ranges: readonly PickedRange[];
  readonly values: readonly PickedValue[];
  /** NULL, which is also what is missing. */
  readonly nulls: boolean;
}

/** What is picked in a plot: structurally the protocol's. */
export interface PickEdit {
  readonly kind: 'pick';
  readonly path: string;
  readonly pick: ValuePick;
}

/** A value that is listed is left out, or no longer: structurally the protocol's. */
export interface ExcludeEdit {
  readonly kind: 'exclude' | 'include';
  readonly path: string;
  readonly value: Excluded;
}

/** What is chosen of a column, as far as the conditions on the rows that can be seen say so. */
export interface ColumnChoice {
  readonly path: string;
  readonly pick: ValuePick;
  /** What is left out. */
  readonly excluded: Pick<ValuePick, 'values' | 'nulls'>;
}

const nothing: ValuePick = { ranges: [], values: [], nulls: false };

/**
 * The query's text with a column's picked values in place of those that were picked before; an empty pick takes them
 * away. What is picked is left out no longer. What else is said of the column stays.
 */
export function pickQuery(text: string, { path, pick }: PickEdit): string {
  // Where all that is wanted is named, nothing is left to be left out.
  const isNamed = pick.ranges.length === 0 && (pick.values.length > 0 || pick.nulls);
  const rest = removeExclusions(withoutPicks(text, path), path, (value) => isNamed || holds(pick, value));
  const condition = conditionOf(path, pick);
  return condition === '' ? rest : addCondition(rest, condition);
}

/** The query's text without the rows that hold a value, which is picked no longer; or with them again. */
export function excludeQuery(text: string, { kind, path, value }: ExcludeEdit): string {
  if (kind === 'include') return removeExclusions(text, path, (one) => isSame(one, value));
  const column = writtenPath(path);
  const { pick = nothing } = picksOf(text).find((choice) => choice.path === column) ?? {};
  if (!holds(pick, value)) return addExclusion(text, path, value);
  const left: ValuePick = {
    ranges: pick.ranges,
    values: pick.values.filter((one) => !isSame(one, value)),
    nulls: pick.nulls && value !== undefined,
  };
  const condition = conditionOf(path, left);
  const rest = withoutPicks(text, path);
  const picked = condition === '' ? rest : addCondition(rest, condition);
  // Values that are named hold no other; a range may.
  return condition === '' || left.ranges.length > 0 ? addExclusion(picked, path, value) : picked;
}

function withoutPicks(text: string, path: string): string {
  const column = writtenPath(path);
  let rest = text;
  for (;;) {
    const old = pickedOperands(rest).find((operand) => operand.path === column);
    if (old === undefined) return rest;
    rest = removeCondition(rest, old.operand);
  }
}

function holds({ values, nulls }: ValuePick, value: Excluded): boolean {
  return value === undefined ? nulls : values.some((one) => isSame(one, value));
}

export function picksOf(text: string): ColumnChoice[] {
  const choices = new Map<string, ColumnChoice>();
  const choiceOf = (path: string): ColumnChoice =>
    choices.get(path) ?? { path, pick: nothing, excluded: { values: [], nulls: false } };
  for (const { path, pick } of pickedOperands(text)) {
    const known = choices.get(path);
    choices.set(path, { ...choiceOf(path), pick: known ? both(known.pick, pick) : pick });
  }
  for (const { path, value } of exclusionsOf(text)) {
    const known = choiceOf(path);
    const { values, nulls } = known.excluded;
    const excluded = value ? { values: [...values, value], nulls } : { values, nulls: true };
    choices.set(path, { ...known, excluded });
  }
  return [...choices.values()];
}

/** `a >= 1 AND a < 5` are two conditions, and one range. */
function both(one: ValuePick, other: ValuePick): ValuePick {
  const [low, high] = one.ranges.at(0)?.from === undefined ? [other, one] : [one, other];
  const [from, to] = [low.ranges.at(0), high.ranges.at(0)];
  return from && to ? { ...nothing, ranges: [{ ...from, to: to.to }] } : one;
}

function conditionOf(path: string, { ranges, values, nulls }: ValuePick): string {
  const whole = values.filter(({ cut }) => !cut);
  const typed = [...new Set(whole.filter((value) => value.typed).map(({ kind }) => kind))];
  const parts = [
    ...ranges.map((range) => rangeOf(path, range)),
    ...valuesOf(
      path,
      whole.filter((value) => !value.typed),
    ),
    ...typed.flatMap((type) => {
      const own = whole.filter((value) => value.typed && value.kind === type);
      return valuesOf(path, own).map((condition) => `${typeTest(path, type, '=')} AND ${condition}`);
    }),
    ...values.filter(({ cut }) => cut).map((value) => beginOf(path, value)),
    ...(nulls ? [`${path} IS NULL`] : []),
  ];
  const isOne = parts.length === 1 && typed.length === 0 && !ranges.some((range) => range.typed);
  return parts.length === 0 ? '' : isOne ? parts[0] : `(${parts.join(' OR ')})`;
}

function valuesOf(path: string, values: readonly PickedValue[]): string[] {
  const literals = values.map(literalOf);
  if (literals.length === 0) return [];
  return [literals.length > 1 ? `${path} IN (${literals.join(', ')})` : `${path} = ${literals[0]}`];
}

function rangeOf(path: string, { kind, from, to, typed }: PickedRange): string {
  const edge = (text: string): string => (kind === 'time' ? `TIMESTAMP ${writeText(text)}` : text);
  return [
    ...(typed ? [typeTest(path, typeOf(kind), '=')] : []),
    ...(from === undefined ? [] : [`${path} >= ${edge(from)}`]),
    ...(to === undefined ? [] : [`${path} < ${edge(to)}`]),
  ].join(' AND ');
}

interface PickedOperand {
  readonly path: string;
  readonly pick: ValuePick;
  readonly operand: Expression;
}

/** The conditions that a pick may have written. */
function pickedOperands(text: string): PickedOperand[] {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return [];
  return askedOfSeen(text, parsed.query.operators).flatMap((operand) => {
    const path = pathOf(operand, text);
    const pick = path === undefined ? undefined : pickOf(operand, path, text);
    return path === undefined || pick === undefined ? [] : [{ path, pick, operand }];
  });
}

/** The pick that an expression says; undefined where it says anything else. */
function pickOf(expression: Expression, path: string, text: string): ValuePick | undefined {
  switch (expression.kind) {
    case 'logical': {
      const typed = typedPickOf(expression, path, text);
      if (typed) return typed;
      const parts = expression.operands.map((operand) => pickOf(operand, path, text));
      if (parts.some((part) => part === undefined)) return undefined;
      const known = parts.filter((part) => part !== undefined);
      if (expression.operator === 'or') {
        return {
          ranges: known.flatMap(({ ranges }) => ranges),
          values: known.flatMap(({ values }) => values),
          nulls: known.some(({ nulls }) => nulls),
        };
      }
      return known.length === 2 ? edgesOf(known) : undefined;
    }
    case 'comparison': {
      const value = valueOf(expression.right, text);
      if (value === undefined || !isPath(expression.left, path, text)) return undefined;
      const { kind } = value;
      if (expression.operator === '=')
        return kind === 'time' ? undefined : { ...nothing, values: [{ ...value, kind }] };
      if (kind === 'text' || kind === 'boolean') return undefined;
      const from = expression.operator === '>=' ? value.text : undefined;
      const to = expression.operator === '<' ? value.text : undefined;
      return from === undefined && to === undefined
        ? undefined
        : { ...nothing, ranges: [{ kind, from, to }] };
    }
    case 'in': {
      if (expression.negated || !isPath(expression.operand, path, text)) return undefined;
      const values = expression.items.flatMap((item) => {
        const value = valueOf(item, text);
        return value === undefined || value.kind === 'time' ? [] : [{ ...value, kind: value.kind }];
      });
      return values.length === expression.items.length ? { ...nothing, values } : undefined;
    }
    case 'is':
      return expression.test === 'null' && !expression.negated && isPath(expression.operand, path, text)
        ? { ...nothing, nulls: true }
        : undefined;
    case 'call': {
      if (expression.name.name.toLowerCase() !== 'starts_with' || expression.arguments.length !== 2)
        return undefined;
      const [column, begin] = expression.arguments;
      const value = valueOf(begin, text);
      return value?.kind === 'text' && isPath(column, path, text)
        ? { ...nothing, values: [{ kind: 'text', text: value.text, cut: true }] }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** The range between two edges. */
function edgesOf([low, high]: readonly ValuePick[]): ValuePick | undefined {
  const areEdges = [low, high].every(
    ({ ranges, values, nulls }) => ranges.length === 1 && !nulls && values.length === 0,
  );
  return areEdges ? both(low, high) : undefined;
}

/** The pick of values of one type, whose test stands before it. */
function typedPickOf(
  { operator, operands: [test, ...rest] }: Extract<Expression, { kind: 'logical' }>,
  path: string,
  text: string,
): ValuePick | undefined {
  const isTest =
    operator === 'and' &&
    test.kind === 'comparison' &&
    test.operator === '=' &&
    test.left.kind === 'call' &&
    test.left.name.name.toLowerCase() === 'typeof' &&
    test.left.arguments.length === 1 &&
    isPath(test.left.arguments[0], path, text);
  if (!isTest || rest.length > 2) return undefined;
  const picks = rest.map((operand) => pickOf(operand, path, text)).filter((pick) => pick !== undefined);
  if (picks.length < rest.length) return undefined;
  const found = picks.length === 2 ? edgesOf(picks) : picks[0];
  const type = valueOf(test.right, text)?.text;
  const held = found ? [...found.ranges, ...found.values] : [];
  if (!found || found.nulls || !held.every(({ kind }) => typeOf(kind) === type)) return undefined;
  return {
    ...nothing,
    ranges: found.ranges.map((range) => ({ ...range, typed: true })),
    values: found.values.map((value) => ({ ...value, typed: true })),
  };
}
