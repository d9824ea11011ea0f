import type { Marks } from '../format/record.ts';
import type { Batch } from './batch.ts';
import type { StageContext } from './context.ts';
import type { SpillFolder } from './held/spill.ts';

/**
 * A step of a plan as it is carried out. Everything that depends on the kind of step is said here, so a new kind is one
 * function that returns a `Stage`, and its line in `stages.ts`.
 */
export interface Stage {
  /** Its name in measurements. */
  readonly name: string;
  /** Slots that it reads of the rows. */
  readonly reads: readonly number[];
  /** Slots that it fills. */
  readonly fills: readonly number[];
  /** Whether its rows have nothing but the slots that it fills. */
  readonly renews?: boolean;
  /** Whether it holds rows: those stages share the memory of a run. */
  readonly holds?: boolean;
  /** Whether it makes few rows out of many. */
  readonly reduces?: boolean;
  /** Whether its reducer has `narrow`. */
  readonly narrows?: boolean;
  /**
   * Set for what can be done with each row by itself. The rows are a piece, see `Pieces`; compiled anew with each call.
   */
  readonly local?: () => RowStage;
  /** Rows that each thread can leave out before they come to `run`. */
  readonly filter?: () => RowFilter;
  /** What each thread can do with its own rows, in place of `run` with all of them. */
  readonly parts?: PartStage;
  /** The stage in one thread; undefined where `local` is all of it. */
  readonly run?: (input: AsyncIterable<Batch>, setting: StageSetting) => AsyncIterable<Batch>;
}

export type RowStage = (batch: Batch) => Batch;

/** What a stage is given. */
export interface StageSetting extends Pick<StageContext, 'signal' | 'cutoff' | 'keep' | 'calls' | 'joins'> {
  /** Slots that are read of its rows by what follows: who copies rows copies these. */
  readonly live: ReadonlySet<number>;
  /** Bytes that it may hold in memory. */
  readonly budget: number;
  /** For what it cannot hold. */
  readonly folder: SpillFolder;
}

/** A stage that is done in parts, one for each stretch of the file. */
export interface PartStage {
  reduce(live: ReadonlySet<number>): Reducer;
  /** Puts what reducers made together, given in the order of the file. The parts are void once they were taken in. */
  gather(parts: AsyncIterable<Uint8Array>, setting: StageSetting): AsyncIterable<Batch>;
}

/** Makes bytes of the rows of some blocks. */
export interface Reducer {
  /** Bytes so far. */
  readonly size: number;
  /** Leaves nothing behind where the batch's room is exceeded. */
  add(batch: Batch): void;
  /**
   * As `add` of all rows of a batch, which are the records of a block, or of those marked; by packed columns alone.
   * @returns false, and nothing is taken in, where these do not tell what is asked
   */
  addPacked?(batch: Batch, marks: Marks | boolean): boolean;
  take(): Uint8Array<ArrayBuffer>;
  /** @param cutoff see `StagesOutput` */
  restart(cutoff?: Uint8Array): void;
  /**
   * Narrows the batch's selection in place to the rows that `add` would not leave out, as far as what the stage reads of them
   * tells; answers how many these are.
   */
  readonly narrow?: (batch: Batch) => number;
}

/** Lets some of the rows through. */
export interface RowFilter {
  select(batch: Batch): Batch;
  /** The last batch counts as not seen. */
  undo(): void;
  restart(): void;
}
