import { said, type Said } from '../../../said/said.ts';
import { aggregateNames } from '../function/aggregate.ts';
import { QueryError } from '../diagnostic.ts';
import type { Cursor } from './cursor.ts';
import type { Token } from './token.ts';
import type { Expression } from './tree.ts';
import { isNumeric } from '../value/value.ts';

/**
 * What a symbol is taken for that the language does not have; undefined where it has it, or none is known.
 * @param left what stands before it
 */
export function foreignSymbol(cursor: Cursor, left: Expression): QueryError | undefined {
  const token = cursor.peek();
  const isBitSign = token.value === '&' || token.value === '|';
  const isOfNumbers = isBitSign && (isNumber(left) || cursor.peek(1).kind === 'number');
  // As in `a = 1 & b = 2`, where conditions are meant.
  if (isOfNumbers && !/[=<>]$/.test(cursor.text.slice(0, left.from).trimEnd())) {
    const message = said`${token.value} is not supported; write a // 4 % 2 = 1 for whether the bit of 4 is set`;
    return new QueryError(token, message);
  }
  const habit = foreignSymbols.get(token.value);
  return habit === undefined
    ? undefined
    : new QueryError(token, said`${token.value} is not supported; write ${habit}`);
}

function isNumber(node: Expression): boolean {
  return node.kind === 'literal' && isNumeric(node.value);
}

/** Symbols that people write out of habit from other languages, and what is written instead. */
const foreignSymbols: ReadonlyMap<string, string> = new Map([
  ['&&', 'AND'],
  ['&', 'AND'],
  ['|', 'OR'],
  ['!', 'NOT'],
  ['===', '='],
  ['!==', '<>'],
  ['?', 'CASE WHEN … THEN … ELSE … END'],
  ['^', 'pow(x, y)'],
  ['**', 'pow(x, y)'],
]);

/** Words between two texts, and what is written instead. */
const foreignMatches = new Map([
  ['glob', "LIKE 'a%'"],
  ['rlike', "~ 'a.*b'"],
  ['regexp', "~ 'a.*b'"],
  ['matches', "~ 'a.*b'"],
  ['contains', "contains(a, 'x')"],
  ['has', "contains(a, 'x')"],
  ['startswith', "starts_with(a, 'x')"],
  ['starts_with', "starts_with(a, 'x')"],
  ['endswith', "ends_with(a, 'x')"],
  ['ends_with', "ends_with(a, 'x')"],
]);

/** Comparisons as words, as templates, shells and OData have them. */
const foreignComparisons = new Map([
  ['eq', '='],
  ['ne', '<>'],
  ['gt', '>'],
  ['ge', '>='],
  ['gte', '>='],
  ['lt', '<'],
  ['le', '<='],
  ['lte', '<='],
]);

/** @throws QueryError where a word between two texts is that of another database */
export function refuseForeignMatch(cursor: Cursor): void {
  const ahead = cursor.isWord('not') ? 1 : 0;
  const word = cursor.peek(ahead);
  if (word.kind !== 'name') return;
  if (cursor.isWord('similar', ahead) && cursor.isWord('to', ahead + 1)) {
    throw new QueryError(word, said`SIMILAR TO is not supported; write ~ '^(…)$'`);
  }
  if (cursor.isWord('collate', ahead) && cursor.peek(ahead + 1).kind !== 'symbol') {
    throw new QueryError(word, said`COLLATE is not supported; write lower(a) to leave letter case aside`);
  }
  const value = cursor.peek(ahead + 1).kind;
  const sign = foreignComparisons.get(word.value.toLowerCase());
  if (sign !== undefined && (value === 'text' || value === 'number')) {
    throw new QueryError(word, said`${word.value} is not supported; write ${sign}`);
  }
  const instead = foreignMatches.get(word.value.toLowerCase());
  if (instead === undefined || cursor.peek(ahead + 1).kind !== 'text') return;
  throw new QueryError(word, said`${word.value.toUpperCase()} is not supported; write ${instead}`);
}

