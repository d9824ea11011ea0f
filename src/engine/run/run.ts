import type { ViewState } from '../../protocol/preview.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { SourceError } from '../source/source.ts';
import type { Columns } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { View } from '../dataset/view.ts';

/** A query being run over a file, and afterwards the view that it made. */
export interface Run {
  readonly id: number;
  readonly query: PlannedQuery;
  readonly state: ViewState;
  /** The columns that the query makes; undefined where the rows are records as they stand. */
  readonly columns: Columns | undefined;
  /** Where the rows are, and which of them: a text is found there, and a place. */
  readonly dataset: Dataset;
  readonly view: View | undefined;
  /** The file whose records it reads. */
  readonly source: Dataset;
  /**
   * Runs to the end, or on from where an earlier call ended. Answers, and never throws, how it ended: cancelled and
   * failed runs leave the view with the rows that they found.
   * @param until once it is aborted, a table is made of what was read until then
   */
  run(signal: AbortSignal, progress: (state: ViewState) => void, until?: AbortSignal): Promise<ViewState>;
  /**
   * Byte at which the record begins in the file that a row comes from; undefined where it comes from no single one, and
   * where pages tell of it anyway.
   */
  offsetOf(row: number): Promise<number | undefined>;
  /**
   * The number of the record that each row is, from 0, where that is known sooner than the bytes at which they begin: these
   * records of the source are then the rows, in another order.
   */
  readonly records?: Float64Array | undefined;
  /**
   * The paths of the files that rows are of, which its columns show though the rows do not have them; undefined where these
   * have them, or are of no files.
   */
  fileNames?(first: number, count: number): Promise<readonly string[]>;
  /** Whether its rows are of a part of the file, since `until` has ended it. */
  readonly isPart?: boolean;
  /** Whether the rows are records as they stand, in whatever order. */
  readonly ofWholeRecords: boolean;
  page(first: number, count: number, cells: CellRequest, signal: AbortSignal): Promise<PageResult>;
  /** Removes what the run keeps outside of memory. */
  close(): Promise<void>;
}

export function startState(id: number, { asked, outcome }: PlannedQuery, file: Dataset): ViewState {
  return {
    view: id,
    query: asked,
    outcome,
    phase: 'running',
    matched: 0,
    records: 0,
    malformed: 0,
    scanned: 0,
    total: file.expectedSize,
    skipped: 0,
    elapsedMs: 0,
    columns: undefined,
    said: undefined,
  };
}

/** Where a source gave out, if that is what a run has failed of. */
export function failedAt(error: unknown): number | undefined {
  return error instanceof SourceError ? error.position : undefined;
}

/**
 * Of the bytes up to which a scan has come, those that it did not read. What is told of a block ends with its last
 * record, but `scanned` with the block, so that they can be a record apart.
 */
export function passedOver(scanned: number, told: number): number {
  return Math.min(scanned, told);
}
