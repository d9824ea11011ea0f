import { parsePipeline } from '../syntax/pipeline.ts';
import type { Expression } from '../syntax/tree.ts';
import { writeText } from '../write.ts';
import { writtenPath } from '../writtenPath.ts';
import { addCondition, askedOfSeen, removeCondition } from './conditions.ts';

/** Numbers or times from one edge up to, and without, another. */
export interface PickedRange {
  readonly kind: 'number' | 'time';
  /** A number as a query writes it, or what stands in the quotes of a TIMESTAMP; undefined where it is open. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly typed?: true | undefined;
}

export interface PickedValue {
  readonly kind: 'number' | 'text' | 'boolean';
  readonly text: string;
  /** Only the beginning is known. */
  readonly cut: boolean;
  /** Values of another type are equal to it: only those of its own are meant. */
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

/** A value that is listed is left out: structurally the protocol's. */
export interface ExcludeEdit {
  readonly kind: 'exclude';
  readonly path: string;
  readonly value: PickedValue;
}

const nothing: ValuePick = { ranges: [], values: [], nulls: false };

/**
 * The query's text with a column's picked values in place of those that were picked before; an empty pick takes them
 * away. What else is said of the column stays.
 */
export function pickQuery(text: string, { path, pick }: PickEdit): string {
  if (!parsePipeline(text).ok) throw new Error('The query has an error. Correct or clear it first.');
  const column = writtenPath(path);
  let rest = text;
  for (;;) {
    const old = pickedOperands(rest).find((operand) => operand.path === column);
    if (old === undefined) break;
    rest = removeCondition(rest, old.operand);
  }
  const condition = conditionOf(path, pick);
  return condition === '' ? rest : addCondition(rest, condition);
}

/** The query's text without the rows that hold a value. Those in which the column is NULL stay: nothing else is taken out. */
export function excludeQuery(text: string, { path, value }: ExcludeEdit): string {
  if (value.cut) return addCondition(text, `${beginOf(path, value)} IS DISTINCT FROM true`);
  const literal = literalOf(value);
  const condition = value.typed
    ? `(${typeTest(path, value.kind, '<>')} OR ${path} <> ${literal})`
    : `${path} IS DISTINCT FROM ${literal}`;
  return addCondition(text, condition);
}

/** What is picked of each column, as far as the conditions on the rows that can be seen say so. */
export function picksOf(text: string): { readonly path: string; readonly pick: ValuePick }[] {
  const picks = new Map<string, ValuePick>();
  for (const { path, pick } of pickedOperands(text)) {
    const known = picks.get(path);
    picks.set(path, known ? both(known, pick) : pick);
  }
  return [...picks].map(([path, pick]) => ({ path, pick }));
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

function beginOf(path: string, { text }: PickedValue): string {
  return `starts_with(${path}, ${writeText(text)})`;
}

function valuesOf(path: string, values: readonly PickedValue[]): string[] {
  const literals = values.map(literalOf);
  if (literals.length === 0) return [];
  return [literals.length > 1 ? `${path} IN (${literals.join(', ')})` : `${path} = ${literals[0]}`];
}

/** Whether a value is of a type, as those of JSON are: a time is a text there. */
function typeTest(path: string, type: PickedValue['kind'], operator: '=' | '<>'): string {
  return `typeof(${path}) ${operator} '${type}'`;
}

function rangeOf(path: string, { kind, from, to, typed }: PickedRange): string {
  const edge = (text: string): string => (kind === 'time' ? `TIMESTAMP ${writeText(text)}` : text);
  return [
    ...(typed ? [typeTest(path, typeOf(kind), '=')] : []),
    ...(from === undefined ? [] : [`${path} >= ${edge(from)}`]),
    ...(to === undefined ? [] : [`${path} < ${edge(to)}`]),
  ].join(' AND ');
}

function typeOf(kind: PickedRange['kind'] | PickedValue['kind']): PickedValue['kind'] {
  return kind === 'time' ? 'text' : kind;
}

function literalOf({ kind, text }: PickedValue): string {
  return kind === 'text' ? writeText(text) : text;
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
    const path = pathOf(operand);
    const pick = path === undefined ? undefined : pickOf(operand, path, text);
    return path === undefined || pick === undefined ? [] : [{ path, pick, operand }];
  });

  function pathOf(expression: Expression): string | undefined {
    switch (expression.kind) {
      case 'logical':
        return pathOf(expression.operands[0]);
      case 'comparison':
        return pathOf(expression.left);
      case 'in':
      case 'is':
        return pathOf(expression.operand);
      case 'call':
        return expression.arguments.length > 0 ? pathOf(expression.arguments[0]) : undefined;
      case 'column':
        return writtenPath(text.slice(expression.from, expression.to));
      default:
        return undefined;
    }
  }
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

function isPath(expression: Expression, path: string, text: string): boolean {
  return expression.kind === 'column' && writtenPath(text.slice(expression.from, expression.to)) === path;
}

function valueOf(
  expression: Expression,
  text: string,
): { readonly kind: PickedValue['kind'] | 'time'; readonly text: string; readonly cut: false } | undefined {
  const written = text.slice(expression.from, expression.to);
  const isNegative = expression.kind === 'negative' && expression.operand.kind === 'literal';
  if (isNegative) return { kind: 'number', text: written, cut: false };
  if (expression.kind !== 'literal') return undefined;
  const time = /^TIMESTAMP\s+'([^']*)'$/i.exec(written);
  if (time) return { kind: 'time', text: time[1], cut: false };
  const { value } = expression;
  if (typeof value === 'string') return { kind: 'text', text: value, cut: false };
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value), cut: false };
  return /^[-\d.]/.test(written) ? { kind: 'number', text: written, cut: false } : undefined;
}