/**
 * What there is to say where a comparison follows another one.
 * @param right what the first one compares with
 */
export function chained(cursor: Cursor, right: Expression): QueryError {
  if (right.kind !== 'arithmetic' || right.operator !== '||')
    return new QueryError(cursor.peek(), said`comparisons cannot be chained; write a < b AND b < c`);
  const from = cursor.text.indexOf('||', right.left.to);
  return new QueryError({ from, to: from + 2 }, joinsTexts);
}

/** Of `||`, where conditions stand beside it. */
export const joinsTexts = said`|| joins texts; write OR between conditions`;

/** @throws QueryError where two signs are written as one that the language does not have, as in `a =~ 'x'` */
export function refuseForeignSign(cursor: Cursor): void {
  const [sign, next] = [cursor.last(), cursor.peek()];
  if (next.kind !== 'symbol' || sign.to !== next.from) return;
  const written = sign.value + next.value;
  const instead = foreignSigns.get(written);
  if (instead === undefined) return;
  const span = { from: sign.from, to: next.to };
  throw new QueryError(span, said`${written} is not supported; write ${instead}`);
}

const foreignSigns = new Map([
  ['=~', '~'],
  ['~=', '~'],
  ['==~', '~'],
  ['=<', '<='],
  ['=!', '<>'],
]);

/** @throws QueryError where a column is written as in jq, with a dot before it */
export function refuseLeadingDot(cursor: Cursor): void {
  const [dot, name] = [cursor.peek(), cursor.peek(1)];
  if (dot.value !== '.' || name.kind !== 'name' || dot.to !== name.from) return;
  const path = /^[\w.]*\w/.exec(cursor.text.slice(name.from))?.[0] ?? name.value;
  throw new QueryError(dot, said`a column has no dot before its name; write ${path}`);
}

/** @throws QueryError where IS is followed by a value, as SQLite has it */
export function refuseIsValue(cursor: Cursor, left: Expression, negated: boolean): void {
  const value = cursor.peek();
  if (value.kind !== 'text' && value.kind !== 'number') return;
  const [operand, written] = [cursor.text.slice(left.from, left.to), cursor.text.slice(value.from, value.to)];
  const sign = negated ? '<>' : '=';
  throw new QueryError(
    value,
    said`IS takes NULL, TRUE, FALSE or DISTINCT FROM; write ${operand} ${sign} ${written}`,
  );
}

/** @throws QueryError where IN is followed by a list in brackets, by a column or by values without parentheses */
export function refuseForeignList(cursor: Cursor, operand: Expression, negated: boolean): void {
  if (cursor.isSymbol('(')) return;
  const token = cursor.peek();
  if (token.kind === 'name' || token.kind === 'quoted') {
    const value = cursor.text.slice(operand.from, operand.to);
    const contains = `${negated ? 'NOT ' : ''}list_contains(${cursor.text.slice(token.from, token.to)}, ${value})`;
    throw new QueryError(
      token,
      said`IN takes values in parentheses; write ${contains} for a column of lists`,
    );
  }
  if (token.kind !== 'text' && token.kind !== 'number' && !cursor.isSymbol('[')) return;
  throw new QueryError(token, said`IN takes values in parentheses; write a IN (1, 2)`);
}

/** @throws QueryError where a pattern is one of several, as in `LIKE ANY ('a%', 'b%')` */
export function refuseAnyPattern(cursor: Cursor, word: string): void {
  const any = cursor.peek();
  if (!isQuantifier(cursor)) return;
  const operator = cursor.isWord('all') ? 'AND' : 'OR';
  throw new QueryError(any, said`${word} takes one pattern; write a ${word} 'x%' ${operator} a ${word} 'y%'`);
}

/** @throws QueryError where values are compared with several, as in `a = ANY (…)` */
export function refuseAnyValue(cursor: Cursor): void {
  if (!isQuantifier(cursor)) return;
  refuseQuery(cursor, 2);
  const word = cursor.peek().value.toUpperCase();
  throw new QueryError(
    cursor.peek(),
    said`${word} is not supported; write a IN ('x', 'y'), or list_contains(list, a) for a column of lists`,
  );
}

