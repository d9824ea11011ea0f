import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ViewState } from '../../protocol/preview.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { DerivedRows } from './derive.ts';

/** What a run has read for its rows. */
export type RunCounts = Pick<ViewState, 'records' | 'malformed' | 'scanned' | 'skipped'>;

/**
 * The rows of a run, as JSON Lines in a temporary file that is there as long as somebody holds them; or records of a file
 * that stands by columns, which are made when they are looked at.
 */
export class KeptRows {
  readonly dataset: Dataset;
  readonly counts: RunCounts;
  /** The numbers of the records, from 0, where the rows are these. */
  readonly records: Float64Array | undefined;
  readonly #folder: string;
  #holders = 1;

  /** @param folder is removed with them; whoever makes them holds them */
  constructor(dataset: Dataset, folder: string, counts: RunCounts, records?: Float64Array) {
    this.dataset = dataset;
    this.records = records;
    this.#folder = folder;
    this.counts = counts;
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  /** Byte of the file at which the record of a row begins; undefined where it comes from no single one. */
  async offsetOf(row: number): Promise<number | undefined> {
    const [offset] = await this.offsetsOf(row, 1);
    return offset;
  }

  /** As `offsetOf`, of some rows: none where rows come from no single record. */
  async offsetsOf(first: number, count: number): Promise<number[]> {
    if (this.records) return [];
    const file = await open(offsetsPath(this.#folder));
    try {
      const bytes = Buffer.alloc(count * offsetSize);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, first * offsetSize);
      return Array.from({ length: Math.floor(bytesRead / offsetSize) }, (_, i) =>
        bytes.readDoubleLE(i * offsetSize),
      );
    } finally {
      await file.close();
    }
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
      yield {
        bytes: result.bytes,
        rows: blocks.reduce((sum, { matched }) => sum + matched, 0),
        offsets: [],
      };
    }
  }
}

const offsetSize = 8;

/** Beside the rows: where their records begin, a number each, in the same order. */
export function offsetsPath(folder: string): string {
  return join(folder, 'offsets');
}

export function offsetBytes(offsets: readonly number[]): Buffer {
  const bytes = Buffer.alloc(offsetSize * offsets.length);
  offsets.forEach((offset, index) => bytes.writeDoubleLE(offset, offsetSize * index));
  return bytes;
}
