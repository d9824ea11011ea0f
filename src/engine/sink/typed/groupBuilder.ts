import { ObjectReader, readRows } from './cells.ts';
import { ColumnsBuilder } from './column.ts';
import type { RowCells } from './rowCells.ts';
import type { ColumnTypes, EncodedGroup, GroupEncoder, TypedFormat } from './typedFormat.ts';

/** Makes groups of rows: takes in rows until there are enough of them for one. */
export class GroupBuilder {
  readonly #types: ColumnTypes;
  readonly #encode: GroupEncoder;
  readonly #reader: ObjectReader;
  readonly #valueColumn: string;
  #columns: ColumnsBuilder;
  #rows = 0;
  #bytes = 0;

  /** @param valueColumn the column of rows that are no objects */
  constructor(format: TypedFormat, types: ColumnTypes, valueColumn: string) {
    this.#types = types;
    this.#encode = format.encoder(types);
    this.#reader = new ObjectReader(types.keys(), 0);
    this.#valueColumn = valueColumn;
    this.#columns = new ColumnsBuilder(types);
  }

  /** Takes whole lines, each a row as JSON. */
  addLines(lines: Uint8Array): void {
    readRows(lines, this.#reader, this.#valueColumn, this.#add);
    this.#bytes += lines.length;
  }

  /** Takes rows with the same columns. */
  addRows(cells: RowCells): void {
    this.#columns.addRows(cells);
    this.#rows += cells.count;
    this.#bytes += cells.length;
  }

  /** Whether the group has reached one of these: rows, or bytes of what they were made of. */
  has(rows: number, bytes: number): boolean {
    return this.#rows >= rows || this.#bytes >= bytes;
  }

  /** The group; undefined where it has no rows. */
  take(): EncodedGroup | undefined {
    if (this.#rows === 0) return undefined;
    const group = this.#encode(this.#columns.finish(), this.#rows);
    this.#columns = new ColumnsBuilder(this.#types);
    [this.#rows, this.#bytes] = [0, 0];
    return group;
  }

  readonly #add = (bytes: Uint8Array): void => {
    this.#columns.add(this.#reader, bytes);
    this.#rows++;
  };
}
