import { threadId } from 'node:worker_threads';
import type { StepWork } from '../stage/context.ts';

/**
 * `stages`: each stage, also where that takes a way that is slower than the one of a run nobody measures. `run`: the run as it
 * is; what it finds without asking the workers is told of as far as it is known.
 */
export type Measure = 'stages' | 'run';

/** What the scan of a stretch took. Times are the thread's own, in milliseconds. */
export interface StretchWork {
  /** Ids of the threads that took part. */
  readonly threads: readonly number[];
  /** Waiting for bytes, decoding, and finding records and fields. */
  scanMs: number;
  /** Records that were asked the query's condition. */
  candidates: number;
  /** Those of them that met it. */
  matched: number;
  /** Asking the condition. */
  whereMs: number;
  /** Making an output of what met it; that of `steps` is included. */
  outputMs: number;
  /** The plan's first steps, and last the one of which a part is done, where the output is that of stages. */
  steps: readonly StepWork[];
}

/** Adds up what one stretch takes: two looks at the clock for each block and stage. */
export class WorkMeter {
  readonly work: StretchWork = {
    threads: [threadId],
    scanMs: 0,
    candidates: 0,
    matched: 0,
    whereMs: 0,
    outputMs: 0,
    steps: [],
  };
  #since = performance.now();

  /** A block has come, or there is none any more. */
  scanned(): void {
    this.work.scanMs += this.#lap();
  }

  selected(candidates: number, matched: number): void {
    this.work.candidates += candidates;
    this.work.matched += matched;
    this.work.whereMs += this.#lap();
  }

  made(): void {
    this.work.outputMs += this.#lap();
  }

  #lap(): number {
    const before = this.#since;
    this.#since = performance.now();
    return this.#since - before;
  }
}

/** The work on a stretch that had to be scanned again: the time of both, the rows of the last. */
export function repeated(
  before: StretchWork | undefined,
  last: StretchWork | undefined,
): StretchWork | undefined {
  if (!before || !last) return last;
  return {
    ...last,
    threads: [...before.threads, ...last.threads],
    scanMs: before.scanMs + last.scanMs,
    whereMs: before.whereMs + last.whereMs,
    outputMs: before.outputMs + last.outputMs,
    steps: last.steps.map((step, at) => ({ ...step, ms: step.ms + (before.steps.at(at)?.ms ?? 0) })),
  };
}
