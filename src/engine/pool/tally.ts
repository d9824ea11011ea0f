import { emptySummary } from '../index/blockIndex.ts';
import type { Zone } from '../index/zone.ts';
import type { PlacedBlock } from '../format/recordRun.ts';
import type { ScannedBlock } from './columns.ts';
import type { Scanner } from '../format/record.ts';
import type { BlockResult, ScanTask } from './task.ts';

/** Counts a stretch by block, so that every block of it has an entry, also those in which no record begins. */
export class Tally {
  readonly #scanner: Scanner;
  readonly #blockSize: number;
  readonly #checksumEvery: number | undefined;
  readonly #first: number;
  readonly #count: number;
  readonly #blocks: BlockResult[] = [];
  #start: number | undefined;

  /** @param scanner of the blocks: their bytes are in its buffer when they are added */
  constructor({ stretch, file: { blockSize, checksumEvery }, checksums }: ScanTask, scanner: Scanner) {
    this.#scanner = scanner;
    this.#blockSize = blockSize;
    this.#checksumEvery = checksums ? checksumEvery : undefined;
    this.#first = Math.floor(stretch.from / blockSize);
    this.#count = Math.ceil(stretch.to / blockSize) - this.#first;
    this.#start = stretch.start;
  }

  /** Where the first record was taken to begin; undefined when none begins in the stretch. */
  get start(): number | undefined {
    return this.#start;
  }

  /** Ordinal in the stretch of the block that `add` was last told of. */
  get block(): number {
    return this.#blocks.length - 1;
  }

  /** The blocks up to the last one that was added. */
  get blocks(): readonly BlockResult[] {
    return this.#blocks;
  }

  add(placed: ScannedBlock, matched: number, zones: readonly Zone[]): void {
    this.#start ??= placed.start;
    const block = Math.floor(placed.start / this.#blockSize);
    this.#fillTo(block - this.#first);
    this.#blocks.push({
      start: placed.start,
      next: placed.next,
      records: placed.records.count,
      lines: placed.records.lineCount,
      malformed: placed.records.faulty,
      checksum: placed.summary?.checksum ?? this.#checksum(placed, block),
      matched,
      zones,
    });
  }

  /** One entry a block; none at all when the stretch's start is not known. */
  finish(): readonly BlockResult[] {
    if (this.#start === undefined) return [];
    this.#fillTo(this.#count);
    return this.#blocks;
  }

  /** NaN also of a record that is too long to be held. */
  #checksum({ start, next, records }: PlacedBlock, block: number): number {
    if (this.#checksumEvery === undefined || block % this.#checksumEvery !== 0) return NaN;
    const { bytes, offset } = records;
    if (start < offset || next > offset + bytes.length) return NaN;
    return this.#scanner.checksum(start - offset, next - offset);
  }

  #fillTo(count: number): void {
    const at = this.#blocks.at(-1)?.next ?? this.#start ?? 0;
    while (this.#blocks.length < count) {
      this.#blocks.push({ ...emptySummary(at), matched: 0, zones: [] });
    }
  }
}
