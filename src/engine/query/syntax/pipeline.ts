import { said } from '../../../said/said.ts';
import { Cursor, describe, type Wanted } from './cursor.ts';
import { QueryError, type Diagnostic, errorAt, type Span } from '../diagnostic.ts';
import { parseOrderKeys } from './call.ts';
import { tokenize, type Token } from './token.ts';
import { parseExpression } from './expression.ts';
import { didYouMean } from '../nearest.ts';
import { beginsLimit, parseLimit } from '../operator/limit.ts';
import { operatorAt, pipeOperators } from '../operator/operators.ts';
import { atEnd, clauseStarts, clauseWords, parseGroupKeys, parseSelectItems } from './columns.ts';
import { foreignClause, foreignJoin, foreignRows, refuseQueryAfterFrom, refuseStatement } from './foreign.ts';
import type { NamedFile, Operator, Query, QueryTarget } from './tree.ts';
import { rewriteSelect } from './classic.ts';

/** Longer queries are refused, in UTF-16 units. */
export const maxQueryLength = 1_000_000;

/** Each is a stage, and knows the columns of the one before. */
const maxOperators = 500;
/** What may stand after |>, as people read it. */
export const operatorWords: readonly string[] = pipeOperators.map(({ word }) => word);

export type ParsedQuery =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The syntax tree of a query. A bare expression is a WHERE; a text without tokens selects all. */
export function parsePipeline(text: string): ParsedQuery {
  try {
    if (text.length > maxQueryLength) {
      throw new QueryError({ from: 0, to: text.length }, said`the query is longer than 1,000,000 characters`);
    }
    const cursor = new Cursor(text);
    const named: Named = {};
    const operators = parseOperators(cursor, named);
    const target = targetOf(operators);
    const query = {
      text,
      from: named.file,
      operators: operators.filter((operator) => !isTarget(operator)),
      target,
    };
    return { ok: true, query };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, diagnostics: [errorAt(error.span, error.said)] };
    throw error;
  }
}

/**
 * Words of a query that name columns, files and the like, up to where it cannot be read: what the language has as a word may be
 * one of them.
 */
export function nameSpans(text: string): readonly Span[] {
  if (text.length > maxQueryLength) return [];
  const cursor = new Cursor(text, readableTokens(text));
  try {
    parseOperators(cursor, {});
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
  }
  return cursor.names;
}

/** Those before the first that is none, as the text that is being typed is until its quote is closed. */
function readableTokens(text: string): Token[] {
  try {
    return tokenize(text);
  } catch (error) {
    if (error instanceof QueryError) return tokenize(text.slice(0, error.span.from));
    throw error;
  }
}

/**
 * How far the grammar gets in a query that goes on in a gap.
 * @param written its tokens up to the gap
 * @param words that are tried ahead of the gap
 */
export function readToGap(text: string, written: readonly Token[], words = ''): Reading {
  const tried = tokenize(words)
    .slice(0, -1)
    .map((token): Token => (token.kind === 'name' ? { ...token, isWord: true } : token));
  const at = { value: '', from: text.length, to: text.length };
  const cursor = new Cursor(text, [...written, ...tried, { kind: 'gap', ...at }, { kind: 'end', ...at }]);
  try {
    parseOperators(cursor, {});
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
  }
  const reached = cursor.peek().kind === 'gap';
  return { reached, wanted: reached ? cursor.wanted : undefined };
}

export interface Reading {
  /** Whether all that stands before the gap is right so far. */
  readonly reached: boolean;
  readonly wanted: Wanted | undefined;
}

function isTarget(operator: Operator): operator is QueryTarget {
  return operator.kind === 'post' || operator.kind === 'into';
}

/** @throws QueryError where something follows it */
function targetOf(operators: readonly Operator[]): QueryTarget | undefined {
  const target = operators.find(isTarget);
  const next = target && operators.at(operators.indexOf(target) + 1);
  if (next)
    throw new QueryError(next, said`${target.kind.toUpperCase()} ends a query; nothing can follow it`);
  return target;
}

/** What has been found of FROM. */
interface Named {
  file?: NamedFile;
}

