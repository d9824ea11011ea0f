import { said } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';
import { refuseConstants } from './call.ts';
import { isAggregateCall, mapExpression, shapeOf, someExpression, visitExpression } from './walk.ts';
import { columnNamed, WindowColumns } from './windowColumns.ts';
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
  readonly qualify: Clause<Expression> | undefined;
  readonly orderBy: Clause<readonly OrderKey[]> | undefined;
  readonly selectSpan: Span;
  readonly span: Span;
}

/**
 * Classic order becomes pipe order: WHERE, then AGGREGATE where there is a GROUP BY or an aggregate, HAVING as WHERE,
 * windows where something uses them that comes before SELECT, QUALIFY as WHERE, ORDER BY, SELECT, DISTINCT. ORDER BY
 * comes before SELECT, so that it can use columns that SELECT drops; a name that SELECT makes is replaced by its
 * expression.
 */
export function rewriteSelect(clauses: SelectClauses): Operator[] {
  const { items, distinct, alias, where, groupBy, having, qualify, selectSpan } = clauses;
  const operators: Operator[] = [];
  if (alias !== undefined) {
    operators.push({ kind: 'as', alias: { name: alias, quoted: true, ...selectSpan }, ...selectSpan });
  }
  if (where !== undefined) operators.push({ kind: 'where', condition: where.value, ...where.span });

  const named = (items ?? []).filter((item) => item.kind === 'named');
  if (qualify !== undefined && ![qualify.value, ...named.map(expressionOf)].some(hasWindow)) {
    throw new QueryError(
      qualify.span,
      said`QUALIFY needs a window function; use WHERE for conditions on rows`,
    );
  }
  const orderBy = withAll(clauses.orderBy, items);
  const names = new SelectNames(items, where?.value);
  const aggregates =
    groupBy !== undefined ||
    having !== undefined ||
    named.some((item) => someExpression(item.expression, isAggregateCall));
  if (aggregates) {
    operators.push(...rewriteAggregate({ ...clauses, orderBy }, named, names));
    return operators;
  }
  if (items === undefined && orderBy !== undefined) refuseConstants(orderBy.value);
  if (distinct && qualify === undefined) {
    // DISTINCT keeps the first of equal rows, so the order must come after it.
    const outputs = orderBy?.value.map((key) => ({ ...key, expression: names.output(key.expression) }));
    const select: Operator[] =
      items === undefined || isPlainStar(items) ? [] : [{ kind: 'select', items, ...selectSpan }];
    operators.push(...select, { kind: 'distinct', ...selectSpan }, ...sorted(outputs, orderBy));
    return operators;
  }
  const keys = orderBy?.value.map((key) =>
    items === undefined || distinct ? key : { ...key, expression: names.orderKey(key.expression) },
  );
  const condition = qualify && { ...qualify, value: names.inside(qualify.value) };
  const tail = afterWindows({ ...clauses, qualify: condition }, items, distinct ? undefined : keys);
  operators.push(...tail);
  if (distinct) {
    const outputs = keys?.map((key) => ({ ...key, expression: names.output(key.expression) }));
    operators.push({ kind: 'distinct', ...selectSpan }, ...sorted(outputs, orderBy));
  }
  return operators;
}

/** QUALIFY, ORDER BY and SELECT, behind the windows that they use: see {@link WindowColumns}. */
function afterWindows(
  { qualify, orderBy, alias, selectSpan }: SelectClauses,
  items: readonly SelectItem[] | undefined,
  keys: readonly OrderKey[] | undefined,
): Operator[] {
  const windows = new WindowColumns();
  const isMoved = qualify !== undefined || keys !== undefined;
  const over = (expression: Expression): Expression => (isMoved ? windows.over(expression) : expression);
  const selected = items?.map((item) =>
    item.kind === 'named' ? { ...item, expression: over(item.expression) } : item,
  );
  const condition = qualify && over(qualify.value);
  const sorting = keys?.map((key) => ({ ...key, expression: over(key.expression) }));
  const operators = windows.computed(selectSpan);
  if (qualify !== undefined && condition !== undefined)
    operators.push({ kind: 'where', condition, ...qualify.span });
  operators.push(...sorted(sorting, orderBy));
  if (selected === undefined || isPlainStar(selected)) operators.push(...windows.dropped(selectSpan));
  else operators.push({ kind: 'select', items: windows.without(selected, alias), ...selectSpan });
  return operators;
}

function sorted(keys: readonly OrderKey[] | undefined, orderBy: Clause<unknown> | undefined): Operator[] {
  return keys === undefined || orderBy === undefined ? [] : [{ kind: 'order by', keys, ...orderBy.span }];
}

