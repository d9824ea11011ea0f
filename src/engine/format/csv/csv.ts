import { isUtf8 } from 'node:buffer';
import { Fault } from '../../fault.ts';
import { createBlockBuilder, type BlockBuilder } from '../columns.ts';
import { createCsvRowReader, quoteReach, type CsvRow, type CsvRowReader } from './row.ts';
import type { CellReadings } from './cellReading.ts';
import type { CsvDialect } from './dialect.ts';
import { readNumbers, type NumberColumn } from './numberColumn.ts';
import { GrowingBuffer } from '../growingBuffer.ts';
import { exactNumber } from '../number.ts';
import {
  Kind,
  maxRecordLength,
  type FieldRequest,
  type RecordBlock,
  type Scanner,
  type ScanTask,
} from '../record.ts';
import { sequenceLength } from '../utf8.ts';
import { checksumOf } from '../../kernel/checksum.ts';

/** What a scanner holds at most; other values than the engine's are for tests. */
export interface CsvLimits {
  readonly maxRecordLength: number;
  readonly quoteReach: number;
}

export const csvEngineLimits: CsvLimits = { maxRecordLength, quoteReach };

/**
 * Delimited text, as RFC 4180 has it and as it is found. Where the RFC is silent or broken, this is the rule;
 * what a row means depends on the bytes from its start on, never on blocks or buffers.
 *
 * Rows - A row ends at LF, CRLF or the end of the source, with `lineEnd: 'any'` also at a lone CR, outside
 * quotes. - A line without a byte on it is no record, also in a table of one column (`""` is one); nor is a
 * line that   begins with the comment prefix. Both count as lines.
 *
 * Fields - A quote opens a field only as the field's first byte. Elsewhere in an unquoted field it is text:
 * `StrayQuote`. With `skipInitialSpace` a field begins past the spaces before it. - Inside quotes, two quotes are
 * one; with `escape: 'backslash'` a backslash before a quote, a delimiter or a backslash escapes it, and is text
 * before anything else. A quote before a delimiter, a line end or the end of the source closes. Any other quote is
 * text: `StrayQuote`. - An empty field is Null, a quoted empty one is Text. Numbers are taken from the text without
 * spaces and tabs around it, quoted or not.
 *
 * Quotes that never close. No RFC 4180 field holds an odd run of quotes that is followed by other text than a
 * delimiter or a line end. Where such a run stands at the start of a line or after a delimiter, it opens
 * another field, and so the one before it ended or was never opened: - If a quote stands right before that
 * delimiter, it closed the field although it looked doubled (`"5"","next"`,   written without escapes):
 * `StrayQuote`. - Else the quote that opened the field is text, and so is the field, as if it were unquoted:
 * `UnclosedQuote`.   The row then ends at its line end, and every row after it is still there. The latter holds
 * too for a quote that meets neither such a run nor a closing quote up to the source's end, or up to
 * `quoteReach` bytes past the end of the line where it opened: one field may be as long as a record, but what
 * is scanned for a quote's sake must have a bound.
 *
 * Faults, the first that applies: TooLong, UnclosedQuote, TooFewFields or TooManyFields (against the dialect's
 * columns; a dialect without columns has any width), StrayQuote, FieldNotUtf8, FieldWithNul. Their places are
 * the limit, the quote, the end of the row or the start of the first field too many, the quote, the byte. All
 * but TooLong leave the row readable.
 *
 * A row that has not ended makes a block incomplete however long it is: a caller that will not hold more than
 * `maxRecordLength` of it moves on with `skip`.
 */
export function createPlainCsvScanner(dialect: CsvDialect, limits: CsvLimits = csvEngineLimits): Scanner {
  const reader = createCsvRowReader(dialect, limits.quoteReach);
  const builder = createBlockBuilder(csvNumber);
  const width = dialect.columns.length;
  const buffer = new GrowingBuffer();

  function scan(task: ScanTask): RecordBlock {
    const bytes = buffer.first(task.length);
    const until = Math.min(task.until, task.length);
    const columns = task.fields.map(({ path }) => (typeof path[0] === 'number' ? path[0] : -1));
    const plainEnd = plainTextEnd(bytes, task.from);
    let next = task.from;
    let line = 0;
    let incomplete = false;

    reader.begin(bytes, task.final);
    builder.begin(task.fields);
    while (next < until) {
      const read = reader.read(next);
      if (read === 'incomplete') {
        incomplete = true;
        break;
      }
      const { row } = reader;
      if (read === 'record') {
        const plain = row.end <= plainEnd;
        addRow(builder, bytes, next, line, row, columns, plain);
        const fault = faultOfRow(bytes, next, row, width, limits, plain);
        if (fault !== undefined) builder.setFault(fault.code, fault.index - next);
      }
      line += row.lines;
      next = row.next;
    }
    const block = builder.finish(bytes, task, { lineCount: line, next, incomplete });
    if (dialect.readings !== undefined) readWritten(block, task.fields, dialect.readings);
    return block;
  }

  return {
    name: 'plain',
    maxRecordLength: limits.maxRecordLength,
    recordsAreLines: true,
    spansLines: dialect.quote !== '',

    reserve: (length, keep) => buffer.reserve(length, keep),

    scan,

    resync(from, length) {
      return guessRow(reader, buffer.first(length), from, dialect);
    },

    checksum: (from, to) => checksumOf(buffer.slice(from, to)),
    skip: (from, length) => nextLineStart(buffer.first(length), from, dialect),
  };
}

export interface FoundFault {
  readonly code: Fault;
  /** Where, as an index into the bytes. */
  readonly index: number;
}

/**
 * What is wrong with the row that begins at `start`, if anything; `plain` where it is known to be UTF-8 without
 * NUL.
 */
