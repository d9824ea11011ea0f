import type { CellNature } from '../query/cell.ts';
import type { Output, Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';

/** The rows of the other file of a JOIN. */
export interface JoinedRows {
  /** Slots of the values of the keys, in their order. */
  readonly keys: readonly number[];
  /** What the texts of those are. */
  readonly natures: readonly CellNature[];
  /** What of a row is put beside others. */
  readonly output: Output;
  readonly batches: AsyncIterable<Batch>;
}

/** Reads the other files that a query names. */
export interface Joins {
  rows(step: Step<'join'>, signal: AbortSignal): JoinedRows;
}
