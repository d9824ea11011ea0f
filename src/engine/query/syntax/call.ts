import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { numericText, type Numeric } from '../value/decimal.ts';
import { isNumeric } from '../value/value.ts';
import { reservedWords, type Cursor } from './cursor.ts';
import type { Call, Expression, Name, OrderKey, Window } from './tree.ts';

/** How an expression inside is read. */
export type ParseExpression = (cursor: Cursor) => Expression;

/** A function with its arguments, and what follows it as an aggregate or over a window. */
export function parseCall(cursor: Cursor, parse: ParseExpression): Call {
  const token = cursor.peek();
  if (reservedWords.has(token.value.toLowerCase())) cursor.expectName(said`a name`);
  cursor.next();
  const name: Name = { name: token.value, quoted: false, from: token.from, to: token.to };
  cursor.next();
  const distinct = cursor.takeWords('distinct');
  let star = false;
  const values: Expression[] = [];
  let orderBy: OrderKey[] = [];
  if (cursor.isSymbol('*')) {
    cursor.next();
    star = true;
  } else if (!cursor.isSymbol(')')) {
    do values.push(parse(cursor));
    while (cursor.takeSymbol(','));
    const isPart = /^substr(?:ing)?$/i.test(name.name) && (cursor.isWord('from') || cursor.isWord('for'));
    if (isPart && values.length === 1) values.push(...parseSubstringRest(cursor, parse));
    if (cursor.takeWords('order', 'by')) orderBy = parseOrderKeys(cursor, parse);
  }
  if (!cursor.isSymbol(')')) throw cursor.unexpected(said`, or ) after the arguments of ${name.name}`);
  cursor.next();
  if (distinct && values.length > 1 && /^count$/i.test(name.name)) {
    const all = cursor.text.slice(values[0].from, values.at(-1)?.to);
    throw new QueryError(
      cursor.spanFrom(token),
      said`count(DISTINCT …) takes one value; write count(DISTINCT [${all}])`,
    );
  }
  const within = parseWithinGroup(cursor, name, parse);
  let filter: Expression | undefined;
  if (cursor.isWord('filter') && cursor.isSymbol('(', 1)) {
    cursor.next();
    cursor.next();
    cursor.takeWords('where');
    filter = parse(cursor);
    cursor.expectSymbol(')', said`after the condition of FILTER`);
  }
  const over = cursor.isWord('over') ? parseWindow(cursor, parse) : undefined;
  return {
    kind: 'call',
    name: within ? { ...name, name: within.name } : name,
    arguments: within ? [within.value, ...values] : values,
    star,
    distinct,
    orderBy,
    filter,
    over,
    ...cursor.spanFrom(token),
  };
}

/** The rest of `substring(text FROM start FOR length)`, behind the text. */
function parseSubstringRest(cursor: Cursor, parse: ParseExpression): Expression[] {
  const { from, to } = cursor.peek();
  const start: Expression = cursor.takeWords('from')
    ? parse(cursor)
    : { kind: 'literal', value: 1, from, to };
  return cursor.takeWords('for') ? [start, parse(cursor)] : [start];
}

/** Aggregates that may be written with WITHIN GROUP, and what they are called otherwise. */
const withinGroup: ReadonlyMap<string, string> = new Map([
  ['percentile_cont', 'quantile_cont'],
  ['percentile_disc', 'quantile_disc'],
  ['mode', 'mode'],
]);

/** `percentile_cont(0.5) WITHIN GROUP (ORDER BY a)` is `quantile_cont(a, 0.5)`. */
function parseWithinGroup(
  cursor: Cursor,
  aggregate: Name,
  parse: ParseExpression,
): { readonly name: string; readonly value: Expression } | undefined {
  const name = withinGroup.get(aggregate.name.toLowerCase());
  if (name === undefined || !cursor.isWord('within') || !cursor.isWord('group', 1)) return undefined;
  cursor.takeWords('within', 'group');
  cursor.expectSymbol('(', said`after WITHIN GROUP`);
  cursor.expectWord('order', said`BY and a value after WITHIN GROUP`);
  cursor.expectWord('by', said`after ORDER`);
  const [key, ...more] = parseOrderKeys(cursor, parse);
  if (more.length > 0 || key.descending || key.nullsFirst) {
    throw new QueryError(
      more.at(0) ?? key,
      said`WITHIN GROUP takes one value, upwards; write ${name === 'mode' ? 'mode(a)' : `${name}(a, 0.95)`}`,
    );
  }
  cursor.expectSymbol(')', said`after the order of WITHIN GROUP`);
  return { name, value: key.expression };
}

