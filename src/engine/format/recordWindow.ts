import { said } from '../../said/said.ts';
import { lineFeed } from '../ascii.ts';
import { type Source, SourceError } from '../source/source.ts';
import type { Ending, FieldRequest, Needle, RecordBlock, Scanner } from './record.ts';
import { copied, firstOf, followed } from './recordBlocks.ts';
import type { Run } from './recordRun.ts';

/** Read past a block's end, for the record that crosses it, so that the common record needs one scan. */
export const lookAhead = 64 * 1024;

/** Bytes that stay where a place is looked for in what follows: what comes before it can tell a record's beginning. */
const overlap = 8 * 1024;

/** The bytes in the scanner's buffer: `end - base` bytes of the source, from `base`. */
export class RecordWindow {
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
      const message = said`${this.#source.name} ends at byte ${this.end}, before the ${this.#run.end} bytes it had when it was opened.`;
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
    const parts: RecordBlock[] = [];
    for (;;) {
      const file = this.#fileEnd(position);
      const length = Math.min(file, this.end) - this.base;
      const block = this.#scanner.scan({
        length,
        offset: this.base,
        from: position - this.base,
        until: Math.min(blockEnd - this.base, length),
        final: this.ended || file <= this.end,
        fields,
        holding: this.#holding,
      });
      const next = this.base + block.next;
      const goesOn = !block.incomplete && next >= file && next < Math.min(blockEnd, this.end);
      if (parts.length === 0 && !goesOn) return block;
      parts.push(copied(block));
      if (!goesOn) return followed(parts, this.bytes);
      position = next;
    }
  }

  /** Where the file ends that a position is of, where a record could go on in the next one: each begins anew. */
  #fileEnd(position: number): number {
    if (!this.#scanner.spansLines) return Infinity;
    return this.#source.files?.nextAfter(position) ?? Infinity;
  }

  /** The first place in the run where a record can begin, reading on while there is none. */
  async resync(): Promise<number | undefined> {
    if (this.#run.from === 0) return 0;
    const found = await this.#resyncFrom(this.base, this.#run.to);
    return found < this.#run.to ? found : undefined;
  }

  /**
   * Where the record can begin that follows the one at `open`, with no more than a buffer of it in memory, and the line
   * feeds up to there. Means nothing where the source fails.
   */
  async skip(open: number): Promise<{ readonly next: number; readonly lineFeeds: number }> {
    let lineFeeds = 0;
    for (let from = open + 1, counted = open; ;) {
      const found = this.base + this.#scanner.skip(from - this.base, this.end - this.base);
      const isKnown = found < this.end || this.ended;
      from = isKnown ? found : Math.max(from, this.end - overlap);
      lineFeeds += this.#lineFeeds(counted, from);
      counted = from;
      if (isKnown || this.failure) return { next: found, lineFeeds };
      this.drop(from);
      await this.fill(this.end + 16 * lookAhead);
    }
  }

  /** The first place at or after `from` where a record can begin; past `limit`, or the source's end, where there is none. */
  async #resyncFrom(from: number, limit: number): Promise<number> {
    for (;;) {
      const found = this.base + this.#scanner.resync(from - this.base, this.end - this.base);
      if (found < this.end || this.ended || this.end >= limit) return found;
      if (this.failure) throw this.failure;
      from = Math.max(from, this.end - overlap);
      this.drop(Math.max(this.base, from - 1));
      await this.fill(this.end + 16 * lookAhead);
    }
  }

  /** The bytes that are there. */
  get bytes(): Uint8Array {
    const length = this.end - this.base;
    return this.#scanner.reserve(length, length).subarray(0, length);
  }

  #lineFeeds(from: number, to: number): number {
    const bytes = this.bytes.subarray(0, to - this.base);
    let count = 0;
    for (let at = bytes.indexOf(lineFeed, from - this.base); at !== -1; at = bytes.indexOf(lineFeed, at + 1))
      count++;
    return count;
  }

  /** Why a record is not looked for any further that has not begun at `from` yet. */
  tooMuchSpace(from: number, most: number): SourceError {
    const message = said`${this.#source.name} has more than ${most} bytes between two records, from byte ${from} on.`;
    return new SourceError('unsupported', message, from);
  }

  /** See `Scanner.ending`. */
  ending(afterComma: boolean): Ending | undefined {
    return this.#scanner.ending?.(afterComma);
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
