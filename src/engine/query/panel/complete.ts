import { type Said, said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { aggregates, scalarFunctions, windowFunctions } from '../function/index.ts';
import { pipeOperators } from '../operator/operators.ts';
import { rowsBehind, type FileField, type KnownFiles, type RowColumn, type Rows } from '../rowColumns.ts';
import { castTypes } from '../syntax/castType.ts';
import { operandWords } from '../syntax/keywords.ts';
import { tokenize, type Token } from '../syntax/token.ts';
import { partNames } from '../value/calendar.ts';
import { writeName, writePath, writeText } from '../write.ts';
import { gapAfter, type Gap } from './gap.ts';

/** One suggestion: structurally the protocol's `Completion`. */
export interface Completion {
  readonly label: string;
  readonly kind: 'column' | 'function' | 'keyword' | 'value' | 'file';
  readonly detail: string;
  readonly info?: Said;
  readonly insert: string;
}

/** Suggestions for the characters from `from` to `to`. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  /** Whether the query cannot end here: what may follow is worth offering unasked. */
  readonly expected: boolean;
  readonly items: readonly Completion[];
}

/** A value that was seen in a column. */
export interface SeenValue {
  readonly text: string;
  /** Whether a query writes it as it stands: numbers and booleans. */
  readonly bare: boolean;
}

const maxItems = 200;

/** What is known of the file that a query is asked of, and of what lies beside it. */
export interface Known extends KnownFiles {
  /** Values that were seen in a column. */
  readonly values?: (column: FileField) => Promise<readonly SeenValue[]>;
  /** Files that a JOIN may read, as a query writes their paths. */
  readonly files?: () => Promise<readonly string[]>;
  /** Whether the query may run programs. */
  readonly calls?: boolean;
}

/** What may be written where the caret stands. */
export async function completeAt(text: string, position: number, known: Known): Promise<Completions> {
  const head = tokensBefore(text, position);
  const pattern = /^[\p{L}\p{N}_$@.]*/u;
  const isQuoted = head.open !== undefined;
  const word = isQuoted ? '' : (/[\p{L}\p{N}_$@.]*$/u.exec(text.slice(0, position))?.[0] ?? '');
  const from = head.open ?? position - word.length;
  const to = isQuoted
    ? position + (text[position] === text[from] ? 1 : 0)
    : position + (pattern.exec(text.slice(position))?.[0] ?? '').length;
  const tokens = head.tokens.filter((token) => token.kind !== 'end' && token.to <= from);
  const at: Place = { text, tokens, from, word: isQuoted ? text.slice(from + 1, position) : word };
  const gap = gapAfter(text.slice(0, from), tokens);
  const items =
    text[from] === "'" && isQuoted
      ? await textItems(at, gap, known)
      : isQuoted
        ? await quotedItems(gap, known)
        : await itemsIn(at, gap, known);
  return { from, to, expected: gap.expected, items: fitting(items, at.word) };
}

