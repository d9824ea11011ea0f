import { QueryError, type Span } from '../diagnostic.ts';
import { isAggregateCall, mapExpression, shapeOf, someExpression } from './walk.ts';
import type { Expression, NamedExpression, Operator, OrderKey, SelectItem, Star } from './tree.ts';

interface Clause<T> {
  readonly value: T;
  readonly span: Span;
}

/** The clauses of a classic SELECT, in the order in which they are written. */
export interface SelectClauses {
  readonly items: readonly SelectItem[] | undefined;
  readonly distinct: boolean;
  /** What FROM calls the file. */
  readonly alias: string | undefined;
  readonly where: Clause<Expression> | undefined;
  readonly groupBy: Clause<readonly NamedExpression[]> | undefined;
  readonly having: Clause<Expression> | undefined;
  readonly orderBy: Clause<readonly OrderKey[]> | undefined;
  readonly selectSpan: Span;
  readonly span: Span;
}

/**
 * Classic order becomes pipe order: WHERE, then AGGREGATE where there is a GROUP BY or an aggregate, HAVING as WHERE,
 * ORDER BY, SELECT, DISTINCT. ORDER BY comes before SELECT, so that it can use columns that SELECT drops; a name
 * that SELECT makes is replaced by its expression.
 */
export function rewriteSelect(clauses: SelectClauses): Operator[] {
  const { items, distinct, alias, where, groupBy, having, orderBy, selectSpan } = clauses;
  const operators: Operator[] = [];
  if (alias !== undefined) {
    operators.push({ kind: 'as', alias: { name: alias, quoted: true, ...selectSpan }, ...selectSpan });
  }
  if (where !== undefined) operators.push({ kind: 'where', condition: where.value, ...where.span });

  const named = (items ?? []).filter((item) => item.kind === 'named');
  const aggregates =
    groupBy !== undefined ||
    having !== undefined ||
    named.some((item) => someExpression(item.expression, isAggregateCall));
  if (aggregates) {
    operators.push(...rewriteAggregate(clauses, named));
  } else {
    // Without SELECT a number is no column's place: a constant, as in an operator of its own.
    const keys = orderBy?.value.map((key) =>
      items === undefined ? key : { ...key, expression: withoutAlias(key.expression, named) },
    );
    const select: Operator[] =
      items === undefined || isPlainStar(items) ? [] : [{ kind: 'select', items, ...selectSpan }];
    const order: Operator[] =
      keys === undefined || orderBy === undefined ? [] : [{ kind: 'order by', keys, ...orderBy.span }];
    // DISTINCT keeps the first of equal rows, so the order must come after it.
    if (distinct) operators.push(...select, { kind: 'distinct', ...selectSpan }, ...sorted(orderBy));
    else operators.push(...order, ...select);
  }
  return operators;
}

function sorted(orderBy: Clause<readonly OrderKey[]> | undefined): Operator[] {
  return orderBy === undefined ? [] : [{ kind: 'order by', keys: orderBy.value, ...orderBy.span }];
}

function isPlainStar(items: readonly SelectItem[]): boolean {
  return items.length === 1 && items[0].kind === 'star' && isWholeStar(items[0]);
}

function isWholeStar({ base, except, replace }: Star): boolean {
  return base === undefined && except.length + replace.length === 0;
}

/** `ORDER BY total` where SELECT has `price * count AS total`, and `ORDER BY 2` for its second item. */
function withoutAlias(expression: Expression, named: readonly NamedExpression[]): Expression {
  if (expression.kind === 'literal' && typeof expression.value === 'number') {
    const item = named.at(expression.value - 1);
    if (item === undefined || expression.value < 1) {
      throw new QueryError(expression, `SELECT has no column number ${expression.value}`);
    }
    return item.expression;
  }
  return mapExpression(expression, (node) => {
    if (node.kind !== 'column' || node.rest.length > 0) return undefined;
    return aliases(named).get(node.first.name)?.expression;
  });
}

const aliasesOf = new WeakMap<readonly NamedExpression[], ReadonlyMap<string, NamedExpression>>();

/** The items that have been given a name; of several with one name, the first. */
function aliases(named: readonly NamedExpression[]): ReadonlyMap<string, NamedExpression> {
  const known = aliasesOf.get(named);
  if (known !== undefined) return known;
  const found = new Map(
    named
      .filter(({ explicit }) => explicit)
      .toReversed()
      .map((item) => [item.name, item]),
  );
  aliasesOf.set(named, found);
  return found;
}

/**
 * Every aggregate that SELECT, HAVING or ORDER BY names becomes a column of one AGGREGATE, every grouping
 * expression another; what stands around them is computed from those columns.
 */
function rewriteAggregate(clauses: SelectClauses, named: readonly NamedExpression[]): Operator[] {
  const { items = [], distinct, groupBy, having, orderBy, selectSpan, span } = clauses;
  const star = items.find((item) => item.kind === 'star');
  if (star !== undefined) throw new QueryError(star, '* cannot be combined with an aggregate or GROUP BY');

  const keys = (groupBy?.value ?? []).map((key) => ({
    ...key,
    expression: withoutAlias(key.expression, named),
  }));
  const columns = new Map<string, NamedExpression>();
  const itemOf = firstByShape(named);
  const keyColumns = keys.map((key, at): NamedExpression => {
    const item = itemOf.get(shapeOf(key.expression));
    return {
      ...key,
      name: item?.name ?? key.name,
      explicit: item?.explicit ?? key.explicit,
      kind: 'named',
      ...{ at },
    };
  });

  const keyOf = firstByShape(keyColumns);

  function columnFor(call: Expression): Expression {
    const shape = shapeOf(call);
    const known = columns.get(shape);
    const name = known?.name ?? itemOf.get(shape)?.name ?? `aggregate ${columns.size + 1}`;
    if (known === undefined) {
      columns.set(shape, {
        kind: 'named',
        expression: call,
        name,
        explicit: true,
        from: call.from,
        to: call.to,
      });
    }
    return columnNamed(name, call);
  }
  function overColumns(expression: Expression): Expression {
    return mapExpression(expression, (node) => {
      const key = keyOf.size === 0 ? undefined : keyOf.get(shapeOf(node));
      if (key !== undefined) return columnNamed(key.name, node);
      return isAggregateCall(node) ? columnFor(node) : undefined;
    });
  }

  const selected = named.map((item) => ({ ...item, expression: overColumns(item.expression) }));
  const condition = having && overColumns(withoutAlias(having.value, named));
  const order = orderBy?.value.map((key) => ({
    ...key,
    expression: overColumns(withoutAlias(key.expression, named)),
  }));
  const operators: Operator[] = [
    { kind: 'aggregate', aggregates: [...columns.values()], groupBy: keyColumns, ...span },
  ];
  if (having !== undefined && condition !== undefined)
    operators.push({ kind: 'where', condition, ...having.span });
  if (orderBy !== undefined && order !== undefined)
    operators.push({ kind: 'order by', keys: order, ...orderBy.span });
  if (selected.length > 0) operators.push({ kind: 'select', items: selected, ...selectSpan });
  if (distinct) operators.push({ kind: 'distinct', ...selectSpan });
  return operators;
}

/** By what they say; of several that say the same, the first. */
function firstByShape(items: readonly NamedExpression[]): ReadonlyMap<string, NamedExpression> {
  return new Map(items.toReversed().map((item) => [shapeOf(item.expression), item]));
}

function columnNamed(name: string, span: Span): Expression {
  const { from, to } = span;
  return { kind: 'column', first: { name, quoted: true, from, to }, rest: [], from, to };
}
