import { createCsvRowReader, type CsvRow } from './row.ts';
import type { CsvDialect } from './dialect.ts';
import { Kind } from '../record.ts';

/** A field of a row, as `FieldColumn` describes it; `place` is its first byte, its quote included. */
export interface CsvField {
  readonly place: number;
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/**
 * All fields of one record, whose line end is not among the bytes: the same fields as in its source.
 */
export function csvFields(record: Uint8Array, dialect: CsvDialect): CsvField[] {
  if (record.length === 0) return [];
  const reader = createCsvRowReader(dialect);
  reader.begin(record, true);
  if (reader.read(0) !== 'record') return [];
  const { places, kinds, starts, ends, count } = reader.row;
  return Array.from({ length: count }, (_, index) => ({
    place: places[index] ?? 0,
    kind: kinds[index] ?? Kind.Missing,
    start: starts[index] ?? 0,
    end: ends[index] ?? 0,
  }));
}

/** The text of a field: unescaped, bytes that are not UTF-8 as U+FFFD, '' where it is missing or null. */
export function fieldText(
  bytes: Uint8Array,
  kind: number,
  start: number,
  end: number,
  dialect: CsvDialect,
): string {
  if (kind !== Kind.Text && kind !== Kind.EscapedText) return '';
  const text = decoder.decode(bytes.subarray(start, end));
  return kind === Kind.EscapedText ? unescapeCsv(text, dialect) : text;
}

/** The text of a field of the row that was read last; undefined where it is missing or NULL. */
export function rowText(
  bytes: Uint8Array,
  { kinds, starts, ends }: CsvRow,
  field: number,
  dialect: CsvDialect,
): string | undefined {
  const kind = kinds[field];
  if (kind !== Kind.Text && kind !== Kind.EscapedText) return undefined;
  return fieldText(bytes, kind, starts[field], ends[field], dialect);
}

/** The text of a quoted field as it is meant, given what stands between its quotes. */
export function unescapeCsv(
  text: string,
  { quote, escape, delimiter }: Pick<CsvDialect, 'quote' | 'escape' | 'delimiter'>,
): string {
  const doubled = `${quote}${quote}`;
  if (escape === 'double') return text.replaceAll(doubled, quote);
  return text.replace(quote === "'" ? /\\.|''/gsu : /\\.|""/gsu, (match) => {
    const [escaped] = match.slice(1);
    const isEscape = match === doubled || [quote, '\\', delimiter.charAt(0)].includes(escaped);
    return isEscape ? escaped : match;
  });
}

/** A text as a field of a row: in quotes where it would not be the same without, or where it was. */
export function writtenField(
  text: string,
  { delimiter, quote, escape, comment }: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape' | 'comment'>,
  wasQuoted = false,
): string {
  if (quote === '') return text;
  const backslash = escape === 'backslash' && text.includes('\\');
  const isPlain = !/[\r\n]/.test(text) && !text.includes(delimiter) && !text.includes(quote) && !backslash;
  if (isPlain && !wasQuoted && (comment === '' || !text.startsWith(comment))) return text;
  const escaped = backslash ? text.replaceAll('\\', '\\\\') : text;
  return `${quote}${escaped.replaceAll(quote, quote + quote)}${quote}`;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Where the records begin, past the header: an index into the bytes, and the lines before it from the table's
 * start.
 */
export interface CsvBody {
  readonly index: number;
  readonly lines: number;
}

/**
 * Finds the end of the header in the bytes of a source from its beginning. Undefined where the bytes end
 * within the header and the source does not.
 */
export function csvBody(head: Uint8Array, final: boolean, dialect: CsvDialect): CsvBody | undefined {
  const reader = createCsvRowReader(dialect);
  reader.begin(head, final);
  let index = dialect.tableStart;
  let lines = 0;
  for (let rows = 0; rows < dialect.headerLines;) {
    if (index >= head.length) return final ? { index, lines } : undefined;
    const read = reader.read(index);
    if (read === 'incomplete') return undefined;
    if (read === 'record') rows++;
    index = reader.row.next;
    lines += reader.row.lines;
  }
  return { index, lines };
}
