import { parquetHeader } from 'hyparquet/src/column.js';
import type { PageHeader } from 'hyparquet/src/types.js';
import { pullFully, type Interruption } from '../compressed/decoded.ts';
import type { Source } from '../source.ts';
import type { PageInput } from './pageInput.ts';

const mostAhead = 4 * 1024 * 1024;

/** How far readings go beyond what is needed: little for the first rows, more for all of them. */
export class ReadAhead {
  #bytes: number;
  #made = 0;

  constructor(bytes = 64 * 1024) {
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param made bytes of text that were made meanwhile */
  grow(made: number): void {
    this.#made += made;
    if (this.#made < 1024 * 1024) return;
    this.#made = 0;
    this.#bytes = Math.min(2 * this.#bytes, mostAhead);
  }
}

/** Headers have statistics, which can hold long texts. */
const longestHeader = 16 * 1024 * 1024;

/** The bytes of a column chunk from its start to its end, read as its pages are asked for. */
export class ChunkBytes {
  readonly #base: Source;
  readonly #end: number;
  readonly #ahead: ReadAhead;
  /** What was read and is not used: it begins at `#at`. */
  #bytes = new Uint8Array(0);
  #at: number;

  /** @throws RangeError where the file ends before the chunk does */
  constructor(base: Source, start: number, end: number, ahead: ReadAhead) {
    if (!(start >= 0 && end >= start && end <= (base.size ?? 0))) throw new RangeError('it is cut off');
    [this.#base, this.#at, this.#end, this.#ahead] = [base, start, end, ahead];
  }

  /** Bytes that are left of the chunk. */
  get left(): number {
    return this.#end - this.#at;
  }

  /**
   * The next page's header.
   * @param alone what follows may not be wanted
   * @throws what hyparquet throws for one that is none
   */
  async *header(alone = false): AsyncGenerator<Interruption, PageHeader> {
    for (let wanted = 256; ; wanted = 2 * this.#bytes.length) {
      yield* this.#have(Math.min(wanted, this.left), alone ? 0 : this.#ahead.bytes);
      const reader = { view: new DataView(this.#bytes.buffer, this.#bytes.byteOffset), offset: 0 };
      try {
        const header = parquetHeader(reader);
        this.#use(reader.offset);
        return header;
      } catch (error) {
        const held = this.#bytes.length;
        if (!(error instanceof RangeError) || held === this.left || held > longestHeader) throw error;
      }
    }
  }

  /** The next bytes, in an array of their own. */
  async *take(length: number): AsyncGenerator<Interruption, Uint8Array<ArrayBuffer>> {
    yield* this.#have(length, this.#ahead.bytes);
    const taken = this.#bytes.slice(0, length);
    this.#use(length);
    return taken;
  }

  /** Reads more of what comes next, until so many bytes of it are there, or some more. */
  async *fill(input: PageInput, wanted: number): AsyncGenerator<Interruption, void> {
    const { length, filled } = input;
    const ahead = Math.max(this.#ahead.bytes, Math.min(filled, mostAhead));
    const more = Math.max(wanted - filled, Math.min(ahead, length - filled));
    input.add(yield* this.take(more));
  }

  /** Passes bytes over: those that were not read will not be. */
  skip(length: number): void {
    this.#use(length);
  }

  /** Goes on to a byte of the file; false where it is none of what is left of the chunk. */
  moveTo(at: number): boolean {
    if (!(at >= this.#at && at <= this.#end)) return false;
    this.#use(at - this.#at);
    return true;
  }

  #use(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
    this.#at += length;
  }

  async *#have(length: number, ahead: number): AsyncGenerator<Interruption, void> {
    const had = this.#bytes.length;
    if (had >= length) return;
    const bytes = new Uint8Array(Math.min(Math.max(length, ahead), this.left));
    bytes.set(this.#bytes);
    const missing = bytes.subarray(had);
    if ((yield* pullFully(this.#base, missing, this.#at + had)) < missing.length) {
      throw new RangeError('it is cut off');
    }
    this.#bytes = bytes;
  }
}
