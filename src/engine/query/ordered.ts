import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Expression, Operator, OrderKey, Query } from './syntax/tree.ts';
import { childrenOf, visitExpression } from './syntax/walk.ts';

/** A field of the file whose values are put in an order as they stand. */
export interface OrderedField {
  readonly column: Column;
  /** Which of its values is asked for, or comes first. */
  readonly first: 'smallest' | 'largest';
  readonly path: FieldRequest['path'];
}

/**
 * Where a query puts fields of the file in an order: ORDER BY, `min`, `max` and the like. One of which a condition has
 * chosen values is left out, since those that are no numbers may be gone.
 */
export function orderedFields({ operators }: Query, layout: Layout): OrderedField[] {
  const found: OrderedField[] = [];
  const chosen = new Set<number>();
  const origins = new Origins(layout, itself);
  const choose = (condition: Expression, into: Set<number>): void => {
    for (const column of columnsAsked(condition)) for (const field of origins.of(column)) into.add(field);
  };
  for (const operator of operators) {
    if (operator.kind === 'where') choose(operator.condition, chosen);
    for (const { column, first, filter } of orderedIn(operator)) {
      const among = new Set(chosen);
      if (filter) choose(filter, among);
      for (const field of origins.of(column))
        if (!among.has(field))
          found.push({ column, first, path: origins.placeOf(column) ?? origins.pathOf(field) });
    }
    origins.pass(operator);
  }
  return found;
}

function* itself(node: Expression): Generator<Expression> {
  if (node.kind === 'column' || node.kind === 'call') yield node;
}

/** The columns of which a condition asks more than whether something is there. */
function columnsAsked(node: Expression): Column[] {
  if (node.kind === 'column') return [node];
  if (node.kind === 'is' && node.operand.kind === 'column') return [];
  return childrenOf(node).flatMap(columnsAsked);
}

interface Ordered {
  readonly column: Column;
  readonly first: OrderedField['first'];
  /** Of the rows that are looked at. */
  readonly filter?: Expression | undefined;
}

function* orderedIn(operator: Operator): Generator<Ordered> {
  if (operator.kind === 'order by') yield* ofKeys(operator.keys);
  for (const { expression } of expressionsOf(operator)) {
    const calls: Ordered[] = [];
    visitExpression(expression, (node) => calls.push(...ofCall(node)));
    yield* calls;
  }
}

function* ofCall(node: Expression): Generator<Ordered> {
  if (node.kind !== 'call') return;
  const { filter } = node;
  for (const key of ofKeys(node.orderBy)) yield { ...key, filter };
  if (node.over) yield* ofKeys(node.over.orderBy);
  const name = node.name.name.toLowerCase();
  const first = extremes.get(name);
  if (first === undefined) return;
  const compared = name.startsWith('arg_') ? node.arguments.slice(1) : node.arguments;
  for (const column of compared) if (column.kind === 'column') yield { column, first, filter };
}

function* ofKeys(keys: readonly OrderKey[]): Generator<Ordered> {
  for (const { expression, descending } of keys)
    if (expression.kind === 'column')
      yield { column: expression, first: descending ? 'largest' : 'smallest' };
}

const extremes: ReadonlyMap<string, OrderedField['first']> = new Map([
  ['min', 'smallest'],
  ['least', 'smallest'],
  ['max', 'largest'],
  ['greatest', 'largest'],
  ['arg_min', 'smallest'],
  ['arg_max', 'largest'],
]);