/** Where something is being written. */
interface Place {
  readonly text: string;
  /** Those before it. */
  readonly tokens: readonly Token[];
  readonly from: number;
  /** What is written of it, without a quote. */
  readonly word: string;
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

/** What a text may be: the path of a file, or a value of the column that it is compared with. */
async function textItems(at: Place, gap: Gap, known: Known): Promise<Completion[]> {
  if (gap.wanted === 'file') return fileItems(known);
  return gap.wanted === 'expression' ? valueItems(at, await rowsIn(gap, known), known) : [];
}

async function quotedItems(gap: Gap, known: Known): Promise<Completion[]> {
  if (gap.wanted === undefined || gap.wanted === 'operator') return [];
  return columnItems(gap, await rowsIn(gap, known), '');
}

async function itemsIn(at: Place, gap: Gap, known: Known): Promise<Completion[]> {
  const operators = gap.isStart ? operatorItems(false) : [];
  const isElse = (word: string): boolean =>
    [...operandWords, ...operators.map(({ label }) => label)].includes(word);
  const words = gap.words.map(keyword);
  switch (gap.wanted) {
    case undefined:
      return words;
    case 'operator':
      return operatorItems(known.calls === true);
    case 'file':
      return fileItems(known);
    case 'size':
      return ['10 PERCENT', '1 PERCENT', '1000 ROWS'].map(keyword);
    case 'part':
      return partNames.map(keyword);
    case 'type':
      return [...castTypes.keys()].map(keyword);
    case 'column':
    case 'name':
      return columnItems(gap, await rowsIn(gap, known), at.word);
    case 'mostly column': {
      const columns = columnItems(gap, await rowsIn(gap, known), at.word);
      return fitting(columns, at.word).length > 0 ? columns : functionItems(gap);
    }
    case 'expression': {
      const rows = await rowsIn(gap, known);
      return [
        ...(await valueItems(at, rows, known)),
        ...columnItems(gap, rows, at.word),
        ...(rows.ofRecord ? attributeItems() : []),
        ...functionItems(gap),
        ...operandWords.map(keyword),
        ...words.filter(({ label }) => !isElse(label)),
        ...operators,
      ];
    }
  }
}

/** The rows whose columns can be named. */
async function rowsIn({ before, select, join }: Gap, known: Known): Promise<Rows> {
  const rows = await rowsBehind(join === undefined ? before : [...before, join], known);
  if (select.length === 0) return rows;
  const { columns } = await rowsBehind([...before, ...select], known);
  const names = new Set(columns.map(({ name }) => name));
  return { ...rows, columns: [...columns, ...rows.columns.filter(({ name }) => !names.has(name))] };
}

async function fileItems({ files }: Known): Promise<Completion[]> {
  const paths = (await files?.()) ?? [];
  return paths.map((path) => ({ label: path, kind: 'file', detail: '', insert: writeText(path) }));
}

async function valueItems(
  { text, tokens, from }: Place,
  { columns, aliases, ofRecord }: Rows,
  { columns: all, values }: Known,
): Promise<Completion[]> {
  const compared = comparedColumn(text, tokens, from);
  if (compared === undefined || values === undefined) return [];
  const [first, ...rest] = compared.split('.');
  const names = aliases.has(first) ? [compared, rest.join('.')] : [compared];
  const named = names.map((name) => columnCalled(name, columns)).find((column) => column !== undefined);
  const field = named
    ? named.field
    : ofRecord
      ? all.find(({ ofFile, path }) => ofFile === 'path' && path === compared)
      : undefined;
  if (field === undefined) return [];
  return (await values(field)).map(({ text: value, bare }) => ({
    ...{ label: value, kind: 'value', detail: '' },
    insert: bare ? value : writeText(value),
  }));
}

function columnCalled(written: string, columns: readonly RowColumn[]): RowColumn | undefined {
  const lower = written.toLowerCase();
  return (
    columns.find(({ path, name }) => path === written || name === written) ??
    columns.find(({ path }) => path.toLowerCase() === lower)
  );
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

/** @param word what is written: where it begins with what the file is called, the columns do so as well */
function columnItems({ wanted, join }: Gap, { columns, aliases }: Rows, word: string): Completion[] {
  if (wanted === 'name') return nameItems(columns, join?.alias.name);
  // Operators that name columns take them without what the file is called.
  const alias = wanted === 'column' ? undefined : [...aliases].find((name) => word.startsWith(`${name}.`));
  const items = columns.map(({ name, path, type }) => columnItem(name, path, type));
  if (alias === undefined) return items;
  return [
    ...items,
    ...items.map((item) => ({
      ...item,
      label: `${alias}.${item.label}`,
      insert: `${writeName(alias)}.${item.insert}`,
    })),
  ];
}

/**
 * Columns where only a name may stand.
 * @param other what the rows of another file are called that has the column as well
 */
function nameItems(columns: readonly RowColumn[], other: string | undefined): Completion[] {
  const own = columns.filter(({ keys }) => keys[0] !== other);
  const others = columns
    .filter(({ keys }) => keys[0] === other && keys.length > 1)
    .map(({ keys }) => keys[1]);
  const types = new Map<string, string>();
  for (const { keys, type } of own)
    types.set(keys[0], keys.length === 1 ? type : (types.get(keys[0]) ?? 'object'));
  return [...types]
    .filter(([name]) => others.length === 0 || others.includes(name))
    .map(([name, type]) => columnItem(name, writePath([name]), type));
}

function functionItems({ calls }: Gap): Completion[] {
  const entries = [
    ...scalarFunctions.values(),
    ...(calls.aggregates ? aggregates.values() : []),
    ...(calls.windows ? [...windowFunctions.values()].filter(({ name }) => !aggregates.has(name)) : []),
  ];
  return entries.map(({ name, signature, summary }) => ({
    ...{ label: name, kind: 'function', detail: signature },
    info: summary,
    insert: `${name}(`,
  }));
}

function attributeItems(): Completion[] {
  return attributes.map(([name, type, info]) => ({ ...columnItem(name, name, type), info }));
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

function columnItem(name: string, path: string, type: string): Completion {
  return { label: name, kind: 'column', detail: type, insert: path };
}

function keyword(word: string): Completion {
  return { label: word, kind: 'keyword', detail: '', insert: word };
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
  const places = items.map(({ label }) => label.toLowerCase().indexOf(wanted));
  const begins = items.filter((_item, at) => places[at] === 0);
  const holds = items.filter((_item, at) => places[at] > 0);
  return [...begins, ...holds].slice(0, maxItems);
}
