import { operatorAt } from '../operator/operators.ts';
import { Cursor, type Wanted } from '../syntax/cursor.ts';
import { phrases } from '../syntax/keywords.ts';
import { operatorWords, parsePipeline, readToGap } from '../syntax/pipeline.ts';
import type { Token } from '../syntax/token.ts';
import type { Operator } from '../syntax/tree.ts';

/** Where a query is being written, and what the grammar takes there. */
export interface Gap {
  /** What makes the rows whose columns can be named here. */
  readonly before: readonly Operator[];
  /** A SELECT before this clause, whose columns can be named as well. */
  readonly select: readonly Operator[];
  /** The JOIN in whose condition this is: its other rows can be named as well. */
  readonly join: Operator<'join'> | undefined;
  readonly wanted: Wanted | 'operator' | undefined;
  /** Whether nothing is written before it. */
  readonly isStart: boolean;
  /** Whether the query cannot end before it. */
  readonly expected: boolean;
  /** Words that the grammar goes on with. */
  readonly words: readonly string[];
  /** Which functions an expression here may call besides those of one row. */
  readonly calls: { readonly aggregates: boolean; readonly windows: boolean };
}

/** Longer operators are not read again for each word that may follow. */
const mostTokens = 500;

/** @param written the query's tokens before the gap */
export function gapAfter(text: string, written: readonly Token[]): Gap {
  const pipes = written.flatMap((token, at) => (isSymbol(token, '|>') ? [at] : []));
  const starts = [0, ...pipes];
  const operator = written.slice(starts.at(-1));
  const begin = operator.at(0)?.from ?? 0;
  const before = starts.slice(0, -1).flatMap((start, at) => {
    const from = written.at(start)?.from ?? 0;
    return operatorsIn(text.slice(at === 0 ? 0 : from, written[starts[at + 1]].from));
  });
  const around = { ...clauseOf(text, operator, begin, before), calls: callsIn(text, operator) };
  const isStart = written.length === 0;
  if (pipes.length > 0 && operator.length === 1)
    return { ...around, wanted: 'operator', isStart, expected: true, words: [] };
  const rest = pipes.length > 0 ? restOfWords(operator.slice(1)) : [];
  if (rest.length > 0) return { ...around, wanted: undefined, isStart, expected: true, words: rest };
  const { reached, wanted } = readToGap(text, operator);
  const mayFollow = wanted === undefined || wanted === 'expression';
  const tried = mayFollow && operator.length <= mostTokens ? phrases : [];
  const fit = tried.filter((phrase) => readToGap(text, operator, phrase).reached);
  const words = fit.filter((phrase) => !fit.some((longer) => longer.startsWith(`${phrase} `)));
  // What cannot be read, nor with a word more, may be what is not known here: anything can follow.
  if (!reached && words.length === 0)
    return { ...around, wanted: 'expression', isStart, expected: false, words: phrases };
  return { ...around, wanted, isStart, expected: isStart || wanted !== undefined, words };
}

/** What operators go on with whose first words these are, as `LEFT` does with `JOIN`. */
function restOfWords(tokens: readonly Token[]): string[] {
  if (tokens.some(({ kind }) => kind !== 'name')) return [];
  const written = `${tokens.map(({ value }) => value.toUpperCase()).join(' ')} `;
  const rest = operatorWords.flatMap((words) =>
    words.startsWith(written) ? [words.slice(written.length)] : [],
  );
  return [...new Set(rest)];
}

/** What the clause in which an operator ends sees of the rows. */
function clauseOf(
  text: string,
  operator: readonly Token[],
  begin: number,
  before: readonly Operator[],
): Pick<Gap, 'before' | 'select' | 'join'> {
  const seen = { before, select: [], join: undefined };
  const outer = outside(operator);
  const head = (end: Token | undefined): string => text.slice(begin, end?.from);
  const first = outer.find((token) => !isSymbol(token, '|>'));
  const on = outer.find((token) => isWord(token, 'on', 'using'));
  const joined = on && operatorsIn(`${head(on)} USING (key)`).at(0);
  if (joined?.kind === 'join') return { ...seen, join: { ...joined, type: 'inner', keys: [] } };
  const last = outer.findLast((token) => isWord(token, ...selectClauses));
  if (last === undefined || last === first) return seen;
  if (!isWord(first, 'select'))
    return isWord(last, 'order') ? { ...seen, before: [...before, ...operatorsIn(head(last))] } : seen;
  const clause = outer.find((token) => isWord(token, ...selectClauses));
  return isWord(last, 'order', 'having', 'qualify') ? { ...seen, select: operatorsIn(head(clause)) } : seen;
}

/** Words that begin a clause behind a SELECT list. */
const selectClauses = ['from', 'where', 'group', 'having', 'qualify', 'order', 'limit', 'offset'];

function callsIn(text: string, operator: readonly Token[]): Gap['calls'] {
  const words = isSymbol(operator.at(0), '|>') ? operator.slice(1) : operator;
  const first = words.at(0);
  if (first === undefined) return { aggregates: false, windows: false };
  if (isWord(first, 'select', 'from')) return { aggregates: true, windows: true };
  const end = { kind: 'end', value: '', from: text.length, to: text.length } as const;
  const allows = operatorAt(new Cursor(text, [...words, end]))?.allows;
  const isKey = outside(words.slice(1)).some((token) => isWord(token, 'group', 'order'));
  // An aggregate over a window is one of a window.
  return { aggregates: allows !== undefined && !isKey, windows: allows === 'windows' && !isKey };
}

function operatorsIn(text: string): readonly Operator[] {
  const parsed = parsePipeline(text);
  return parsed.ok ? parsed.query.operators : [];
}

/** The tokens that stand in no parentheses. */
function outside(tokens: readonly Token[]): Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (isSymbol(token, ')', ']')) depth--;
    const isOutside = depth === 0;
    if (isSymbol(token, '(', '[')) depth++;
    return isOutside;
  });
}

export function isSymbol(token: Token | undefined, ...symbols: readonly string[]): boolean {
  return token?.kind === 'symbol' && symbols.includes(token.value);
}

function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'name' && words.includes(token.value.toLowerCase());
}
