import { minus, zero } from './ascii.ts';
import { roomFor } from './roomFor.ts';

/** Bytes that are being put together. Its memory is used again after `clear`. */
export class ByteBuilder {
  #bytes = new Uint8Array(initialSize);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Appends `bytes[start, end)`. */
  copy(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    if (length < shortCopy) {
      const to = this.#bytes;
      let at = this.#length;
      for (let from = start; from < end; from++) to[at++] = bytes[from] ?? 0;
    } else {
      this.#bytes.set(bytes.subarray(start, end), this.#length);
    }
    this.#length += length;
  }

  /**
   * The memory, with room for `length` bytes from `this.length` on: for who writes byte by byte, and says then with `wrote` how
   * many they were. Void after the next append.
   */
  room(length: number): Uint8Array {
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    return this.#bytes;
  }

  wrote(length: number): void {
    this.#length += length;
  }

  /** Appends the digits of a safe integer, behind a minus where it is below zero. */
  whole(value: number): void {
    const to = this.room(longestWhole);
    let rest = Math.abs(value);
    if (value < 0) to[this.#length++] = minus;
    let digits = 1;
    for (let power = 10; power <= rest; power *= 10) digits++;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = Math.floor(rest / 10);
      to[at] = zero + (rest - next * 10);
      rest = next;
    }
    this.#length += digits;
  }

  /** Appends the UTF-8 of `text`; what is no Unicode (a lone surrogate) becomes U+FFFD. */
  text(text: string): void {
    // A UTF-16 unit is at most three bytes of UTF-8. Looking how many they are costs less than room for a long text.
    const most = text.length > longText ? Buffer.byteLength(text) : text.length * 3;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Forgets all but the first bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What is there: a view, void after the next append or `clear`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Gives away what is there and begins anew: the memory is the caller's, unless most of it would be unused. */
  take(): Uint8Array {
    const taken = this.view();
    const roomy = this.#bytes.length > 2 * this.#length;
    this.#length = 0;
    if (roomy) return taken.slice();
    this.#bytes = new Uint8Array(initialSize);
    return taken;
  }

  /** A copy of what is there, which is then forgotten: the memory is used again. */
  release(): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(0, this.#length);
    this.clear();
    return copy;
  }

  /** Begins anew. Memory that one huge record has needed is given back. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptSize) this.#bytes = new Uint8Array(initialSize);
  }

  #grow(room: number): void {
    const larger = new Uint8Array(roomFor(this.#length + room, this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const encoder = new TextEncoder();
/** From so many UTF-16 units on, a text is measured before it is encoded. */
const longText = 64 * 1024;
/** Bytes of the longest safe integer. */
const longestWhole = '-9007199254740991'.length;
const initialSize = 64 * 1024;
const keptSize = 8 * 1024 * 1024;
/** Below this many bytes a loop is faster than a call of `set`, which makes a view first. */
const shortCopy = 32;
