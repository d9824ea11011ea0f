import { quote } from '../ascii.ts';
import { roomFor } from '../roomFor.ts';

/** `target.set(bytes.subarray(start, end), at)`, quicker where it is short. */
export function copyBytes(
  target: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (end - start > 96) {
    target.set(bytes.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = bytes[from];
}

/** Below so many UTF-16 units a loop is faster than the encoder, where all are ASCII. */
const shortText = 40;

/** From so many UTF-16 units on, a text is measured before it is encoded. */
const longText = 64 * 1024;

/** Says of no byte that it may not be there. */
const nothing = new Uint8Array(256);

/** Room that a writer keeps when it is cleared, in bytes. */
const largestKept = 16 * 1024 * 1024;

/** Grows as it is written to; little-endian. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  readonly #onSettled: (() => void) | undefined;
  length = 0;

  /** @param onSettled may take what was written so far, and clear it */
  constructor(capacity = 1024, onSettled?: () => void) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
    this.#onSettled = onSettled;
  }

  /** What was written so far will not be changed any more. */
  settled(): void {
    this.#onSettled?.();
  }

  /** Forgets all but the first bytes. */
  cut(length: number): void {
    this.length = length;
  }

  /** Forgets what was written. Views of it stay as they are until the next write. */
  clear(): void {
    this.length = 0;
    // One long row must not take up its room for the rest of the run.
    if (this.#bytes.length > largestKept) this.#begin(1024);
  }

  /** What was written, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** What `view` shows begins here; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same memory, to read numbers from; valid until the next write. */
  get dataView(): DataView {
    return this.#view;
  }

  /** A copy of what was written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  /** What was written, which is then forgotten; not copied where it is long. */
  release(): Uint8Array<ArrayBuffer> {
    const { length } = this;
    const taken = length > largestKept ? this.#bytes.subarray(0, length) : this.take();
    this.clear();
    return taken;
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  double(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** Two numbers of 32 bits, the highest byte of each first. */
  bigEndian(high: number, low: number): void {
    this.reserve(8);
    this.#view.setUint32(this.length, high);
    this.#view.setUint32(this.length + 4, low);
    this.length += 8;
  }

  /** A whole number from 0 on, in as few bytes as it takes (LEB128). */
  count(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  copy(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    this.reserve(length);
    copyBytes(this.#bytes, this.length, bytes, start, end);
    this.length += length;
  }

  /**
   * `bytes[start, end)` between quotes.
   * @param telling 1 for each byte that may not be among them: then nothing is written
   */
  quoted(bytes: Uint8Array, start: number, end: number, telling: Uint8Array = nothing): boolean {
    this.reserve(end - start + 2);
    const to = this.#bytes;
    let at = this.length;
    to[at++] = quote;
    for (let from = start; from < end; from++) {
      const byte = bytes[from];
      if (telling[byte] === 1) return false;
      to[at++] = byte;
    }
    to[at++] = quote;
    this.length = at;
    return true;
  }

  /** Turns around every bit from `start` on. */
  invert(start: number): void {
    for (let at = start; at < this.length; at++) this.#bytes[at] ^= 0xff;
  }

  /** UTF-8 of the text; half a surrogate pair becomes U+FFFD. */
  utf8(text: string): void {
    if (text.length < shortText && this.#asciiAlone(text)) return;
    // A UTF-16 unit is at most three bytes of UTF-8. Looking how many they are costs less than room for a long text.
    this.reserve(text.length > longText ? Buffer.byteLength(text) : text.length * 3);
    this.length += encoder.encodeInto(text, this.#bytes.subarray(this.length)).written;
  }

  /** A text behind its length in bytes. */
  text(text: string): void {
    if (text.length < shortText && this.#ascii(text)) return;
    if (text.length > longText) {
      this.count(Buffer.byteLength(text));
      this.utf8(text);
      return;
    }
    const bytes = encoder.encode(text);
    this.count(bytes.length);
    this.copy(bytes);
  }

  /** Makes room for a number of bytes that is not known yet; `endBlock` fills it in. */
  beginBlock(): number {
    this.uint32(0);
    return this.length;
  }

  endBlock(start: number): void {
    this.#view.setUint32(start - 4, this.length - start, true);
  }

  reserve(length: number): void {
    const needed = this.length + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(roomFor(needed, this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #begin(capacity: number): void {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #asciiAlone(text: string): boolean {
    this.reserve(text.length);
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) return false;
      this.#bytes[this.length + at] = unit;
    }
    this.length += text.length;
    return true;
  }

  #ascii(text: string): boolean {
    this.reserve(text.length + 1);
    const start = this.length + 1;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) return false;
      this.#bytes[start + at] = unit;
    }
    this.#bytes[this.length] = text.length;
    this.length = start + text.length;
    return true;
  }
}

/** Reads what a `ByteWriter` wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** All that there is to read; the next byte stands at `at`. */
  get source(): { readonly bytes: Uint8Array; readonly view: DataView } {
    return { bytes: this.#bytes, view: this.#view };
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  uint32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  double(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  count(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  skip(length: number): void {
    this.at += length;
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** Copies the next bytes. */
  copyTo(out: ByteWriter, length: number): void {
    out.copy(this.#bytes, this.at, this.at + length);
    this.at += length;
  }

  /** Whether a byte stands among the next ones. */
  includes(byte: number, length: number): boolean {
    const end = this.at + length;
    for (let at = this.at; at < end; at++) if (this.#bytes[at] === byte) return true;
    return false;
  }

  text(): string {
    const length = this.count();
    this.at += length;
    return this.#buffer.toString('utf8', this.at - length, this.at);
  }
}

const encoder = new TextEncoder();
