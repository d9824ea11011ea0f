import type { Zone } from '../index/zone.ts';
import type { PlacedBlock } from '../format/records.ts';
import type { BlockResult, Stretch } from './task.ts';

/** Counts a stretch by block, so that every block of it has an entry, also those in which no record begins. */
export class Tally {
  readonly #blockSize: number;
  readonly #first: number;
  readonly #count: number;
  readonly #blocks: BlockResult[] = [];
  #start: number | undefined;

  constructor(stretch: Stretch, blockSize: number) {
    this.#blockSize = blockSize;
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

  add(placed: PlacedBlock, matched: number, zones: readonly Zone[]): void {
    this.#start ??= placed.start;
    this.#fillTo(Math.floor(placed.start / this.#blockSize) - this.#first);
    this.#blocks.push({
      start: placed.start,
      next: placed.next,
      records: placed.records.count,
      lines: placed.records.lineCount,
      malformed: placed.records.faulty,
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

  #fillTo(count: number): void {
    const at = this.#blocks.at(-1)?.next ?? this.#start ?? 0;
    while (this.#blocks.length < count) {
      this.#blocks.push({ start: at, next: at, records: 0, lines: 0, malformed: 0, matched: 0, zones: [] });
    }
  }
}
