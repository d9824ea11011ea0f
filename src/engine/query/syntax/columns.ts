import { said, type Said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import type { Cursor } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { foreignClauseWords } from './foreign.ts';
import type { Column, Expression, Name, NamedExpression, SelectItem, Star } from './tree.ts';

/** Columns that one operator may make or name. */
const maxColumns = 5000;

/** Words that begin a clause of classic SQL or an operator. */
export const clauseWords = new Set(
  'where select extend set drop rename distinct aggregate group having order limit offset tablesample unnest as'.split(
    ' ',
  ),
);

/** Words that are no name of what stands before them, and begin what follows. */
export const clauseStarts: ReadonlySet<string> = new Set([...clauseWords, ...foreignClauseWords]);

export function atEnd(cursor: Cursor): boolean {
  return cursor.peek().kind === 'end' || (cursor.isSymbol(';') && cursor.peek(1).kind === 'end');
}

export function parseSelectItems(cursor: Cursor): SelectItem[] {
  const items: SelectItem[] = [];
  do items.push(cursor.isSymbol('*') ? parseStar(cursor, undefined) : parseItem(cursor));
  while (hasMore(cursor, items.length));
  return items;
}

function parseItem(cursor: Cursor): SelectItem {
  const expression = parseExpression(cursor);
  if (cursor.isSymbol('.') && cursor.isSymbol('*', 1)) {
    cursor.next();
    return parseStar(cursor, expression);
  }
  return parseName(cursor, expression);
}

/** @throws QueryError where there are more than one operator may have */
function hasMore(cursor: Cursor, known: number): boolean {
  if (!cursor.takeSymbol(',') || endsList(cursor)) return false;
  if (known >= maxColumns) {
    throw new QueryError(
      cursor.peek(),
      said`an operator has at most ${maxColumns.toLocaleString('en')} columns`,
    );
  }
  return true;
}

/** A comma before the end of an operator is let pass, as in GoogleSQL. */
function endsList(cursor: Cursor): boolean {
  return atEnd(cursor) || cursor.isSymbol('|>') || cursor.isWord('from');
}

function parseStar(cursor: Cursor, base: Expression | undefined): Star {
  const star = cursor.next();
  const start = base ?? star;
  const except: Name[] = [];
  let replace: NamedExpression[] = [];
  if (cursor.takeWords('except') || cursor.takeWords('exclude')) {
    const parenthesis = cursor.takeSymbol('(');
    do except.push(parseColumnName(cursor, said`a column after EXCEPT`));
    while (parenthesis && cursor.takeSymbol(','));
    if (parenthesis) cursor.expectSymbol(')', said`after the columns of EXCEPT`);
  }
  if (cursor.takeWords('replace')) {
    cursor.expectSymbol('(', said`after REPLACE`);
    replace = parseNamedList(cursor);
    cursor.expectSymbol(')', said`after the columns of REPLACE`);
    const nameless = replace.find((item) => !item.explicit);
    if (nameless !== undefined)
      throw new QueryError(nameless, said`REPLACE needs AS and the name of a column`);
  }
  refuseRename(cursor);
  return { kind: 'star', base, except, replace, ...cursor.spanFrom(start) };
}

/** @throws QueryError where DuckDB's `* RENAME (a AS b)` stands */
function refuseRename(cursor: Cursor): void {
  if (!cursor.isWord('rename') || !cursor.isSymbol('(', 1)) return;
  const word = cursor.next();
  const { to: from } = cursor.next();
  parseRenames(cursor);
  const renames = cursor.text.slice(from, cursor.last().to).trim();
  throw new QueryError(word, said`RENAME is an operator of its own; write |> RENAME ${renames} at the end`);
}

export function parseNamedList(cursor: Cursor): NamedExpression[] {
  const items: NamedExpression[] = [];
  do items.push(parseNamed(cursor));
  while (hasMore(cursor, items.length));
  return items;
}

/** What follows GROUP BY. */
export function parseGroupKeys(cursor: Cursor): NamedExpression[] {
  const keys: NamedExpression[] = [];
  do {
    refuseGroupingSets(cursor);
    keys.push(parseNamed(cursor));
  } while (hasMore(cursor, keys.length));
  if (cursor.isWord('with') && (cursor.isWord('rollup', 1) || cursor.isWord('cube', 1)))
    throw groupingSets(cursor, 1);
  return keys;
}

export function parseNamed(cursor: Cursor): NamedExpression {
  return parseName(cursor, parseExpression(cursor));
}

function parseName(cursor: Cursor, expression: Expression): NamedExpression {
  const next = cursor.peek();
  const bare = next.kind === 'quoted' || (next.kind === 'name' && !followsName.has(next.value.toLowerCase()));
  if (cursor.takeWords('as') || bare) {
    const alias = cursor.expectName(said`a name after AS`);
    const span = cursor.spanFrom(expression);
    return { kind: 'named', expression, name: alias.name, explicit: true, as: alias, ...span };
  }
  const name = nameOf(expression, cursor.text);
  return { kind: 'named', expression, name, explicit: false, from: expression.from, to: expression.to };
}

/** Words after an expression that are not its alias. */
const followsName = new Set([
  ...clauseStarts,
  'from',
  'and',
  'or',
  'not',
  'is',
  'in',
  'like',
  'ilike',
  'between',
  'with',
  'asc',
  'desc',
  'nulls',
  'end',
  'when',
  'then',
  'else',
  'filter',
  'over',
]);

/** A column is called by its last key, a function by its text, like anything else. */
export function nameOf(expression: Expression, text: string): string {
  if (expression.kind === 'column') return columnLabel(expression);
  return text.slice(expression.from, expression.to).replace(/\s+/g, ' ').trim();
}

export function columnLabel({ first, rest }: Extract<Expression, { kind: 'column' }>): string {
  return rest.reduce(
    (label, step) => ('index' in step ? `${label}[${step.index}]` : `${label}.${step.name}`),
    first.name,
  );
}

export function parseAssignments(cursor: Cursor): { column: Name; expression: Expression }[] {
  const items: { column: Name; expression: Expression }[] = [];
  do {
    const column = parseColumnName(cursor, said`a column after SET`);
    cursor.expectSymbol('=', said`after SET ${column.name}`);
    items.push({ column, expression: parseExpression(cursor) });
  } while (hasMore(cursor, items.length));
  return items;
}

export function parseColumns(cursor: Cursor): Column[] {
  const columns: Column[] = [];
  do columns.push(parsePath(cursor));
  while (hasMore(cursor, columns.length));
  return columns;
}

/** Names with dots between: no index and no computation. */
function parsePath(cursor: Cursor): Column {
  cursor.want('column');
  const first = cursor.expectName(said`a column`);
  const rest: Name[] = [];
  while (cursor.takeSymbol('.')) rest.push(cursor.expectName(said`a name after the dot`));
  return { kind: 'column', first, rest, ...cursor.spanFrom(first) };
}

/** The name of a column that is there. */
export function parseColumnName(cursor: Cursor, what: Said): Name {
  cursor.want('name');
  return cursor.expectName(what);
}

export function parseRenames(cursor: Cursor): { from: Column; to: Name }[] {
  const columns: { from: Column; to: Name }[] = [];
  do {
    const from = parsePath(cursor);
    cursor.expectWord('as', said`after RENAME ${columnLabel(from)}`);
    columns.push({ from, to: cursor.expectName(said`a name after AS`) });
  } while (hasMore(cursor, columns.length));
  return columns;
}

/** @throws QueryError where several groupings are asked for at once */
function refuseGroupingSets(cursor: Cursor): void {
  const isSet = cursor.isWord('rollup') || cursor.isWord('cube');
  if (isSet && cursor.isSymbol('(', 1)) throw groupingSets(cursor, 0);
  if (cursor.isWord('grouping') && cursor.isWord('sets', 1)) throw groupingSets(cursor, 0);
}

function groupingSets(cursor: Cursor, ahead: number): QueryError {
  const word = cursor.peek(ahead);
  const name = word.value.toLowerCase() === 'grouping' ? 'GROUPING SETS' : word.value.toUpperCase();
  return new QueryError(
    word,
    said`${name} is not supported; ask one query for each grouping, as in |> AGGREGATE sum(a) GROUP BY b, c, then GROUP BY b, and then without GROUP BY`,
  );
}
