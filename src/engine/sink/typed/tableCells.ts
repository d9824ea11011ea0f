import { isUtf8 } from 'node:buffer';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import type { FieldRequest, RecordBlock } from '../../format/record.ts';
import type { CellArrays } from '../../kernel/cellKernel.ts';
import { tableColumns, type TableColumns } from '../tableColumns.ts';
import { CellRun, type CellTaker } from './cellRun.ts';
import type { RowCells } from './rowCells.ts';

/** The fields of records of delimited text as values. */
export class TableCells implements RowCells {
  readonly requests: readonly FieldRequest[];
  readonly #columns: TableColumns;
  readonly #run: CellRun;
  length = 0;

  private constructor(columns: TableColumns) {
    this.#columns = columns;
    this.#run = new CellRun(columns.quote);
    this.requests = columns.requests;
  }

  /** Undefined where a dialect has no records that could be read so. */
  static of(dialect: CsvDialect | undefined): TableCells | undefined {
    const columns = dialect && tableColumns(dialect);
    return columns && new TableCells(columns);
  }

  get count(): number {
    return this.#run.count;
  }

  begin(block: RecordBlock, first: number, selection: Uint32Array, count: number): boolean {
    const columns = this.#columns;
    if (!columns.begin(block, first)) return false;
    this.length = 0;
    for (let row = 0; row < count; row++) {
      const length = columns.lengthOf(selection[row]);
      if (length < 0) return false;
      this.length += length;
    }
    const { bytes, starts, ends } = block;
    const [from, to] = count === 0 ? [0, 0] : [starts[selection[0]], ends[selection[count - 1]]];
    this.#run.begin(bytes, from, to, selection, count);
    for (let column = 0; column < columns.width; column++)
      if (!this.#run.areOfTable(this.#arrays(column))) return false;
    return isUtf8(bytes.subarray(from, to));
  }

  column(column: number, taker: CellTaker): void {
    this.#run.give(this.#arrays(column), taker);
  }

  #arrays(column: number): CellArrays {
    const { kinds, starts, ends } = this.#columns;
    return { kinds: kinds[column], starts: starts[column], ends: ends[column] };
  }
}