export function faultOfRow(
  bytes: Uint8Array,
  start: number,
  row: CsvRow,
  width: number,
  limits: CsvLimits,
  plain = false,
): FoundFault | undefined {
  const { end, count, places } = row;
  if (end - start > limits.maxRecordLength) {
    return { code: Fault.TooLong, index: start + limits.maxRecordLength };
  }
  if (row.fault === Fault.UnclosedQuote) return { code: row.fault, index: row.faultAt };
  if (count < width) return { code: Fault.TooFewFields, index: end };
  if (count > width && width > 0) return { code: Fault.TooManyFields, index: places[width] ?? end };
  if (row.fault === Fault.StrayQuote) return { code: row.fault, index: row.faultAt };
  if (plain) return undefined;
  const notUtf8 = invalidAt(bytes, start, end);
  if (notUtf8 !== -1) return { code: Fault.FieldNotUtf8, index: notUtf8 };
  const nul = bytes.subarray(0, end).indexOf(0, start);
  return nul === -1 ? undefined : { code: Fault.FieldWithNul, index: nul };
}

/** @param plain whether the row is known to be UTF-8 */
function addRow(
  builder: BlockBuilder,
  bytes: Uint8Array,
  start: number,
  line: number,
  row: CsvRow,
  columns: readonly number[],
  plain: boolean,
): void {
  builder.add(start, row.end, line);
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index] ?? -1;
    if (column < 0 || column >= row.count) continue;
    const kind = plain ? row.kinds[column] : kindOfField(bytes, row, column);
    builder.setField(index, kind, row.starts[column], row.ends[column]);
  }
}

/** The kind of a field in a row that may hold bytes that are not UTF-8. */
export function kindOfField(bytes: Uint8Array, { kinds, starts, ends }: CsvRow, field: number): Kind {
  if (kinds[field] !== Kind.Text || isUtf8(bytes.subarray(starts[field], ends[field]))) return kinds[field];
  return Kind.OddText;
}

/** `FieldColumn.numbers` for CSV. */
export function csvNumber(bytes: Uint8Array, kind: number, start: number, end: number): number {
  if (kind !== Kind.Text) return NaN;
  let from = start;
  let to = end;
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  return exactNumber(bytes, from, to);
}

/** Sets `FieldColumn.numbers` of the columns whose numbers are not written as the language has them. */
export function readWritten(
  { bytes, fields }: { readonly bytes: Uint8Array; readonly fields: readonly NumberColumn[] },
  requests: readonly FieldRequest[],
  readings: CellReadings,
): void {
  for (const [index, { path }] of requests.entries()) {
    const reading = typeof path[0] === 'number' ? readings.at(path[0]) : undefined;
    if (reading?.kind === 'number') readNumbers(bytes, fields[index], reading);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Up to where the bytes are known to be UTF-8 without NUL, so that rows there need not be looked at one by one. */
function plainTextEnd(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  while (end > from && (bytes[end - 1] ?? 0) >= 0x80) end--;
  const text = bytes.subarray(from, end);
  return isUtf8(text) && !text.includes(0) ? end : from;
}

/** Index of the first byte in [start, end) that is not UTF-8; -1 where there is none. */
function invalidAt(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end;) {
    const length = sequenceLength(bytes, at, end);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** How many line starts are tried, and how much of what follows each is read. */
const guess = { lines: 64, rows: 16, bytes: 256 * 1024 };

/**
 * The first line start at or after `from` from which the next rows are all well formed and of the right width; else
 * the one with the most such rows. A line start inside a quoted field mostly gives itself away: the line
 * has another width, and the field's closing quote stands where none may.
 */
export function guessRow(reader: CsvRowReader, bytes: Uint8Array, from: number, dialect: CsvDialect): number {
  const loneCr = dialect.lineEnd === 'any';
  let best = bytes.length;
  let bestShare = -1;
  let start = lineStartFrom(bytes, from, loneCr);
  for (let tried = 0; tried < guess.lines && start < bytes.length; tried++) {
    const share = wellFormedShare(
      reader,
      bytes.subarray(0, start + guess.bytes),
      start,
      dialect.columns.length,
    );
    if (share === 1) return start;
    if (share > bestShare) {
      best = start;
      bestShare = share;
    }
    start = lineStartFrom(bytes, start + 1, loneCr);
  }
  return best;
}

function wellFormedShare(reader: CsvRowReader, bytes: Uint8Array, start: number, width: number): number {
  reader.begin(bytes, false);
  let rows = 0;
  let good = 0;
  for (let at = start; at < bytes.length && rows < guess.rows; at = reader.row.next) {
    const read = reader.read(at);
    if (read === 'incomplete') break;
    if (read === 'skipped') continue;
    rows++;
    if (reader.row.fault === Fault.None && reader.row.count === width) good++;
  }
  return rows === 0 ? 0 : good / rows;
}

/**
 * `Scanner.skip` of delimited text: a row that is too long ends with the line on which it begins. A quoted field whose
 * closing quote is farther than `quoteReach` from that is taken for unquoted in any case.
 */
export function nextLineStart(bytes: Uint8Array, from: number, dialect: CsvDialect): number {
  return lineStartFrom(bytes, from, dialect.lineEnd === 'any');
}

/** The first index at or after `from` that stands after a line end; the bytes' length where there is none. */
function lineStartFrom(bytes: Uint8Array, from: number, loneCr: boolean): number {
  for (let at = Math.max(from, 1); at < bytes.length; at++) {
    if (bytes[at - 1] === 0x0a) return at;
    if (loneCr && bytes[at - 1] === 0x0d && bytes[at] !== 0x0a) return at;
  }
  return bytes.length;
}