function isQuantifier(cursor: Cursor): boolean {
  return ['any', 'all', 'some'].some((word) => cursor.isWord(word)) && cursor.isSymbol('(', 1);
}

/** @throws QueryError where a query stands inside another */
export function refuseQuery(cursor: Cursor, ahead = 0): void {
  if (!beginsQuery(cursor, ahead)) return;
  const name = cursor.peek(ahead + 1);
  const isAggregate = aggregateNames.has(name.value.toLowerCase()) && cursor.isSymbol('(', ahead + 2);
  const instead =
    isAggregate && cursor.isSymbol(')', ahead + 4)
      ? cursor.text.slice(name.from, cursor.peek(ahead + 4).to)
      : 'max(a)';
  throw new QueryError(
    cursor.peek(ahead),
    isAggregate
      ? said`a query inside a query is not supported; write |> EXTEND ${instead} OVER () AS x |> WHERE … x`
      : said`a query inside a query is not supported; write |> JOIN 'file' AS f ON id = f.id for the values of another file`,
  );
}

/** @throws QueryError where IN is followed by a query */
export function refuseQueryAfterIn(cursor: Cursor, operand: Expression, negated: boolean): void {
  if (!beginsQuery(cursor, 0)) return;
  const key = operand.kind === 'column' ? cursor.text.slice(operand.from, operand.to) : 'id';
  const of = operand.kind === 'column' && operand.rest.length === 0 ? operand.first.name : 'id';
  const join = negated ? 'ANTI JOIN' : 'SEMI JOIN';
  throw new QueryError(
    cursor.peek(),
    said`IN takes a list of values, not a query; write |> ${join} 'file' AS f ON ${key} = f.${of}`,
  );
}

/** @throws QueryError where the operand is EXISTS with its query */
export function refuseExists(cursor: Cursor, negated: boolean): void {
  if (!cursor.isWord('exists') || !cursor.isSymbol('(', 1) || !beginsQuery(cursor, 2)) return;
  const join = negated ? 'ANTI JOIN' : 'SEMI JOIN';
  throw new QueryError(
    cursor.peek(),
    said`EXISTS is not supported; write |> ${join} 'file' AS f ON id = f.id`,
  );
}

/** @throws QueryError where FROM is followed by a query */
export function refuseQueryAfterFrom(cursor: Cursor): void {
  if (!cursor.isSymbol('(')) return;
  throw new QueryError(
    cursor.peek(),
    said`a query inside a query is not supported; write it first, and behind |> what is done with its rows`,
  );
}

function beginsQuery(cursor: Cursor, ahead: number): boolean {
  return ['select', 'from', 'with', 'values'].some(
    (word) =>
      cursor.isWord(word, ahead) && !cursor.isSymbol(')', ahead + 1) && !isOperated(cursor, ahead + 1),
  );
}

/** Whether what stands there shows that the word before it is the name of a column. */
function isOperated(cursor: Cursor, ahead: number): boolean {
  const next = cursor.peek(ahead);
  if (next.kind === 'symbol') return next.value !== '(' && next.value !== '*';
  return ['is', 'in', 'like', 'ilike', 'between', 'not', 'and', 'or', 'isnull', 'notnull'].some((word) =>
    cursor.isWord(word, ahead),
  );
}

const exported = said`queries change no file; export the rows to a new one`;

interface Statement {
  /** What stands behind its word where no column is meant; anything that is no operator without it. */
  readonly next?: readonly string[];
  readonly instead: Said;
}

