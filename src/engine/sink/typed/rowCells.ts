import type { FieldRequest, RecordBlock } from '../../format/record.ts';
import type { CellTaker } from './cellRun.ts';

/** The rows of a block as values, column by column, where the scanner has found all of their fields. */
export interface RowCells {
  /** What the scan must find. */
  readonly requests: readonly FieldRequest[];
  /** Rows. */
  readonly count: number;
  /** Bytes of their records. */
  readonly length: number;
  /**
   * Makes the first `count` records of `selection` the rows.
   * @param first which of the block's fields is the first of `requests`
   * @returns false where one of them must be read by itself
   */
  begin(block: RecordBlock, first: number, selection: Uint32Array, count: number): boolean;
  /** Gives the values of a column. */
  column(column: number, taker: CellTaker): void;
}
