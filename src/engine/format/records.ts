import type { Source } from '../source/source.ts';
import { SourceError } from '../source/source.ts';
import { Fault } from '../fault.ts';
import {
  FieldColumn,
  maxRecordLength,
  type FieldRequest,
  type Needle,
  type RecordBlock,
  type Scanner,
} from './record.ts';
import { firstOf } from './recordBlocks.ts';

/**
 * The first stage of every pipeline: reads a run of a source into the scanner's buffer and yields its records, a
 * block at a time. Memory is one block, its look-ahead, and the longest record.
 */

/** Part of a source, in bytes. */
export interface Run {
  /** Where a record begins, if that is known; else the first one at or after `from` is looked for. */
  readonly start: number | undefined;
  /**
   * Records that begin in [from, to) are yielded. `from` and `to` are multiples of the block size, or the
   * source's end.
   */
  readonly from: number;
  readonly to: number;
  /** Where the source ends, as far as this run is concerned; undefined: wherever `read` says. */
  readonly end: number | undefined;
}

/** A block's records, with where the block's first record begins and where the first one after it does. */
export interface PlacedBlock {
  readonly start: number;
  readonly next: number;
  readonly records: RecordBlock;
}

/** Read past a block's end, for the record that crosses it, so that the common record needs one scan. */
const lookAhead = 64 * 1024;

/**
 * Yields the records of each block of `run` in which one begins; nothing at all where none begins in it. What is
 * yielded is valid until the next block is asked for.
 *
 * @throws SourceError on a failure of the source; everything before it has been yielded
 */
export async function* records(
  source: Source,
  scanner: Scanner,
  run: Run,
  blockSize: number,
  fields: readonly FieldRequest[],
  signal: AbortSignal,
  holding?: Needle,
): AsyncGenerator<PlacedBlock> {
  source.expect?.({ from: run.start ?? Math.max(0, run.from - 1), to: run.to + lookAhead });
  try {
    yield* blocksOf(source, scanner, run, blockSize, fields, signal, holding);
  } finally {
    source.expect?.();
  }
}

async function* blocksOf(
  source: Source,
  scanner: Scanner,
  run: Run,
  blockSize: number,
  fields: readonly FieldRequest[],
  signal: AbortSignal,
  holding: Needle | undefined,
): AsyncGenerator<PlacedBlock> {
  const window = new Window(source, scanner, run, holding, signal);
  let position = run.start;
  if (position === undefined) {
    await window.fill(Math.min(run.from + blockSize, run.to) + lookAhead);
    if (window.failure) throw window.failure;
    position = await window.resync();
    if (position === undefined) return;
  } else {
    window.begin(position);
  }
  while (position < run.to) {
    const blockEnd = Math.min(run.to, (Math.floor(position / blockSize) + 1) * blockSize);
    let wanted = blockEnd + lookAhead;
    for (;;) {
      await window.fill(wanted);
      // The block itself may be there, and the source have failed in what was read ahead.
      if (window.failure && !(window.end > blockEnd && window.holds(position, blockEnd))) {
        const whole = window.scanWhole(position, blockEnd, fields);
        if (whole.count > 0) yield { start: position, next: window.base + whole.next, records: whole };
        throw window.failure;
      }
      if (window.ended && position >= window.end) return;
      const block = window.scan(position, blockEnd, fields);
      if (!block.incomplete) {
        const next: number = window.base + block.next;
        yield { start: position, next, records: block };
        position = next;
        break;
      }
      if (window.end - position > maxRecordLength) {
        const next: number = await window.skipRecord(position);
        yield { start: position, next, records: tooLong(position, next, fields.length) };
        position = next;
        break;
      }
      // Doubling keeps the bytes scanned twice below the length of the record that is too long for the window.
      wanted = position + Math.max(2 * (window.end - position), lookAhead);
    }
    window.drop(position);
  }
  window.giveBack();
}

/** A record that is not held: its place and length are known, its bytes are not there. */
function tooLong(offset: number, next: number, fieldCount: number): RecordBlock {
  return {
    bytes: new Uint8Array(0),
    offset,
    count: 1,
    starts: Uint32Array.of(0),
    ends: Uint32Array.of(Math.min(next - offset, 0xffffffff)),
    lines: Uint32Array.of(0),
    faults: Uint8Array.of(Fault.TooLong),
    faultAt: Uint32Array.of(maxRecordLength),
    faulty: 1,
    lineCount: 1,
    next: 0,
    incomplete: false,
    fields: Array.from({ length: fieldCount }, () => FieldColumn.missing(1)),
  };
}