/** Statements that begin with a word of their own, and what is written instead. */
const statements: ReadonlyMap<string, Statement> = new Map<string, Statement>([
  [
    'with',
    {
      instead: said`WITH is not supported; write the steps one after the other, with |> between them, as in WHERE a > 1 |> AGGREGATE count(*) GROUP BY b`,
    },
  ],
  [
    'explain',
    { instead: said`EXPLAIN is not supported; the rowriver command says with --stages what a query reads` },
  ],
  ['insert', { next: ['into', 'overwrite', 'or'], instead: said`INSERT is not supported: ${exported}` }],
  [
    'create',
    {
      next: ['table', 'view', 'or', 'temp', 'temporary'],
      instead: said`CREATE is not supported: ${exported}`,
    },
  ],
  ['copy', { instead: said`COPY is not supported: ${exported}` }],
  ['merge', { next: ['into'], instead: said`MERGE is not supported: ${exported}` }],
  [
    'alter',
    { next: ['table'], instead: said`ALTER is not supported; write |> EXTEND, |> DROP or |> RENAME` },
  ],
  [
    'update',
    {
      instead: said`UPDATE is not supported; write |> SET a = CASE WHEN b > 1 THEN 'x' ELSE a END, and export the rows`,
    },
  ],
  [
    'delete',
    {
      next: ['from'],
      instead: said`DELETE is not supported; write WHERE (a > 1) IS NOT TRUE, and export the rows`,
    },
  ],
  ['values', { next: ['('], instead: said`VALUES is not supported; a query reads the rows of a file` }],
  [
    'desc',
    { instead: said`DESC sorts downwards, as in ORDER BY a DESC; write |> DESCRIBE to describe the columns` },
  ],
  ...['summarize', 'summarise'].map((word): [string, Statement] => [
    word,
    { instead: said`SUMMARIZE is not supported; write |> DESCRIBE` },
  ]),
  ['show', { instead: said`SHOW is not supported; write |> DESCRIBE to describe the columns` }],
  [
    'pivot',
    {
      instead: said`PIVOT is not supported; write |> AGGREGATE sum(a) FILTER (WHERE b = 'x') AS x, sum(a) FILTER (WHERE b = 'y') AS y GROUP BY c`,
    },
  ],
  ['unpivot', { instead: said`UNPIVOT is not supported; write |> UNNEST [a, b] AS value` }],
]);

/** @throws QueryError where a query begins with a statement of SQL that asks for nothing */
export function refuseStatement(cursor: Cursor): void {
  const word = cursor.peek();
  const statement = word.kind === 'name' ? statements.get(word.value.toLowerCase()) : undefined;
  if (statement === undefined) return;
  const next = cursor.peek(1);
  const isMeant = statement.next
    ? statement.next.includes(next.value.toLowerCase()) && next.kind !== 'quoted' && next.kind !== 'text'
    : next.kind !== 'end' && next.kind !== 'number' && !cursor.isSymbol('*', 1) && !isOperated(cursor, 1);
  if (isMeant) throw new QueryError(word, statement.instead);
}

const united = said`open the files as one table, as in FROM 'logs/*.csv'`;

/** Clauses of SQL and of other databases, by their first words. */
const clauses: ReadonlyMap<string, Said> = new Map([
  ['union', said`UNION is not supported; ${united}`],
  ['intersect', said`INTERSECT is not supported; write |> SEMI JOIN 'file' AS f ON id = f.id`],
  ['except', said`EXCEPT is supported only behind *; write |> ANTI JOIN 'file' AS f ON id = f.id`],
  ['minus', said`MINUS is not supported; write |> ANTI JOIN 'file' AS f ON id = f.id`],
  ['window', said`WINDOW is not supported; write the window itself in OVER (PARTITION BY a ORDER BY b)`],
  ['into', said`SELECT INTO is not supported: ${exported}`],
  [
    'qualify',
    said`QUALIFY is a clause of SELECT; write |> EXTEND row_number() OVER (PARTITION BY a ORDER BY b) AS n |> WHERE n = 1`,
  ],
  ['pivot', statements.get('pivot')?.instead ?? exported],
  ['unpivot', statements.get('unpivot')?.instead ?? exported],
  ['summarize', statements.get('summarize')?.instead ?? exported],
  ['summarise', statements.get('summarize')?.instead ?? exported],
  ['using', said`USING SAMPLE is not supported; write |> TABLESAMPLE 10 PERCENT`],
  ['within', said`WITHIN GROUP is not supported here; write string_agg(a, ',' ORDER BY b)`],
]);