function parseOperators(cursor: Cursor, named: Named): Operator[] {
  const operators: Operator[] = [];
  const first = cursor.peek();
  if (first.kind === 'end') return operators;
  refuseStatement(cursor);
  const foreign = foreignJoin(cursor);
  if (foreign) throw foreign;
  if (cursor.isWord('from')) {
    const alias = parseFrom(cursor, named);
    const span = cursor.spanFrom(first);
    // A name of its own would hide members of that name.
    if (alias.isGiven)
      operators.push({ kind: 'as', alias: { name: alias.name, quoted: true, ...span }, ...span });
    while (!atEnd(cursor) && !cursor.isSymbol('|>')) operators.push(...parseClauses(cursor, named));
  } else if (!cursor.isSymbol('|>')) {
    if (cursor.isWord('select')) operators.push(...parseClauses(cursor, named));
    else if (!beginsOperator(cursor)) operators.push(...parseClauses(cursor, named, 'bare'));
    else if (classicWords.some((word) => cursor.isWord(word)))
      operators.push(...parseClauses(cursor, named, 'rows'));
    else {
      operators.push(...parseOperator(cursor, named));
      operators.push(...parseTail(cursor, named, operators));
    }
  }
  while (cursor.takeSymbol('|>')) {
    if (atEnd(cursor)) continue;
    refuseMore(cursor, operators);
    operators.push(...parseOperator(cursor, named));
    operators.push(...parseTail(cursor, named, operators));
  }
  cursor.takeSymbol(';');
  if (cursor.peek().kind !== 'end') throw trailing(cursor, first);
  return operators;
}

function refuseMore(cursor: Cursor, operators: readonly Operator[]): void {
  if (operators.length < maxOperators) return;
  throw new QueryError(cursor.peek(), said`a query has at most ${maxOperators} operators`);
}

/**
 * ORDER BY and LIMIT behind another operator without a pipe, as in classic SQL and in its order: `|> ORDER BY ms DESC
 * LIMIT 100`. The other way round it would not mean what it means there, and needs its pipe.
 */
function parseTail(cursor: Cursor, named: Named, before: readonly Operator[]): Operator[] {
  const last = before.at(-1)?.kind;
  const tail: Operator[] = [];
  if (last === 'limit') return tail;
  if (last !== 'order by' && cursor.isWord('order') && cursor.isWord('by', 1)) {
    refuseMore(cursor, before);
    tail.push(...parseOperator(cursor, named));
  }
  if (beginsLimit(cursor)) {
    refuseMore(cursor, [...before, ...tail]);
    tail.push(...parseOperator(cursor, named));
  }
  return tail;
}

/** @param first the token with which the clauses began: a lone one may be meant as an operator */
function trailing(cursor: Cursor, first: Token): QueryError {
  const token = cursor.peek();
  const foreign = foreignClause(cursor);
  if (foreign) return foreign;
  const rows = foreignRows(cursor, first);
  if (rows) return rows;
  if (token.kind === 'name' && cursor.last().value.toUpperCase() === 'DISTINCT') {
    return new QueryError(
      token,
      said`DISTINCT takes no columns; write |> SELECT ${describe(token)} |> DISTINCT`,
    );
  }
  if (first.kind === 'name' && cursor.last() === first && token.kind !== 'symbol') {
    const near = didYouMean(first.value, firstWords.keys(), wordOf);
    if (near !== '') return new QueryError(first, said`${first.value} is not an operator${near}`);
  }
  if (token.kind === 'name') {
    const word = token.value.toUpperCase();
    const hint = trailingHints.get(word);
    if (hint !== undefined) return new QueryError(token, hint);
    if ((word === 'GROUP' || word === 'ORDER') && !cursor.isWord('by', 1)) {
      cursor.next();
      return cursor.unexpected(said`BY after ${word}`);
    }
    if (operatorWords.some((known) => known.split(' ')[0] === word) || word === 'GROUP') {
      return new QueryError(token, said`${word} starts a new operator; write |> before it`);
    }
  }
  const number = commaNumber(cursor);
  if (number) return number;
  const words = [...connectives, ...firstWords.keys()];
  const meant = token.kind === 'name' ? didYouMean(token.value, words, wordOf) : '';
  return new QueryError(token, said`expected AND, OR or an operator before ${describe(token)}${meant}`);
}

