import { said } from '../../../said/said.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import { createCsvRowReader, type CsvRow } from '../../format/csv/row.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { Fault } from '../../fault.ts';
import { type Codec, pull } from '../compressed/decoded.ts';
import { type Source, SourceError } from '../source.ts';

/** How a delimited text's fields are put under the columns that several files have together. */
export interface ColumnOrder {
  readonly dialect: CsvDialect;
  /** Where its records begin. */
  readonly from: number;
  /** Of each column of the table, which field it is; -1 for one that the file lacks. */
  readonly fields: readonly number[];
}

/** Bytes read at a time. */
const pieceLength = 256 * 1024;
/** The longest row that is put under other columns, in bytes. */
const longest = 256 * 1024 * 1024;

/**
 * Writes a delimited text with the columns of a table, and without its header. Fields are copied as they stand; a
 * column that the file lacks is empty. Rows that have fewer or more fields than their own header have fewer or more than the
 * table has columns, and a row with an unclosed quote stays as it is: what was malformed is malformed afterwards.
 */
export function columnsCodec({ dialect, from: header, fields }: ColumnOrder): Codec {
  const reader = createCsvRowReader(dialect);
  const { row } = reader;
  const delimiter = Buffer.from(dialect.delimiter);
  const comment = Buffer.from(dialect.comment);
  const quote = dialect.quote === '' ? undefined : dialect.quote.charCodeAt(0);
  const width = dialect.columns.length;
  const out = new ByteBuilder();

  function writeRow(bytes: Uint8Array, start: number): void {
    if (row.fault === Fault.UnclosedQuote) {
      out.copy(bytes, start, row.end);
      out.byte(0x0a);
      return;
    }
    for (const [column, field] of fields.entries()) {
      if (column > 0) out.copy(delimiter, 0, delimiter.length);
      writeField(bytes, field, column === 0);
    }
    if (row.count !== width) writeOdd(bytes);
    out.byte(0x0a);
  }

  function writeField(bytes: Uint8Array, field: number, isFirst: boolean): void {
    if (field < 0 || field >= row.count) return;
    const [start, end] = placeOf(row, field, delimiter.length);
    // What is a field elsewhere could begin a comment at the beginning of a line.
    const isComment = isFirst && comment.length > 0 && comment.every((byte, i) => bytes[start + i] === byte);
    if (isComment && quote !== undefined) out.byte(quote);
    out.copy(bytes, start, end);
    if (isComment && quote !== undefined) out.byte(quote);
  }

  /** What makes a row of another length than its header one of another length than the table. */
  function writeOdd(bytes: Uint8Array): void {
    for (let field = Math.min(width, row.count - 1); field < row.count; field++) {
      out.copy(delimiter, 0, delimiter.length);
      if (field >= width) writeField(bytes, field, false);
    }
  }

  return {
    async *decode(base, { at: from, position: first }, marks) {
      let at = from === 0 ? header : from;
      let position = first;
      let input = new Uint8Array(pieceLength);
      let filled = 0;
      for (let ended = false; !ended || filled > 0;) {
        while (!ended && filled < input.length) {
          const length = yield* pull(base, input.subarray(filled), at + filled);
          if (length === 0) ended = true;
          filled += length;
          // The first rows are not to wait for a slow source.
          if (at === header) break;
        }
        const bytes = input.subarray(0, filled);
        reader.begin(bytes, ended);
        out.clear();
        if (marks.wants(position)) marks.add({ position, at });
        let next = 0;
        while (next < filled) {
          const read = reader.read(next);
          if (read === 'incomplete') break;
          if (read === 'record') writeRow(bytes, next);
          next = row.next;
        }
        if (next === 0 && filled === input.length) {
          if (filled >= longest) throw tooLong(base, position);
          const longer = new Uint8Array(2 * filled);
          longer.set(input);
          input = longer;
          continue;
        }
        at += next;
        position += out.length;
        if (out.length > 0) yield out.view().slice();
        input.copyWithin(0, next, filled);
        filled -= next;
      }
    },
  };
}

/** Where a field stands with its quotes. */
function placeOf(
  { places, count, end }: CsvRow,
  field: number,
  delimiter: number,
): readonly [number, number] {
  return [places[field], field + 1 < count ? places[field + 1] - delimiter : end];
}

function tooLong({ name }: Source, position: number): SourceError {
  const message = said`${name} has a row of more than 256 MiB, which cannot be put under the columns of other files.`;
  return new SourceError('unsupported', message, position);
}
