import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readerOf } from './pageBytes.ts';
import type { PageBytes } from './pageInput.ts';

/** What is decoded at once: so many, and so many times what is wanted. */
export const [fewest, times] = [4096, 8];

/**
 * Levels, or places in a dictionary: runs of one number, and numbers packed into bits. More are decoded as more are wanted; the
 * decoder cannot go on in a run, and begins again with some times as many.
 */
export class Hybrid<T extends Uint8Array | Uint32Array> {
  readonly #bytes: PageBytes;
  readonly #at: number;
  readonly #end: number;
  readonly #width: number;
  readonly #make: (length: number) => T;
  readonly #most: () => number;
  #found: T;

  /** @param most how many there are, or as many as can be decoded now: asked before they are */
  constructor(
    bytes: PageBytes,
    [at, end]: readonly [at: number, end: number],
    width: number,
    make: (length: number) => T,
    most: () => number,
  ) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#width = width;
    this.#make = make;
    this.#most = most;
    this.#found = make(0);
  }

  /** The first `count`, or more. @throws Unread, and what hyparquet throws for damaged ones */
  upTo(count: number): T {
    if (count <= this.#found.length) return this.#found;
    const wanted = Math.min(this.#most(), Math.max(fewest, times * count));
    // A run of one number takes most: its length, which has up to five bytes, and the number.
    const longest = wanted * (5 + Math.ceil(this.#width / 8));
    this.#bytes.need(Math.min(this.#end, this.#at + longest));
    const found = this.#make(wanted);
    if (this.#width > 0) {
      const reader = readerOf(this.#bytes.bytes, this.#at);
      readRleBitPackedHybrid(reader, this.#width, found, this.#end - this.#at);
    }
    return (this.#found = found);
  }
}