function parseWindow(cursor: Cursor, parse: ParseExpression): Window {
  const start = cursor.next();
  cursor.expectSymbol('(', said`after OVER`);
  const partitionBy: Expression[] = [];
  if (cursor.takeWords('partition', 'by')) {
    do partitionBy.push(parse(cursor));
    while (cursor.takeSymbol(','));
  }
  const orderBy = cursor.takeWords('order', 'by') ? parseOrderKeys(cursor, parse) : [];
  refuseConstants(orderBy);
  if (cursor.isWord('range') || cursor.isWord('groups')) {
    const example = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
    throw new QueryError(
      cursor.peek(),
      said`${cursor.peek().value.toUpperCase()} is not supported in a window; write ${example}`,
    );
  }
  const hasFrame = cursor.takeWords('rows');
  const frame = hasFrame ? parseFrame(cursor) : { preceding: Infinity, following: Infinity };
  cursor.expectSymbol(')', said`after the window`);
  return { ...frame, hasFrame, partitionBy, orderBy, ...cursor.spanFrom(start) };
}

/** ROWS n PRECEDING, or ROWS BETWEEN bound AND bound. */
function parseFrame(cursor: Cursor): { preceding: number; following: number } {
  if (!cursor.takeWords('between')) {
    const start = cursor.peek();
    const preceding = -parseBound(cursor);
    if (preceding < 0)
      throw new QueryError(start, said`a window that begins after the current row needs BETWEEN … AND …`);
    return { preceding, following: 0 };
  }
  const start = cursor.peek();
  const first = parseBound(cursor);
  cursor.expectWord('and', said`and the end of the window`);
  const last = parseBound(cursor);
  if (first > last || first === Infinity || last === -Infinity) {
    throw new QueryError(cursor.spanFrom(start), said`the window ends before it begins`);
  }
  return { preceding: -first, following: last };
}

/** Rows from the current one: negative before it, positive after it. */
function parseBound(cursor: Cursor): number {
  if (cursor.takeWords('current', 'row')) return 0;
  const size = cursor.takeWords('unbounded')
    ? Infinity
    : cursor.expectCount(said`a number of rows, UNBOUNDED or CURRENT ROW`);
  if (cursor.takeWords('preceding')) return size === 0 ? 0 : -size;
  if (cursor.takeWords('following')) return size;
  throw cursor.unexpected(said`PRECEDING or FOLLOWING`);
}

/** What follows ORDER BY. */
export function parseOrderKeys(cursor: Cursor, parse: ParseExpression): OrderKey[] {
  const keys: OrderKey[] = [];
  do {
    const expression = parse(cursor);
    const descending = cursor.takeWords('desc');
    if (!descending) cursor.takeWords('asc');
    let nullsFirst = false;
    if (cursor.takeWords('nulls')) {
      nullsFirst = cursor.takeWords('first');
      if (!nullsFirst) cursor.expectWord('last', said`or FIRST after NULLS`);
    }
    keys.push({ expression, descending, nullsFirst, ...cursor.spanFrom(expression) });
  } while (cursor.takeSymbol(','));
  return keys;
}

/**
 * Refuses a number or a text by itself, which would order nothing: with no SELECT there is no item that a number counts.
 * @throws QueryError
 */
export function refuseConstants(keys: readonly OrderKey[]): void {
  for (const { expression } of keys) {
    if (expression.kind !== 'literal') continue;
    const { value } = expression;
    const instead =
      typeof value === 'string'
        ? said`write "${value}" for the column of that name`
        : said`write a column's name`;
    if (typeof value === 'string' || isNumeric(value)) {
      throw new QueryError(expression, said`ORDER BY ${literalText(value)} would order nothing: ${instead}`);
    }
  }
}

function literalText(value: string | Numeric): string {
  return typeof value === 'string' ? `'${value}'` : numericText(value);
}

/** EXTRACT(part FROM x) is date_part('part', x). */
export function parseExtract(cursor: Cursor, parse: ParseExpression): Expression {
  const name = cursor.next();
  cursor.next();
  cursor.want('part');
  const part = cursor.peek();
  if (part.kind !== 'name' && part.kind !== 'text') {
    throw new QueryError(part, said`EXTRACT needs a part of a time, such as EXTRACT(hour FROM ts)`);
  }
  cursor.next();
  if (!cursor.takeWords('from')) throw cursor.unexpected(said`FROM after EXTRACT(${part.value}`);
  const operand = parse(cursor);
  cursor.expectSymbol(')', said`after EXTRACT`);
  const literal: Expression = {
    kind: 'literal',
    value: part.value.toLowerCase(),
    from: part.from,
    to: part.to,
  };
  return {
    kind: 'call',
    name: { name: 'date_part', quoted: false, from: name.from, to: name.to },
    arguments: [literal, operand],
    ...plainCall,
    ...cursor.spanFrom(name),
  };
}

export const plainCall = { star: false, distinct: false, orderBy: [], filter: undefined, over: undefined };
