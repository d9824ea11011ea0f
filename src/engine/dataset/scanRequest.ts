import type { BlockIndex } from '../index/blockIndex.ts';
import type { MatchWindow } from '../matchWindow.ts';
import type { Pool } from '../pool/pool.ts';
import type {
  AlsoTask,
  Find,
  MalformedUse,
  Output,
  Result,
  StretchColumns,
  Task,
  ViolationUse,
} from '../pool/task.ts';
import type { Measure } from '../pool/work.ts';

/** What a scan of a file is to do with its records. */
export interface ScanRequest {
  /** Undefined: every record, also the malformed ones. */
  readonly query: string | undefined;
  /** See `ScanTask`. */
  readonly digest: string | undefined;
  readonly find?: Find | undefined;
  readonly output: Output;
  readonly malformed: MalformedUse;
  readonly violations?: ViolationUse | undefined;
  /** Matches [skip, skip + take) are yielded; the scan ends with the last of them. */
  readonly window: MatchWindow;
  /** Whether the query needs absolute record and line numbers: then no stretch can start before those are known. */
  readonly needsPosition: boolean;
  readonly fromBlock: number;
  /** One past the last block. */
  readonly toBlock: number;
  /** Blocks handed to a worker at once, if other than usual: what it makes of them is held until their turn. */
  readonly blocksPerStretch?: number | undefined;
  /** Answers where the stretch that begins with a block ends best. */
  readonly stretchEnd?: ((block: number) => number) | undefined;
  /** Answers whether a block may hold a match; the others are skipped. Only asked of blocks that the index knows. */
  readonly mayMatch?: ((block: number) => boolean) | undefined;
  /** Whether results are to say what they took. */
  readonly measure?: Measure | undefined;
  /** What else is made of the records. */
  readonly also?: readonly AlsoTask[] | undefined;
  readonly unproven?: Unproven | undefined;
  /** Answers what is kept of the columns of the blocks [from, to), and what is to be kept. */
  readonly columns?: ((from: number, to: number) => StretchColumns | undefined) | undefined;
  readonly answers?: PackedAnswers | undefined;
  /** Who scans the first block, so that something is told of it soon; undefined: as the others. */
  readonly first?: Pool<Task, Result> | undefined;
}

/** What is known here of some blocks, without a task. */
export interface PackedAnswers {
  /** How many records of a block match; undefined where that, or what is made of them, is not known. */
  matches(block: number): number | undefined;
  /** What is made of the blocks since the last call that were known; undefined where nothing is to be made. */
  take(): Uint8Array | undefined;
}

/** An index of the file as it was, whose blocks hold where their bytes are as they were. */
export interface Unproven {
  /** Undefined once a block has turned out to be another. */
  readonly index: BlockIndex | undefined;
  /** Whether nothing but its summary is wanted of a block that is as it was: then it is compared, and not scanned. */
  suffices(block: number): boolean;
}
