import type { ParquetType } from 'hyparquet';
import type { StoredValues } from '../../kernel/dictionaryKernel.ts';
import type { ScalarColumn, TextColumn } from '../typed/column.ts';

type Bound = bigint | number | Uint8Array;

/** The values of a column as bytes of a file. A place is that of a value in the column. */
export interface Physical {
  readonly type: ParquetType;
  /** All values of the column. */
  readonly stored: StoredValues;
  /** Bytes that `plain` writes of a value besides those that are stored. */
  readonly extra: number;
  /** Those at some places, stored likewise. */
  some(places: Int32Array): StoredValues;
  /** Bytes of the value, and of those at some places. */
  size(place: number): number;
  sizeOf(places: Int32Array): number;
  /** The values at these places, one after the other. */
  plain(places: Int32Array, count: number): Uint8Array;
  /** The least and the greatest value; undefined where there is none that has an order. */
  bounds(places: Int32Array, count: number): { readonly min: Bound; readonly max: Bound } | undefined;
  /** How many values at these places are no number; undefined where that cannot be. */
  nans?(places: Int32Array, count: number): number;
}

/** Of booleans there is none: they are written as bits. */
export function physicalOf(
  column: Exclude<ScalarColumn, { readonly kind: 'boolean' }> | TextColumn,
): Physical {
  switch (column.kind) {
    case 'text':
      return new Bytes(column.bytes, column.offsets);
    case 'decimal':
      return new Decimals(column.values);
    case 'date':
      return new Days(column.values);
    case 'double':
      return new Doubles(column.values);
    default:
      return new Integers(column.values);
  }
}

/** Numbers of one or two words of 32 bits, as they are in memory: the lowest first. */
abstract class Words {
  readonly extra = 0;
  protected readonly words: Int32Array;
  readonly #each: 1 | 2;

  constructor(values: Int32Array | Float64Array | BigInt64Array) {
    this.words = new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
    this.#each = values.BYTES_PER_ELEMENT === 8 ? 2 : 1;
  }

  get stored(): StoredValues {
    const { buffer, byteOffset, byteLength } = this.words;
    return { bytes: new Uint8Array(buffer, byteOffset, byteLength), size: this.size() };
  }

  some(places: Int32Array): StoredValues {
    return { bytes: this.plain(places, places.length), size: this.size() };
  }

  size(): number {
    return this.#each * 4;
  }

  sizeOf(places: Int32Array): number {
    return places.length * this.size();
  }