/** Commands of shells and data frames that take a number of rows, and what is written instead. */
const rowCommands: ReadonlyMap<string, (count: string) => string> = new Map([
  ...['head', 'take', 'first', 'top'].map((word) => [word, (count: string) => `LIMIT ${count}`] as const),
  ...['tail', 'last'].map(
    (word) => [word, (count: string) => `ORDER BY _record DESC LIMIT ${count}`] as const,
  ),
  ['sample', (count: string) => `|> TABLESAMPLE ${count} ROWS`] as const,
]);

/** What there is to say where a query is such a command, as in `head 5`. */
export function foreignRows(cursor: Cursor, first: Token): QueryError | undefined {
  const count = cursor.peek();
  if (first.kind !== 'name' || cursor.last() !== first || count.kind !== 'number') return undefined;
  const instead = rowCommands.get(first.value.toLowerCase())?.(count.value);
  const word = first.value.toUpperCase();
  return instead === undefined
    ? undefined
    : new QueryError(first, said`${word} is not supported; write ${instead}`);
}

/** What is meant by a word that stands alone, and is the name of no column; undefined where it may be anything. */
export function loneStatement(word: string): Said | undefined {
  return statements.get(word.toLowerCase())?.instead;
}

/** Clauses whose first word was taken for a name, with the word behind it where that shows what is meant. */
const namedClauses: ReadonlyMap<string, string | undefined> = new Map([
  ['into', undefined],
  ['using', 'sample'],
  ['within', 'group'],
]);

/** Joins of SQL that are no operators, by their first words. */
const joins: ReadonlyMap<string, Said> = new Map([
  [
    'right',
    said`RIGHT JOIN is not supported; ask the other file, and join this one with |> LEFT JOIN, which is the same`,
  ],
  ['full', said`FULL JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN`],
  ['cross', said`CROSS JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN`],
  ['natural', said`NATURAL JOIN is not supported; write |> JOIN 'file' USING (id)`],
  ['asof', said`ASOF JOIN is not supported; the joins are JOIN, LEFT JOIN, SEMI JOIN and ANTI JOIN`],
]);

/** What there is to say where a join stands that is no operator, or a list behind a comma or CROSS JOIN. */
export function foreignJoin(cursor: Cursor): QueryError | undefined {
  const word = cursor.peek();
  const joinAt = cursor.isWord('outer', 1) ? 2 : 1;
  const isJoin = word.kind === 'name' && cursor.isWord('join', joinAt);
  const message = isJoin ? joins.get(word.value.toLowerCase()) : undefined;
  const listAt = cursor.isSymbol(',') ? 1 : joinAt + 1;
  const isUnnest = cursor.isWord('unnest', listAt) && cursor.isSymbol('(', listAt + 1);
  if (isUnnest && (message !== undefined || cursor.isSymbol(',')))
    return new QueryError(word, said`write |> UNNEST list AS item for a row per item of a list`);
  return message && new QueryError(word, message);
}

/** What there is to say where a clause of another database stands, or has begun with the token before. */
export function foreignClause(cursor: Cursor): QueryError | undefined {
  const word = cursor.peek();
  if (word.kind !== 'name') return undefined;
  const join = foreignJoin(cursor);
  if (join) return join;
  const before = cursor.last();
  const begun = before.value.toLowerCase();
  if (before.kind === 'name' && namedClauses.has(begun)) {
    const second = namedClauses.get(begun) ?? word.value.toLowerCase();
    const message = cursor.isWord(second) ? clauses.get(begun) : undefined;
    if (message) return new QueryError(before, message);
  }
  const message = namedClauses.has(word.value.toLowerCase())
    ? undefined
    : clauses.get(word.value.toLowerCase());
  return message && new QueryError(word, message);
}

/** Words that end a clause, and are no names of columns or files behind it. */
export const foreignClauseWords: readonly string[] = [
  ...['qualify', 'fetch', 'union', 'intersect', 'except', 'window'],
];
