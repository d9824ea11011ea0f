import { rm } from 'node:fs/promises';
import type { ViewState } from '../../protocol/preview.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { DerivedRows } from './derive.ts';

/** What a run has read for its rows. */
export type RunCounts = Pick<ViewState, 'records' | 'malformed' | 'scanned' | 'skipped'>;

/** The rows of a run, as JSON Lines in a temporary file that is there as long as somebody holds them. */
export class KeptRows {
  readonly dataset: Dataset;
  readonly counts: RunCounts;
  readonly #folder: string;
  #holders = 1;

  /** @param folder is removed with them; whoever makes them holds them */
  constructor(dataset: Dataset, folder: string, counts: RunCounts) {
    this.dataset = dataset;
    this.#folder = folder;
    this.counts = counts;
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  async letGo(): Promise<void> {
    if (--this.#holders > 0) return;
    try {
      await this.dataset.close();
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  /** In their order. @throws SourceError; the signal's reason */
  async *read(signal: AbortSignal): AsyncGenerator<DerivedRows> {
    const scan = { query: undefined, output: { kind: 'bytes', to: 'same', columns: [] } } as const;
    for await (const { blocks, result } of this.dataset.scan(scan, signal)) {
      if (!result?.bytes) continue;
      yield { bytes: result.bytes, rows: blocks.reduce((sum, { matched }) => sum + matched, 0) };
    }
  }
}