  plain(places: Int32Array, count: number): Uint8Array {
    const { words } = this;
    // Places are in the order of the values: all of them are the values as they stand.
    if (count * this.#each === words.length) return this.stored.bytes;
    const out = new Int32Array(count * this.#each);
    if (this.#each === 1) {
      for (let at = 0; at < count; at++) out[at] = words[places[at]];
    } else {
      for (let at = 0; at < count; at++) {
        out[2 * at] = words[2 * places[at]];
        out[2 * at + 1] = words[2 * places[at] + 1];
      }
    }
    return new Uint8Array(out.buffer);
  }
}

class Days extends Words implements Physical {
  readonly type = 'INT32';

  bounds(places: Int32Array, count: number): { min: number; max: number } {
    let min = this.words[places[0]];
    let max = min;
    for (let at = 1; at < count; at++) {
      const value = this.words[places[at]];
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max };
  }
}

class Integers extends Words implements Physical {
  readonly type = 'INT64';
  readonly #values: BigInt64Array;

  constructor(values: BigInt64Array) {
    super(values);
    this.#values = values;
  }

  bounds(places: Int32Array, count: number): { min: bigint; max: bigint } {
    let [min, max] = [places[0], places[0]];
    for (let at = 1; at < count; at++) {
      const place = places[at];
      if (this.#isLess(place, min)) min = place;
      else if (this.#isLess(max, place)) max = place;
    }
    return { min: this.#values[min], max: this.#values[max] };
  }

  #isLess(a: number, b: number): boolean {
    const { words } = this;
    const [upperA, upperB] = [words[2 * a + 1], words[2 * b + 1]];
    return upperA === upperB ? words[2 * a] >>> 0 < words[2 * b] >>> 0 : upperA < upperB;
  }
}

class Doubles extends Words implements Physical {
  readonly type = 'DOUBLE';
  readonly #values: Float64Array;

  constructor(values: Float64Array) {
    super(values);
    this.#values = values;
  }

  bounds(places: Int32Array, count: number): { min: number; max: number } | undefined {
    let [min, max] = [Infinity, -Infinity];
    let some = false;
    for (let at = 0; at < count; at++) {
      const value = this.#values[places[at]];
      if (Number.isNaN(value)) continue;
      some = true;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    // Zeros of either sign are equal, and the bounds are to hold both.
    return some ? { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max } : undefined;
  }

  nans(places: Int32Array, count: number): number {
    let nans = 0;
    for (let at = 0; at < count; at++) if (Number.isNaN(this.#values[places[at]])) nans++;
    return nans;
  }
}

/** From so many bytes on, they are copied by a call and not by a loop. */
const longCopy = 32;

class Bytes implements Physical {
  readonly type = 'BYTE_ARRAY';
  /** The length stands before the text. */
  readonly extra = 4;
  readonly #bytes: Uint8Array;
  readonly #offsets: Int32Array;

  constructor(bytes: Uint8Array, offsets: Int32Array) {
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  get stored(): StoredValues {
    return { bytes: this.#bytes, size: 0, offsets: this.#offsets };
  }

  some(places: Int32Array): StoredValues {
    const texts = Array.from(places, (place) =>
      this.#bytes.subarray(this.#offsets[place], this.#offsets[place + 1]),
    );
    const offsets = new Int32Array(places.length + 1);
    for (const [at, { length }] of texts.entries()) offsets[at + 1] = offsets[at] + length;
    return { bytes: Buffer.concat(texts), size: 0, offsets };
  }

  size(place: number): number {
    return this.#offsets[place + 1] - this.#offsets[place] + this.extra;
  }

  sizeOf(places: Int32Array): number {
    let bytes = 0;
    for (const place of places) bytes += this.size(place);
    return bytes;
  }

  plain(places: Int32Array, count: number): Uint8Array {
    const bytes = this.#bytes;
    const offsets = this.#offsets;
    const out = new Uint8Array(this.sizeOf(count === places.length ? places : places.subarray(0, count)));
    let to = 0;
    for (let at = 0; at < count; at++) {
      const start = offsets[places[at]];
      const end = offsets[places[at] + 1];
      const length = end - start;
      out[to++] = length & 0xff;
      out[to++] = (length >>> 8) & 0xff;
      out[to++] = (length >>> 16) & 0xff;
      out[to++] = length >>> 24;
      if (length < longCopy) for (let from = start; from < end; from++) out[to++] = bytes[from];
      else {
        out.set(bytes.subarray(start, end), to);
        to += length;
      }
    }
    return out;
  }

  bounds(places: Int32Array, count: number): { min: Uint8Array; max: Uint8Array } {
    let [min, max] = [places[0], places[0]];
    for (let at = 1; at < count; at++) {
      const place = places[at];
      if (this.#isLess(place, min)) min = place;
      else if (this.#isLess(max, place)) max = place;
    }
    return { min: this.#text(min), max: this.#text(max) };
  }

  #isLess(a: number, b: number): boolean {
    const bytes = this.#bytes;
    const offsets = this.#offsets;
    let at = offsets[a];
    let other = offsets[b];
    const end = offsets[a + 1];
    const otherEnd = offsets[b + 1];
    while (at < end && other < otherEnd && bytes[at] === bytes[other]) {
      at++;
      other++;
    }
    return at < end && other < otherEnd ? bytes[at] < bytes[other] : at === end && other < otherEnd;
  }

  #text(place: number): Uint8Array {
    return this.#bytes.slice(this.#offsets[place], this.#offsets[place + 1]);
  }
}

/** Bytes of 38 digits and a sign. */
export const decimalLength = 16;

class Decimals implements Physical {
  readonly type = 'FIXED_LEN_BYTE_ARRAY';
  readonly extra = 0;
  readonly #values: readonly bigint[];

  constructor(values: readonly bigint[]) {
    this.#values = values;
  }

  get stored(): StoredValues {
    return this.some(Int32Array.from(this.#values.keys()));
  }

  some(places: Int32Array): StoredValues {
    return { bytes: this.plain(places, places.length), size: decimalLength };
  }

  size(): number {
    return decimalLength;
  }

  sizeOf(places: Int32Array): number {
    return places.length * decimalLength;
  }

  plain(places: Int32Array, count: number): Uint8Array {
    const out = new DataView(new ArrayBuffer(count * decimalLength));
    for (let at = 0; at < count; at++) {
      const value = this.#values[places[at]];
      out.setBigInt64(at * decimalLength, value >> 64n);
      out.setBigUint64(at * decimalLength + 8, BigInt.asUintN(64, value));
    }
    return new Uint8Array(out.buffer);
  }

  bounds(places: Int32Array, count: number): { min: bigint; max: bigint } {
    let min = this.#values[places[0]];
    let max = min;
    for (let at = 1; at < count; at++) {
      const value = this.#values[places[at]];
      if (value < min) min = value;
      if (value > max) max = value;
    }
    return { min, max };
  }
}