function expressionOf({ expression }: NamedExpression): Expression {
  return expression;
}

function hasWindow(expression: Expression): boolean {
  return someExpression(expression, (node) => node.kind === 'call' && node.over !== undefined);
}

/** `ORDER BY ALL`: by every item of SELECT, one after the other, unless one of them is called so. */
function withAll(
  orderBy: SelectClauses['orderBy'],
  items: readonly SelectItem[] | undefined,
): SelectClauses['orderBy'] {
  if (orderBy === undefined || items === undefined || !isAll(orderBy.value)) return orderBy;
  const [key] = orderBy.value;
  if (items.some((item) => item.kind === 'named' && item.name.toLowerCase() === 'all')) return orderBy;
  if (items.some(({ kind }) => kind === 'star')) {
    throw new QueryError(key, said`ORDER BY ALL needs the columns of SELECT by name; write ORDER BY a, b`);
  }
  const { from, to } = key;
  const value = items.map((_, at) => ({
    ...key,
    expression: { kind: 'literal' as const, value: at + 1, from, to },
  }));
  return { ...orderBy, value };
}

function isPlainStar(items: readonly SelectItem[]): boolean {
  return items.length === 1 && items[0].kind === 'star' && isWholeStar(items[0]);
}

function isWholeStar({ base, except, replace }: Star): boolean {
  return base === undefined && except.length + replace.length === 0;
}

/**
 * What names and numbers in the other clauses stand for, as in DuckDB. A name may be that of a column and of an item of SELECT,
 * and what columns there are is not known here: those are that SELECT and WHERE use, which see no names of SELECT.
 */
class SelectNames {
  readonly #items: readonly SelectItem[];
  readonly #named: readonly NamedExpression[];
  /** The items that have been given a name; of several with one name, the first. */
  readonly #given: ReadonlyMap<string, NamedExpression>;
  readonly #columns: ReadonlySet<string>;

  constructor(items: readonly SelectItem[] | undefined, where: Expression | undefined) {
    this.#items = items ?? [];
    this.#named = this.#items.filter((item) => item.kind === 'named');
    this.#given = new Map(
      this.#named
        .filter(({ explicit }) => explicit)
        .toReversed()
        .map((item) => [item.name, item]),
    );
    const columns = new Set<string>();
    for (const expression of [...this.#named.map((item) => item.expression), ...(where ? [where] : [])]) {
      visitExpression(expression, (node) => {
        if (node.kind === 'column') columns.add(node.first.name);
      });
    }
    this.#columns = columns;
  }

  /** `GROUP BY 2` is the second item. A name alone is that of a column, and else that of an item. */
  groupKey(expression: Expression): Expression {
    const isColumn = expression.kind === 'column' && this.#columns.has(expression.first.name);
    const item = this.#numbered(expression) ?? (isColumn ? undefined : this.#givenAs(expression));
    return item?.expression ?? expression;
  }

  /** `ORDER BY 2` is the second item. A name alone is that of an item first, one in an expression that of a column. */
  orderKey(expression: Expression, isKey?: (node: Expression) => boolean): Expression {
    const item = this.#numbered(expression) ?? this.#givenAs(expression);
    return item?.expression ?? this.inside(expression, isKey);
  }

  /**
   * With names of items replaced by what those are, but for names of columns.
   * @param isKey of groups: whether something is a key of theirs, which stays; then a column that is none is no column
   */
  inside(expression: Expression, isKey?: (node: Expression) => boolean): Expression {
    return mapExpression(expression, (node) => {
      // What an aggregate is made of are the rows of the file.
      if (isKey && (isKey(node) || isAggregateCall(node))) return node;
      const isColumn = !isKey && node.kind === 'column' && this.#columns.has(node.first.name);
      return isColumn ? undefined : this.#givenAs(node)?.expression;
    });
  }

  /** The column of the rows behind SELECT that a key of ORDER BY is. */
  output(expression: Expression): Expression {
    const shape = shapeOf(expression);
    const item =
      this.#numbered(expression) ??
      (this.#givenAs(expression) ? undefined : this.#named.find((one) => shapeOf(one.expression) === shape));
    if (item === undefined) return expression;
    // Of items with one name, the later ones get a number.
    const taken = new Set<string>();
    for (const one of this.#named) {
      let { name } = one;
      for (let copy = 2; taken.has(name); copy++) name = `${one.name}_${copy}`;
      taken.add(name);
      if (one === item) return columnNamed(name, expression);
    }
    return expression;
  }

  #givenAs(expression: Expression): NamedExpression | undefined {
    if (expression.kind !== 'column' || expression.rest.length > 0) return undefined;
    return this.#given.get(expression.first.name);
  }

