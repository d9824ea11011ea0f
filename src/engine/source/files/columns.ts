import { said } from '../../../said/said.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import { createCsvRowReader, type CsvRow, type CsvRowReader } from '../../format/csv/row.ts';
import { rowText, writtenField } from '../../format/csv/text.ts';
import { lineFeed } from '../../ascii.ts';
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
  /** How the table's fields are written, where the file's are separated or quoted in another way. */
  readonly as?: CsvDialect | undefined;
}

/** A row, or what stands between two. */
export interface PassedRow {
  /** Where it begins. */
  readonly at: number;
  /** Line ends in it. */
  readonly lines: number;
  /** Of a row, where it begins in what is written. */
  readonly written: number | undefined;
}

/** Bytes read at a time. */
const pieceLength = 256 * 1024;
/** The longest row that is put under other columns, in bytes. */
const longest = 256 * 1024 * 1024;

/**
 * Writes rows of a delimited text under the columns of a table. Fields are copied as they stand, unless they are to be
 * separated or quoted in another way; a
 * column that the file lacks is empty. Rows that have more fields than their own header have more than the table has columns, and
 * those that have fewer have fewer, where nothing of them stands behind what they lack; elsewhere they have more as well. A row with an
 * unclosed quote stays as it is: what was malformed is malformed afterwards.
 */
export class OrderedRows {
  readonly #reader: CsvRowReader;
  readonly #dialect: CsvDialect;
  readonly #as: CsvDialect | undefined;
  /** Bytes between two fields of the file. */
  readonly #gap: number;
  readonly #delimiter: Buffer;
  readonly #comment: Buffer;
  readonly #quote: number | undefined;
  readonly #width: number;
  readonly #fields: readonly number[];
  readonly #out = new ByteBuilder();

  constructor({ dialect, fields, as }: Pick<ColumnOrder, 'dialect' | 'fields' | 'as'>) {
    this.#reader = createCsvRowReader(dialect);
    this.#dialect = dialect;
    this.#as = as;
    this.#gap = Buffer.byteLength(dialect.delimiter);
    this.#delimiter = Buffer.from((as ?? dialect).delimiter);
    this.#comment = Buffer.from(dialect.comment);
    this.#quote = dialect.quote === '' ? undefined : dialect.quote.charCodeAt(0);
    this.#width = dialect.columns.length;
    this.#fields = fields;
  }

  /** What was written last: a view, void after the next `write`. */
  get written(): Uint8Array {
    return this.#out.view();
  }

  /**
   * Writes the whole rows that bytes begin with, and answers how many of the bytes they are.
   * @param final whether nothing more will come
   * @param passed told of each row and each line between rows, before it is written
   */
  write(bytes: Uint8Array, final: boolean, passed?: (row: PassedRow) => void): number {
    const { row } = this.#reader;
    this.#reader.begin(bytes, final);
    this.#out.clear();
    let next = 0;
    while (next < bytes.length) {
      const read = this.#reader.read(next);
      if (read === 'incomplete') break;
      const isRecord = read === 'record';
      passed?.({ at: next, lines: row.lines, written: isRecord ? this.#out.length : undefined });
      if (isRecord) this.#writeRow(bytes, next);
      next = row.next;
    }
    return next;
  }

  #writeRow(bytes: Uint8Array, start: number): void {
    const out = this.#out;
    const { row } = this.#reader;
    if (row.fault === Fault.UnclosedQuote) {
      out.copy(bytes, start, row.end);
      out.byte(lineFeed);
      return;
    }
    const isShort = row.count < this.#width;
    const last = this.#fields.findLastIndex((field) => field >= 0 && field < row.count);
    const fields = isShort ? this.#fields.slice(0, last + 1) : this.#fields;
    for (const [column, field] of fields.entries()) {
      if (column > 0) out.copy(this.#delimiter, 0, this.#delimiter.length);
      this.#writeField(bytes, field, column === 0);
    }
    const isTold = isShort && fields.length > 0 && fields.length < this.#fields.length;
    if (row.count !== this.#width && !isTold) this.#writeOdd(bytes);
    out.byte(lineFeed);
  }

  #writeField(bytes: Uint8Array, field: number, isFirst: boolean): void {
    const out = this.#out;
    const { row } = this.#reader;
    const [comment, quote] = [this.#comment, this.#quote];
    if (field < 0 || field >= row.count) return;
    if (this.#as) {
      this.#writeOtherwise(bytes, field, this.#as);
      return;
    }
    const [start, end] = placeOf(row, field, this.#gap);
    // What is a field elsewhere could begin a comment at the beginning of a line.
    const isComment = isFirst && comment.length > 0 && comment.every((byte, i) => bytes[start + i] === byte);
    if (isComment && quote !== undefined) out.byte(quote);
    out.copy(bytes, start, end);
    if (isComment && quote !== undefined) out.byte(quote);
  }

  /** Writes a field as another dialect has it. What is NULL is nothing there as well. */
  #writeOtherwise(bytes: Uint8Array, field: number, as: CsvDialect): void {
    const { row } = this.#reader;
    const text = rowText(bytes, row, field, this.#dialect);
    if (text === undefined) return;
    const written = Buffer.from(writtenField(text, as, bytes[row.places[field]] === this.#quote));
    this.#out.copy(written, 0, written.length);
  }

  /** What makes a row of another length than its header one of another length than the table. */
  #writeOdd(bytes: Uint8Array): void {
    const { row } = this.#reader;
    for (let field = Math.min(this.#width, row.count - 1); field < row.count; field++) {
      this.#out.copy(this.#delimiter, 0, this.#delimiter.length);
      if (field >= this.#width) this.#writeField(bytes, field, false);
    }
  }
}

/** A delimited text with the columns of a table, and without its header. */
export function columnsCodec(order: ColumnOrder): Codec {
  const { from: header } = order;
  const rows = new OrderedRows(order);
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
        if (marks.wants(position)) marks.add({ position, at });
        const next = rows.write(input.subarray(0, filled), ended);
        if (next === 0 && filled === input.length) {
          if (filled >= longest) throw tooLong(base, position);
          const longer = new Uint8Array(2 * filled);
          longer.set(input);
          input = longer;
          continue;
        }
        at += next;
        const { written } = rows;
        position += written.length;
        if (written.length > 0) yield written.slice();
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
