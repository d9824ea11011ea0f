import { isUtf8 } from 'node:buffer';
import { ByteBuilder } from '../../byteBuilder.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import { Kind, type FieldRequest, type RecordBlock } from '../../format/record.ts';
import { tableColumns, type TableColumns } from '../tableColumns.ts';
import type { CellTaker, RowCells } from './rowCells.ts';

/** The fields of records of delimited text as values. */
export class TableCells implements RowCells {
  readonly requests: readonly FieldRequest[];
  readonly #columns: TableColumns;
  readonly #quote: number;
  readonly #text = new ByteBuilder();
  #selection: Uint32Array = new Uint32Array(0);
  count = 0;
  length = 0;

  private constructor(columns: TableColumns) {
    this.#columns = columns;
    this.#quote = columns.quote;
    this.requests = columns.requests;
  }

  /** Undefined where a dialect has no records that could be read so. */
  static of(dialect: CsvDialect | undefined): TableCells | undefined {
    const columns = dialect && tableColumns(dialect);
    return columns && new TableCells(columns);
  }

  begin(block: RecordBlock, first: number, selection: Uint32Array, count: number): boolean {
    const columns = this.#columns;
    if (!columns.begin(block, first)) return false;
    this.#selection = selection;
    this.count = count;
    this.length = 0;
    for (let row = 0; row < count; row++) {
      const length = columns.lengthOf(selection[row]);
      if (length < 0) return false;
      this.length += length;
    }
    for (let column = 0; column < columns.width; column++) if (!this.#isPlain(column)) return false;
    const { bytes, starts, ends } = block;
    return count === 0 || isUtf8(bytes.subarray(starts[selection[0]], ends[selection[count - 1]]));
  }

  #isPlain(column: number): boolean {
    const { bytes } = this.#columns;
    const kinds = this.#columns.kinds[column];
    const starts = this.#columns.starts[column];
    const ends = this.#columns.ends[column];
    for (let row = 0; row < this.count; row++) {
      const record = this.#selection[row];
      const kind = kinds[record];
      if (kind === Kind.Text || kind === Kind.Null) continue;
      if (kind !== Kind.EscapedText) return false;
      for (let at = starts[record]; at < ends[record]; at++)
        if (bytes[at] === this.#quote && (++at === ends[record] || bytes[at] !== this.#quote)) return false;
    }
    return true;
  }

  column(column: number, taker: CellTaker): void {
    if (taker.isSettled) return;
    const { bytes } = this.#columns;
    const kinds = this.#columns.kinds[column];
    const starts = this.#columns.starts[column];
    const ends = this.#columns.ends[column];
    const selection = this.#selection;
    for (let row = 0; row < this.count; row++) {
      const record = selection[row];
      const kind = kinds[record];
      if (kind === Kind.EscapedText) {
        this.#single(bytes, starts[record], ends[record]);
        taker.addCell(Kind.Text, this.#text.view(), 0, this.#text.length);
      } else {
        taker.addCell(kind as Kind, bytes, starts[record], ends[record]);
      }
    }
  }

  /** A text in which each quote is doubled. */
  #single(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#text;
    out.clear();
    const to = out.room(end - start);
    let length = 0;
    for (let at = start; at < end; at++) {
      to[length++] = bytes[at];
      if (bytes[at] === this.#quote) at++;
    }
    out.wrote(length);
  }
}