  /** @throws QueryError where there is no item of that number */
  #numbered(expression: Expression): NamedExpression | undefined {
    if (expression.kind !== 'literal' || typeof expression.value !== 'number') return undefined;
    const number = expression.value;
    const item = number < 1 || !Number.isInteger(number) ? undefined : this.#items.at(number - 1);
    if (this.#items.slice(0, number).some(({ kind }) => kind === 'star')) {
      throw new QueryError(
        expression,
        said`how many columns * has is not known here: write the name instead of ${number}`,
      );
    }
    if (item?.kind !== 'named') throw new QueryError(expression, said`SELECT has no column number ${number}`);
    return item;
  }
}

/**
 * Every aggregate that SELECT, HAVING or ORDER BY names becomes a column of one AGGREGATE, every grouping
 * expression another; what stands around them is computed from those columns.
 */
function rewriteAggregate(
  clauses: SelectClauses,
  named: readonly NamedExpression[],
  names: SelectNames,
): Operator[] {
  const { items = [], distinct, groupBy, having, qualify, orderBy, selectSpan, span } = clauses;
  const star = items.find((item) => item.kind === 'star');
  if (star !== undefined)
    throw new QueryError(star, said`* cannot be combined with an aggregate or GROUP BY`);

  const given = groupBy?.value ?? [];
  const keys = isAll(given)
    ? named.filter((item) => !someExpression(item.expression, isAggregateCall))
    : given.map((key) => ({ ...key, expression: names.groupKey(key.expression) }));
  const columns = new Map<string, NamedExpression>();
  const itemOf = firstByShape(named);
  const taken = new Set<string>();
  const untaken = (wanted: string): string => {
    let name = wanted;
    for (let copy = 2; taken.has(name); copy++) name = `${wanted} ${copy}`;
    taken.add(name);
    return name;
  };
  const keyColumns = keys.map((key, at): NamedExpression => {
    const { name: wanted, explicit } = itemOf.get(shapeOf(key.expression)) ?? key;
    const name = untaken(wanted);
    return {
      ...key,
      name,
      explicit: explicit || name !== wanted,
      kind: 'named',
      ...{ at },
    };
  });

  const keyOf = firstByShape(keyColumns);

  function columnFor(call: Expression): Expression {
    const shape = shapeOf(call);
    const known = columns.get(shape);
    const name = known?.name ?? untaken(itemOf.get(shape)?.name ?? `aggregate ${columns.size + 1}`);
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
  const shapes = new Set(keys.map(({ expression }) => shapeOf(expression)));
  const isKey = (node: Expression): boolean => shapes.size > 0 && shapes.has(shapeOf(node));
  // DuckDB: a name in HAVING is that of an item, also where what it stands in is a key; but for a name that is a key.
  const isKeyName = (node: Expression): boolean => node.kind === 'column' && isKey(node);
  const condition = having && overColumns(names.inside(having.value, isKeyName));
  const order = orderBy?.value.map((key) => ({
    ...key,
    expression: overColumns(names.orderKey(key.expression, isKey)),
  }));
  const operators: Operator[] = [
    { kind: 'aggregate', aggregates: [...columns.values()], groupBy: keyColumns, ...span },
  ];
  if (having !== undefined && condition !== undefined)
    operators.push({ kind: 'where', condition, ...having.span });
  const chosen = qualify && { ...qualify, value: overColumns(names.inside(qualify.value, isKeyName)) };
  const outputs = selected.length > 0 ? selected : undefined;
  operators.push(...afterWindows({ ...clauses, qualify: chosen }, outputs, order));
  if (distinct) operators.push({ kind: 'distinct', ...selectSpan });
  return operators;
}

/** `GROUP BY ALL`: by every item of SELECT that has no aggregate in it; `ORDER BY ALL`: by every item. */
function isAll(keys: readonly { readonly expression: Expression }[]): boolean {
  const [expression] = keys.map((key) => key.expression);
  if (keys.length !== 1 || expression.kind !== 'column') return false;
  const { first, rest } = expression;
  return !first.quoted && rest.length === 0 && first.name.toLowerCase() === 'all';
}

/** By what they say; of several that say the same, the first. */
function firstByShape(items: readonly NamedExpression[]): ReadonlyMap<string, NamedExpression> {
  return new Map(items.toReversed().map((item) => [shapeOf(item.expression), item]));
}
