import { type Said, said } from '../../../said/said.ts';
import { pathOf, type KnownColumn } from '../check.ts';
import { QueryError } from '../diagnostic.ts';
import { aggregates, scalarFunctions } from '../function/index.ts';
import { pipeOperators } from '../operator/operators.ts';
import { tokenize, type Token } from '../syntax/token.ts';
import { writeText } from '../write.ts';

/** One suggestion: structurally the protocol's `Completion`. */
export interface Completion {
  readonly label: string;
  readonly kind: 'column' | 'function' | 'keyword' | 'value';
  readonly detail: string;
  readonly info?: Said;
  readonly insert: string;
}

/** Suggestions for the characters from `from` to `to`. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

/** A value that was seen in a column. */
export interface SeenValue {
  readonly text: string;
  /** Whether a query writes it as it stands: numbers and booleans. */
  readonly bare: boolean;
}

const expressionWords = [
  'AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL', 'IS DISTINCT FROM', 'TRUE', 'FALSE', 'NULL',
  'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'AS', 'GROUP BY', 'ASC', 'DESC', 'INTERVAL', 'TIMESTAMP', 'DATE',
]; // prettier-ignore

/** Of these, the ones that only begin an operand, and never stand behind one. */
const operandWords: ReadonlySet<string> = new Set([
  'TRUE', 'FALSE', 'NULL', 'CASE', 'CAST', 'INTERVAL', 'TIMESTAMP', 'DATE',
]); // prettier-ignore

/**
 * Words of the grammar that are not reserved and that an operand may come after. Those that are need quotes as columns, and so
 * are none without; what comes after DATE is a text, for which nothing is offered.
 */
const grammarWords: ReadonlySet<string> = new Set([
  'asc', 'desc', 'exclude', 'first', 'last', 'nulls', 'of', 'on', 'partition', 'replace', 'using',
]); // prettier-ignore

const maxItems = 200;

/**
 * @param values what was seen in a column, named as the query names it
 * @param allows `calls`: whether the query may run programs
 */
export function completeAt(
  text: string,
  position: number,
  columns: readonly KnownColumn[],
  values?: (column: string) => readonly SeenValue[],
  allows: { readonly calls?: boolean } = {},
): Completions {
  const before = tokensBefore(text, position);
  if (before.open !== undefined) return completeText(text, position, before, values);
  const word = /[\p{L}\p{N}_$@.]*$/u.exec(text.slice(0, position))?.[0] ?? '';
  const from = position - word.length;
  const to = position + (/^[\p{L}\p{N}_$@.]*/u.exec(text.slice(position))?.[0] ?? '').length;
  const known = before.tokens.filter((token) => token.kind !== 'end' && token.to <= from);
  const items = (): readonly Completion[] => {
    if (isPipe(known.at(-1))) return operatorItems(allows.calls === true);
    if (endsOperand(text, known, from, columns))
      return expressionWords.filter((one) => !operandWords.has(one)).map(keyword);
    return expressionItems(text, known, from, columns, values);
  };
  return { from, to, items: fitting(items(), word) };
}

interface TokensBefore {
  readonly tokens: readonly Token[];
  /** Where a text or a quoted name begins that is not closed before the position. */
  readonly open: number | undefined;
}

function tokensBefore(text: string, position: number): TokensBefore {
  const head = text.slice(0, position);
  try {
    return { tokens: tokenize(head), open: undefined };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const quote = head.charAt(error.span.from);
    const tokens = error.span.from === 0 ? [] : tokensBefore(head, error.span.from).tokens;
    return { tokens, open: quote === "'" || quote === '"' || quote === '`' ? error.span.from : undefined };
  }
}

function completeText(
  text: string,
  position: number,
  { tokens, open = 0 }: TokensBefore,
  values: ((column: string) => readonly SeenValue[]) | undefined,
): Completions {
  const column = text[open] === "'" ? comparedColumn(text, tokens, open) : undefined;
  const typed = text.slice(open + 1, position);
  const to = text[position] === "'" ? position + 1 : position;
  if (column === undefined || values === undefined) return { from: open, to, items: [] };
  return { from: open, to, items: fitting(values(column).map(valueItem), typed) };
}

function isPipe(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && token.value === '|>';
}