/** Where a number was begun as people write it in tables: `1.000,50`, `1,5`, `1,000`. */
function commaNumber(cursor: Cursor): QueryError | undefined {
  const { kind, from } = cursor.last();
  const written = kind === 'number' ? /^[\d.]+(?:,[\d.]+)+/.exec(cursor.text.slice(from))?.[0] : undefined;
  if (written === undefined) return undefined;
  const isWhole = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(written);
  const hasComma = /^(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$/.test(written);
  const whole = written.replaceAll(',', '');
  const fraction = written.replaceAll('.', '').replace(',', '.');
  const wrong = said`a number in a query has a decimal point, and no comma`;
  const advised =
    isWhole && hasComma
      ? said`${wrong}; write ${whole} or ${fraction}`
      : isWhole || hasComma
        ? said`${wrong}; write ${isWhole ? whole : fraction}`
        : wrong;
  return new QueryError({ from, to: from + written.length }, advised);
}

/** What may go on after an expression. */
const connectives = ['AND', 'OR', 'NOT', 'LIKE', 'ILIKE', 'IN', 'IS', 'BETWEEN'];

/** The operators by their first words. */
const firstWords = new Map(operatorWords.map((word) => [word.split(' ')[0], word]));
const wordOf = (first: string): string => firstWords.get(first) ?? first;

/** Words that people write where nothing is expected. */
const trailingHints = new Map([
  ['BY', said`write GROUP BY to group rows, or |> ORDER BY to sort them`],
  ['ASCENDING', said`ASCENDING is not supported; write ASC`],
  ['DESCENDING', said`DESCENDING is not supported; write DESC`],
  [
    'HAVING',
    said`write HAVING as |> WHERE behind AGGREGATE, as in |> AGGREGATE count(*) AS n GROUP BY a |> WHERE n > 100`,
  ],
  ['FILTER', said`FILTER follows an aggregate, as in count(*) FILTER (WHERE status >= 500)`],
]);

const joins = 'join inner left right full cross natural'.split(' ');

/** FROM x [AS y]: a path names a file; a name says nothing, as there is one file. */
function parseFrom(cursor: Cursor, named: Named): { readonly name: string; readonly isGiven: boolean } {
  cursor.next();
  refuseQueryAfterFrom(cursor);
  const token = cursor.peek();
  if (token.kind === 'text') {
    if (named.file)
      throw new QueryError(token, said`a query reads from one file; write |> JOIN for another one`);
    cursor.next();
    named.file = { path: token.value, from: token.from, to: token.to };
  } else cursor.expectName(said`the name of the file after FROM`);
  let name = token.value;
  let isGiven = false;
  while (cursor.takeSymbol('.')) name = cursor.expectName(said`a name after the dot`).name;
  if (cursor.takeWords('as')) {
    name = cursor.expectName(said`a name after AS`).name;
    isGiven = true;
  } else {
    refuseJoin(cursor);
    const next = cursor.peek();
    if (next.kind === 'quoted' || (next.kind === 'name' && !clauseStarts.has(next.value.toLowerCase()))) {
      name = cursor.expectName(said`a name`).name;
      isGiven = true;
    }
  }
  refuseJoin(cursor);
  return { name, isGiven };
}

/** @throws QueryError where another file follows */
function refuseJoin(cursor: Cursor): void {
  const foreign = foreignJoin(cursor);
  if (foreign) throw foreign;
  if (cursor.isSymbol(',') || joins.some((word) => cursor.isWord(word))) {
    throw new QueryError(cursor.peek(), said`write |> JOIN 'file' AS name ON condition after it`);
  }
}

/** Whether the first word is an operator, and not a column of that name. */
function beginsOperator(cursor: Cursor): boolean {
  const token = cursor.peek();
  if (token.kind !== 'name') return false;
  const word = token.value.toLowerCase();
  if (word === 'where') return true;
  if (word === 'group' || word === 'having') return false;
  if (word === 'order') return cursor.isWord('by', 1);
  if (word === 'limit' || word === 'offset' || word === 'distinct') return true;
  const next = cursor.peek(1);
  if (word === 'describe' && (next.kind === 'end' || cursor.isSymbol('|>', 1) || cursor.isSymbol(';', 1)))
    return true;
  const isOperand =
    ['name', 'quoted', 'number', 'text'].includes(next.kind) ||
    // What is written after a word that may be an operator makes it one.
    next.kind === 'gap';
  const isExpressionWord = ['is', 'in', 'like', 'ilike', 'between', 'not', 'and', 'or'].some((w) =>
    cursor.isWord(w, 1),
  );
  // Words that came later are operators only where they could be nothing else.
  if (!clauseWords.has(word)) return operatorAt(cursor) !== undefined && isOperand && !isExpressionWord;
  if ((word === 'unnest' || word === 'extend') && cursor.isSymbol('[', 1)) return true;
  return (isOperand && !isExpressionWord) || cursor.isSymbol('(', 1) || cursor.isSymbol('-', 1);
}

/** What may stand first with the clauses of classic SQL behind it, as if SELECT * stood before it. */
const classicWords = ['where', 'order', 'limit', 'offset'];

/** One operator after |>. Classic SELECT … FROM gives several. */
function parseOperator(cursor: Cursor, named: Named): Operator[] {
  if (cursor.isWord('select')) return parseClauses(cursor, named);
  const parse = operatorAt(cursor)?.parse;
  if (parse) return [parse(cursor)];
  throw unknownOperator(cursor);
}

function unknownOperator(cursor: Cursor): QueryError {
  const token = cursor.peek();
  const foreign = foreignClause(cursor);
  if (foreign) return foreign;
  if (cursor.isWord('group')) {
    return new QueryError(token, said`GROUP BY is part of AGGREGATE: |> AGGREGATE count(*) GROUP BY column`);
  }
  if (cursor.isWord('having')) return new QueryError(token, said`write HAVING as |> WHERE after AGGREGATE`);
  if (cursor.isWord('sort') || cursor.isWord('order')) {
    return new QueryError(token, said`${token.value} is not an operator; did you mean ORDER BY?`);
  }
  const near =
    token.kind === 'name' ? didYouMean(token.value, [...operatorWords, ...firstWords.keys()], wordOf) : '';
  const known = near || said`; the operators are ${operatorWords.join(', ')}`;
  return new QueryError(token, said`${describe(token)} is not an operator${known}`);
}

/**
 * SELECT …, alone or with the clauses of classic SQL after it.
 * @param begin `bare`: a condition without WHERE comes first; `rows`: clauses without SELECT or FROM, so that
 * there are no groups
 */
function parseClauses(cursor: Cursor, named: Named, begin?: 'bare' | 'rows'): Operator[] {
  const start = cursor.peek();
  const isSelect = cursor.takeWords('select');
  const distinct = isSelect && cursor.takeWords('distinct');
  if (isSelect) refuseFirstRows(cursor, distinct);
  const items = isSelect ? parseSelectItems(cursor) : undefined;
  const selectSpan = cursor.spanFrom(start);
  const alias = isSelect && cursor.isWord('from') ? parseFrom(cursor, named).name : undefined;
  if (begin !== undefined) refuseGroups(cursor);
  const where = clause(cursor, begin === 'bare' ? [] : ['where'], () => parseExpression(cursor));
  if (begin !== undefined) refuseGroups(cursor);
  const groupBy = clause(cursor, ['group', 'by'], () => parseGroupKeys(cursor));
  const having = clause(cursor, ['having'], () => parseExpression(cursor));
  const qualify = clause(cursor, ['qualify'], () => parseExpression(cursor));
  const orderBy = clause(cursor, ['order', 'by'], () => parseOrderKeys(cursor, parseExpression));
  const limits: Operator[] = [];
  if (beginsLimit(cursor)) limits.push(parseLimit(cursor));
  if (
    begin !== 'bare' &&
    items === undefined &&
    (cursor.last() === start || cursor.spanFrom(start).to <= start.from)
  ) {
    throw trailing(cursor, start);
  }
  const span = cursor.spanFrom(start);
  const parts = { items, distinct, alias, where, groupBy, having, qualify, orderBy, selectSpan, span };
  const operators = rewriteSelect(parts);
  // SELECT * comes to nothing, and is something all the same.
  if (items === undefined && operators.length === 0 && limits.length === 0) throw unknownOperator(cursor);
  return [...operators, ...limits];
}

/** @throws QueryError that says what to write instead of TOP and DISTINCT ON */
function refuseFirstRows(cursor: Cursor, distinct: boolean): void {
  const number = cursor.peek(1);
  if (cursor.isWord('top') && number.kind === 'number') {
    throw new QueryError(
      cursor.peek(),
      said`TOP is not supported here; write LIMIT ${number.value} at the end`,
    );
  }
  if (distinct && cursor.isWord('on') && cursor.isSymbol('(', 1)) {
    const instead = '|> EXTEND row_number() OVER (PARTITION BY a ORDER BY b) AS n |> WHERE n = 1';
    throw new QueryError(cursor.peek(), said`DISTINCT ON is not supported; write ${instead}`);
  }
}

/** @throws QueryError that says how the groups are written */
function refuseGroups(cursor: Cursor): void {
  const start = cursor.peek();
  if (cursor.isWord('having')) {
    throw new QueryError(start, said`HAVING needs GROUP BY; use WHERE for conditions on rows`);
  }
  if (!cursor.isWord('group') || !cursor.isWord('by', 1)) return;
  // Keys that are still to be written are not waited for.
  if (cursor.peek(2).kind === 'gap') throw trailing(cursor, start);
  cursor.takeWords('group', 'by');
  const keys = parseGroupKeys(cursor);
  const written = cursor.text.slice(keys[0].from, keys.at(-1)?.to);
  throw new QueryError(
    cursor.spanFrom(start),
    said`GROUP BY needs an aggregate; write |> AGGREGATE count(*) GROUP BY ${written}`,
  );
}

function clause<T>(
  cursor: Cursor,
  words: readonly string[],
  parse: () => T,
): { value: T; span: Span } | undefined {
  const start = cursor.peek();
  return cursor.takeWords(...words) ? { value: parse(), span: cursor.spanFrom(start) } : undefined;
}