/** The bytes in the scanner's buffer: `end - base` bytes of the source, from `base`. */
class Window {
  readonly #source: Source;
  readonly #scanner: Scanner;
  readonly #run: Run;
  readonly #holding: Needle | undefined;
  readonly #signal: AbortSignal;
  base: number;
  end: number;
  ended = false;
  /** What the source failed with; the bytes before it are there. */
  failure: SourceError | undefined;

  constructor(source: Source, scanner: Scanner, run: Run, holding: Needle | undefined, signal: AbortSignal) {
    this.#source = source;
    this.#scanner = scanner;
    this.#run = run;
    this.#holding = holding;
    this.#signal = signal;
    // The byte before a block tells whether a record begins right at it.
    this.base = Math.max(0, run.from - 1);
    this.end = this.base;
  }

  begin(position: number): void {
    this.base = this.end = position;
  }

  /** Reads until the buffer reaches `until` or the source ends. */
  async fill(until: number): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.failure) return;
    const limit = this.#run.end ?? Infinity;
    const target = Math.min(until, limit);
    if (this.end < target) {
      const have = this.end - this.base;
      const buffer = this.#scanner.reserve(target - this.base, have);
      while (this.end < target) {
        const into = buffer.subarray(this.end - this.base, target - this.base);
        const count = await this.#read(into);
        if (count === 0) break;
        this.end += count;
      }
    }
    if (this.end >= limit) this.ended = true;
  }

  /** Answers 0 at the end of the source, which may be a failure. */
  async #read(into: Uint8Array): Promise<number> {
    try {
      const count = await this.#source.read(into, this.end, this.#signal);
      this.#signal.throwIfAborted();
      if (count > 0) return count;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.failure = error;
      return 0;
    }
    if (this.#run.end === undefined) this.ended = true;
    else {
      const message = `${this.#source.name} ends at byte ${this.end}, before the ${this.#run.end} bytes it had when it was opened.`;
      this.failure = new SourceError('changed', message, this.end);
    }
    return 0;
  }

  /** Whether all records that begin before `blockEnd` end in what is there. */
  holds(position: number, blockEnd: number): boolean {
    return !this.scan(position, blockEnd, []).incomplete;
  }

  /** The records that are whole in what was read before the source failed. */
  scanWhole(position: number, blockEnd: number, fields: readonly FieldRequest[]): RecordBlock {
    this.ended = true;
    const block = this.scan(position, blockEnd, fields);
    const last = block.count - 1;
    // A record that ends with the bytes may have been cut; so may what looks malformed.
    if (last < 0 || block.ends[last] < this.end - this.base) return block;
    return firstOf(block, last);
  }

  scan(position: number, blockEnd: number, fields: readonly FieldRequest[]): RecordBlock {
    const length = this.end - this.base;
    return this.#scanner.scan({
      length,
      offset: this.base,
      from: position - this.base,
      until: Math.min(blockEnd - this.base, length),
      final: this.ended,
      fields,
      holding: this.#holding,
    });
  }

  /** The first place in the run where a record can begin, reading on while there is none. */
  async resync(): Promise<number | undefined> {
    if (this.#run.from === 0) return 0;
    const found = await this.#resyncFrom(this.base, this.#run.to);
    return found < this.#run.to ? found : undefined;
  }

  /** Where the record that follows the one at `position` begins, with no more than a buffer of it in memory. */
  async skipRecord(position: number): Promise<number> {
    return this.#resyncFrom(position, Infinity);
  }

  /**
   * The first place at or after `from` where a record can begin; past `limit`, or the source's end, where there
   * is none.
   */
  async #resyncFrom(from: number, limit: number): Promise<number> {
    for (;;) {
      const found = this.base + this.#scanner.resync(from - this.base, this.end - this.base);
      if (found < this.end || this.ended || this.end >= limit) return found;
      if (this.failure) throw this.failure;
      // The last byte stays: it tells whether a record begins right after it.
      from = this.end - 1;
      this.drop(from);
      await this.fill(this.end + 16 * lookAhead);
    }
  }

  /** Lets a source that gives its bytes once have back what the next run begins with. */
  giveBack(): void {
    const have = this.end - this.base;
    if (have > 0) this.#source.unread?.(this.#scanner.reserve(have, have).subarray(0, have), this.base);
  }

  /** Gives up the bytes before `position`. */
  drop(position: number): void {
    const keep = Math.max(0, this.end - position);
    if (keep > 0) {
      // Scans may have moved the buffer since it was reserved.
      const have = this.end - this.base;
      this.#scanner.reserve(have, have).copyWithin(0, position - this.base, have);
    }
    this.base = position;
    this.end = position + keep;
  }
}