/** Whether an operand is complete before `at`. Of names, only known columns are one: others may be words of the grammar. */
function endsOperand(
  text: string,
  before: readonly Token[],
  at: number,
  columns: readonly KnownColumn[],
): boolean {
  const last = before.at(-1);
  // What is written on to it may be a part of it.
  if (!last || last.to === at) return false;
  switch (last.kind) {
    case 'text':
    case 'number':
    case 'quoted':
      return true;
    case 'symbol':
      return last.value === ')';
    case 'name': {
      if (grammarWords.has(last.value.toLowerCase()) || isPipe(before.at(-2))) return false;
      const path = text.slice(before[pathStart(before, before.length - 1)].from, last.to);
      return columns.some((column) => pathOf(column) === path);
    }
    default:
      return false;
  }
}

/** Where a path begins of which a token is the last name. */
function pathStart(tokens: readonly Token[], last: number): number {
  let first = last;
  while (first >= 2 && tokens[first - 1].value === '.' && isName(tokens[first - 2])) first -= 2;
  return first;
}

function operatorItems(calls: boolean): Completion[] {
  return pipeOperators
    .filter(({ only }) => only === undefined || (only === 'programs' && calls))
    .map(({ word, form, summary }) => ({ ...keyword(word), detail: form, info: summary }));
}

function expressionItems(
  text: string,
  before: readonly Token[],
  from: number,
  columns: readonly KnownColumn[],
  values: ((column: string) => readonly SeenValue[]) | undefined,
): Completion[] {
  const compared = comparedColumn(text, before, from);
  const seen = compared === undefined || values === undefined ? [] : values(compared).map(valueItem);
  return [
    ...seen,
    ...columns.map(columnItem),
    ...attributes.map(([name, type, info]) => ({ ...columnItem({ name, type, path: name }), info })),
    ...[...scalarFunctions.values(), ...aggregates.values()].map((entry): Completion => ({
      label: entry.name,
      kind: 'function',
      detail: entry.signature,
      info: entry.summary,
      insert: `${entry.name}(`,
    })),
    ...expressionWords.map(keyword),
    ...(before.length === 0 ? operatorItems(false) : []),
  ];
}

/** Names, types, and what they are. */
const attributes: readonly (readonly [string, string, Said])[] = [
  ['_record', 'number', said`Number of the record.`],
  ['_line', 'number', said`Line on which the record begins.`],
  ['_offset', 'number', said`Byte at which the record begins.`],
  ['_file', 'text', said`Path of the file that the record is in.`],
  ['_file_offset', 'number', said`Byte of that file at which the record begins.`],
  ['_error', 'text', said`Why the record is malformed.`],
];

function columnItem(column: KnownColumn): Completion {
  const insert = pathOf(column);
  return { label: column.name, kind: 'column', detail: column.type, insert };
}

function keyword(word: string): Completion {
  return { label: word, kind: 'keyword', detail: '', insert: word };
}

function valueItem({ text, bare }: SeenValue): Completion {
  const insert = bare ? text : writeText(text);
  return { label: text, kind: 'value', detail: '', insert };
}

/** The column that what stands at `at` is compared with: `col =`, `col IN (a,`, `col LIKE`. */
function comparedColumn(text: string, tokens: readonly Token[], at: number): string | undefined {
  const before = tokens.filter((token) => token.kind !== 'end' && token.to <= at);
  let last = before.length - 1;
  const isList = (token: Token): boolean =>
    token.kind === 'text' || token.kind === 'number' || (token.kind === 'symbol' && token.value === ',');
  while (last >= 0 && isList(before[last])) last--;
  const inList = last >= 1 && before[last].value === '(' && before[last - 1].value.toLowerCase() === 'in';
  if (inList) last -= 2;
  else if (last === before.length - 1 && last >= 0 && comparing.has(before[last].value.toLowerCase())) last--;
  else return undefined;
  if (last >= 0 && before[last].value.toLowerCase() === 'not') last--;
  const end = before.at(last);
  if (last < 0 || end === undefined) return undefined;
  return isName(end) ? text.slice(before[pathStart(before, last)].from, end.to) : undefined;
}

const comparing = new Set(['=', '==', '<>', '!=', '<', '<=', '>', '>=', 'like', 'ilike']);

function isName(token: Token): boolean {
  return token.kind === 'name' || token.kind === 'quoted';
}

/** What begins with the word comes first, then what holds it. */
function fitting(items: readonly Completion[], word: string): Completion[] {
  const wanted = word.toLowerCase();
  const begins = items.filter((item) => item.label.toLowerCase().startsWith(wanted));
  const holds = items.filter((item) => !begins.includes(item) && item.label.toLowerCase().includes(wanted));
  return [...begins, ...holds].slice(0, maxItems);
}
