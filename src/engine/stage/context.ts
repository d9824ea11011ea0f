import type { Calls } from './calls.ts';
import type { Joins } from './joins.ts';

/** What the stages of one run share. */
export interface StageContext {
  readonly signal: AbortSignal;
  /** Bytes that the stages may hold in memory together before they write to `tempFolder`. */
  readonly budget: number;
  /** Where a folder for temporary files is made if one is needed; it is gone when the run ends, however it ends. */
  readonly tempFolder: string;
  /** Told the key that rows still to come must be before, as ORDER BY … LIMIT finds it. */
  readonly cutoff?: ((key: Uint8Array) => void) | undefined;
  /** Told what groups are made of, as one part, where the first stage that needs all rows makes few: see `PartStage.gather`. */
  readonly keep?: ((part: Uint8Array) => void) | undefined;
  /** Runs programs, where queries may call some. */
  readonly calls?: Calls | undefined;
  /** The other files of the query. */
  readonly joins?: Joins | undefined;
  /** Filled while the stages run: one entry for each part of a stage that is done in this thread, in their order. */
  readonly metrics?: StageMetrics[] | undefined;
}

/** Rows that went in and came out, and the time that took. */
export interface StepWork {
  rowsIn: number;
  rowsOut: number;
  /** Time in the stage itself, in milliseconds. */
  ms: number;
}

/** What one stage has done so far, also while it is at it. */
export interface StageMetrics extends Readonly<StepWork> {
  readonly name: string;
  /** Number of the plan's step; one past the last where rows are only made ready for the output. */
  readonly step: number;
  /** Bytes written to temporary files. */
  readonly spilled: number;
}
