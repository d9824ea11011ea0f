import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { FieldList } from './predicate/fields.ts';
import { compilePredicate, type Predicate } from './predicate/predicate.ts';
import type { ZoneCondition } from './predicate/zones.ts';
import type { Expression, Operator, Query } from './syntax/tree.ts';
import { someExpression } from './syntax/walk.ts';
import { expressionsOf } from './validate.ts';

/** A query made ready for a file of a layout. It holds scratch memory: one plan a thread. */
export interface Plan {
  /** The leading WHEREs as one; undefined where there is none, and then malformed records are to be left out. */
  readonly where: Predicate | undefined;
  /** What is left for the stages, in order. */
  readonly operators: readonly Operator[];
  /**
   * `records`: every row is a whole record as it stands. `rows`: every row comes from one record, and can be
   * computed from it alone. `table`: anything else.
   */
  readonly shape: 'records' | 'rows' | 'table';
  /** What a scan must find for `where` and the operators; those of `where` come first. */
  readonly fields: readonly FieldRequest[];
  /** Whether malformed records take part. */
  readonly needsFaulty: boolean;
  /** Whether absolute record or line numbers must be known. */
  readonly needsPosition: boolean;
  /** Each of them holds for every record that `where` takes. */
  readonly zones: readonly ZoneCondition[];
}

export function planQuery(query: Query, layout: Layout): Plan {
  const aliases = new Set<string>();
  const conditions: Expression[] = [];
  let at = 0;
  for (; at < query.operators.length; at++) {
    const operator = query.operators[at];
    if (operator.kind === 'as') aliases.add(operator.alias.name);
    else if (operator.kind === 'where') conditions.push(operator.condition);
    else break;
  }
  const operators = query.operators.slice(at);
  const needsFaulty = mentions(query, ['_error']);
  const needsPosition = mentions(query, ['_record', '_line', '_offset']);
  const fields = new FieldList();
  const compiled =
    conditions.length === 0 ? undefined : compilePredicate(conditions, layout, aliases, fields, needsFaulty);
  return {
    where: compiled?.predicate,
    operators,
    shape: shapeOf(operators),
    fields: fields.requests(),
    needsFaulty,
    needsPosition,
    zones: compiled?.zones ?? [],
  };
}

const recordOperators: ReadonlySet<Operator['kind']> = new Set([
  'where',
  'limit',
  'tablesample',
  'as',
] as const);
const rowOperators: ReadonlySet<Operator['kind']> = new Set([
  'select',
  'extend',
  'set',
  'drop',
  'rename',
] as const);

function shapeOf(operators: readonly Operator[]): Plan['shape'] {
  if (operators.every((operator) => recordOperators.has(operator.kind))) return 'records';
  const rowLocal = operators.every(
    (operator) =>
      (recordOperators.has(operator.kind) || rowOperators.has(operator.kind)) &&
      !expressionsOf(operator).some(({ expression }) => someExpression(expression, isWindowCall)),
  );
  return rowLocal ? 'rows' : 'table';
}

function isWindowCall(node: Expression): boolean {
  return node.kind === 'call' && node.over !== undefined;
}

function mentions(query: Query, names: readonly string[]): boolean {
  const isNamed = (node: Expression): boolean =>
    node.kind === 'column' && !node.first.quoted && names.includes(node.first.name);
  return query.operators.some((operator) =>
    expressionsOf(operator).some(({ expression }) => someExpression(expression, isNamed)),
  );
}
