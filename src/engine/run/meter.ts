import type { ExportProgress } from '../../protocol/engine.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { RunCounts } from './keptRows.ts';
import type { StageMeter } from './stageMeter.ts';
import { throttled } from './throttle.ts';

/** What a meter has counted, to go on from there. Plain data. */
export interface MeterState {
  readonly records: number;
  readonly matched: number;
  readonly scanned: number;
  readonly malformed: number;
}

export const nothingYet: MeterState = { records: 0, matched: 0, scanned: 0, malformed: 0 };

/** Adds up how far an export is, and says so now and then. */
export class Meter {
  readonly #dataset: Dataset;
  readonly #began: number;
  /** What was read before, to find out what is to be read. */
  readonly #earlier: number;
  readonly #tell: (value: undefined) => void;
  #records = 0;
  #matched = 0;
  #scanned = 0;
  /** Bytes of a first pass; undefined where there is none. */
  #looked: number | undefined;
  malformed = 0;
  /** Where it is asked what the stages take. */
  readonly stages: StageMeter | undefined;

  /**
   * @param before what an export had come to that is gone on with
   * @param looked told of the search for what is exported: its bytes and its time are part of the export
   */
  constructor(
    dataset: Dataset,
    progress: (state: ExportProgress) => void,
    stages: StageMeter | undefined,
    before?: MeterState,
    looked?: Meter,
  ) {
    this.#began = looked ? looked.#began : performance.now();
    this.#earlier = looked?.state().scanned ?? 0;
    if (before) this.#take(before);
    this.stages = stages;
    this.#dataset = dataset;
    this.#tell = throttled(() => progress(this.state()));
  }

  /** Rows so far. */
  get matched(): number {
    return this.#matched;
  }

  state(): ExportProgress {
    const elapsedMs = performance.now() - this.#began;
    return {
      records: this.#records,
      matched: this.#matched,
      scanned: this.#earlier + this.#dataset.inFile((this.#looked ?? 0) + this.#scanned),
      total: this.#total,
      elapsedMs,
      stages: this.stages?.report(elapsedMs),
    };
  }

  get #total(): number | undefined {
    const total = totalOf(this.#dataset);
    const passes = this.#looked === undefined ? 1 : 2;
    return total === undefined ? undefined : this.#earlier + passes * total;
  }

  /** Takes in a stretch of which the matches are not the rows. */
  scanned(found: OrderedResult): void {
    const matched = this.#matched;
    this.add(found);
    this.#matched = matched;
  }

  /** Takes in a stretch of a pass that only looks at the records, before the one that exports them. */
  looked({ scanned }: OrderedResult): void {
    this.#looked = scanned;
    this.#tell(undefined);
  }

  /** Takes over what was read for rows that are not computed again. */
  kept(counts: RunCounts): void {
    this.#take({ ...counts, matched: this.#matched });
  }

  get saved(): MeterState {
    return {
      records: this.#records,
      matched: this.#matched,
      scanned: this.#scanned,
      malformed: this.malformed,
    };
  }

  #take({ records, matched, scanned, malformed }: MeterState): void {
    this.#records = records;
    this.#matched = matched;
    this.#scanned = scanned;
    this.malformed = malformed;
  }

  /** Takes in rows that the query has computed. */
  derived(rows: number): void {
    this.#matched += rows;
    // What sorts begins to give rows once all records are read.
    this.#tell(undefined);
  }

  /** Does what turns rows into what is written, and notes its time where that is asked for. */
  encode<T>(work: () => T): T {
    const began = performance.now();
    const encoded = work();
    this.stages?.encoding(performance.now() - began);
    return encoded;
  }

  /** Takes in a stretch of which each match is a row. */
  add(found: OrderedResult): void {
    this.stages?.add(found);
    for (const block of found.blocks) {
      this.#records += block.records;
      this.#matched += block.matched;
      this.malformed += block.malformed;
    }
    this.#scanned = found.scanned;
    this.#tell(undefined);
  }
}

/** Bytes of the file, or a guess at that. */
function totalOf(dataset: Dataset): number | undefined {
  const { expectedSize } = dataset;
  return expectedSize === undefined ? undefined : dataset.inFile(expectedSize);
}
