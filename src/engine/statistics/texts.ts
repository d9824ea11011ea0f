import type { FieldColumn } from '../format/record.ts';
import type { MeasuredTexts } from '../kernel/columnKernel.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import { keptBytes } from './valueTable.ts';

/** Figures of the texts of a column: their lengths, and the first and last in the order of their bytes. */
export class TextAccumulator {
  #count = 0;
  #length = 0;
  #empty = 0;
  #minLength = Infinity;
  #maxLength = -1;
  #shortest: Uint8Array = nothing;
  #longest: Uint8Array = nothing;
  /** The first bytes of the smallest and of the largest text; undefined where there is none. */
  #min: Uint8Array | undefined;
  #max: Uint8Array | undefined;

  get count(): number {
    return this.#count;
  }

  get empty(): number {
    return this.#empty;
  }

  get minLength(): number {
    return this.#minLength;
  }

  get maxLength(): number {
    return this.#maxLength;
  }

  get meanLength(): number {
    return this.#length / this.#count;
  }

  get min(): string {
    return textOfKept(this.#min ?? nothing);
  }

  get max(): string {
    return textOfKept(this.#max ?? nothing);
  }

  get shortest(): string {
    return textOfKept(this.#shortest);
  }

  get longest(): string {
    return textOfKept(this.#longest);
  }

  /** Takes in texts that are measured. */
  add(
    { characters, empty, outermost }: MeasuredTexts,
    count: number,
    bytes: Uint8Array,
    { starts, ends }: Pick<FieldColumn, 'starts' | 'ends'>,
  ): void {
    this.#count += count;
    this.#length += characters;
    this.#empty += empty;
    for (const row of outermost) this.#note(bytes, starts[row], ends[row]);
  }

  /** Looks whether a text is shorter, longer, smaller or larger than all before it. */
  #note(bytes: Uint8Array, start: number, end: number): void {
    const length = charactersOf(bytes, start, end);
    if (length < this.#minLength) {
      this.#minLength = length;
      this.#shortest = kept(bytes, start, end);
    }
    if (length > this.#maxLength) {
      this.#maxLength = length;
      this.#longest = kept(bytes, start, end);
    }
    if (this.#min === undefined || compare(bytes, start, end, this.#min) < 0)
      this.#min = kept(bytes, start, end);
    if (this.#max === undefined || compare(bytes, start, end, this.#max) > 0)
      this.#max = kept(bytes, start, end);
  }

  write(out: ByteWriter): void {
    out.count(this.#count);
    if (this.#count === 0) return;
    out.double(this.#length);
    out.count(this.#empty);
    out.double(this.#minLength);
    out.double(this.#maxLength);
    for (const text of [this.#shortest, this.#longest, this.#min ?? nothing, this.#max ?? nothing]) {
      out.count(text.length);
      out.copy(text);
    }
  }

  merge(from: ByteReader): void {
    const count = from.count();
    if (count === 0) return;
    this.#count += count;
    this.#length += from.double();
    this.#empty += from.count();
    const minLength = from.double();
    const maxLength = from.double();
    const text = (): Uint8Array => from.bytes(from.count()).slice();
    const [shortest, longest, min, max] = [text(), text(), text(), text()];
    if (minLength < this.#minLength) {
      this.#minLength = minLength;
      this.#shortest = shortest;
    }
    if (maxLength > this.#maxLength) {
      this.#maxLength = maxLength;
      this.#longest = longest;
    }
    if (this.#min === undefined || Buffer.compare(min, this.#min) < 0) this.#min = min;
    if (this.#max === undefined || Buffer.compare(max, this.#max) > 0) this.#max = max;
  }

  reset(): void {
    this.#count = 0;
    this.#length = 0;
    this.#empty = 0;
    this.#minLength = Infinity;
    this.#maxLength = -1;
    this.#shortest = nothing;
    this.#longest = nothing;
    this.#min = undefined;
    this.#max = undefined;
  }
}

const nothing = new Uint8Array(0);

function kept(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.slice(start, Math.min(end, start + keptBytes));
}

/** Compares the first bytes of a text with those that were kept of another. */
function compare(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const length = Math.min(end - start, keptBytes);
  const both = Math.min(length, other.length);
  for (let at = 0; at < both; at++) {
    const difference = bytes[start + at] - other[at];
    if (difference !== 0) return difference;
  }
  return length - other.length;
}

/** Characters of UTF-8: all bytes but those that continue one. */
function charactersOf(bytes: Uint8Array, start: number, end: number): number {
  let count = end - start;
  for (let at = start; at < end; at++) if ((bytes[at] & 0xc0) === 0x80) count--;
  return count;
}

/** A text of which the first bytes are kept: a character that was cut is left out. */
export function textOfKept(bytes: Uint8Array): string {
  return decoder.decode(wholeCharacters(bytes));
}

/** What is kept of a text, without a character that was cut. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (end === keptBytes) {
    while (end > 0 && (bytes[end - 1] & 0xc0) === 0x80) end--;
    const first = bytes[end - 1] ?? 0;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    end = end - 1 + length <= bytes.length ? end - 1 + length : end - 1;
  }
  return bytes.subarray(0, end);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
