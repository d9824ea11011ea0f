import { quote } from '../ascii.ts';
import { FieldColumn, type Marks } from '../format/record.ts';
import { PackedGroups } from '../kernel/packedGroups.ts';
import type { DictionaryHead } from './dictionary.ts';
import type { StoredSegment } from './storedSegment.ts';

/** More values than this, or more bytes of them, are not few, though those of each block are. */
const mostValues = 8192;
const mostBytes = 512 * 1024;

/** The different values of a column of a file, each of them once, as its blocks come to be looked at. */
export class ColumnValues {
  readonly #codes = new Map<string, number>();
  readonly #kinds: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #numbers: number[] = [];
  #bytes = Buffer.alloc(256);
  #size = 0;
  /** The codes that a block's codes have here. */
  readonly #known = new WeakMap<StoredSegment, Uint16Array>();

  /** The codes of a segment's values; undefined where there are too many values. */
  codesOf(segment: StoredSegment, head: DictionaryHead): Uint16Array | undefined {
    let codes = this.#known.get(segment);
    if (codes === undefined) {
      codes = this.#read(segment, head);
      if (codes) this.#known.set(segment, codes);
    }
    return codes;
  }

  get size(): number {
    return this.#kinds.length;
  }

  /** Some of the values, in the order of their codes. */
  values(codes: readonly number[]): { readonly column: FieldColumn; readonly bytes: Uint8Array } {
    const of = (all: readonly number[]) => codes.map((code) => all[code]);
    const column = new FieldColumn(
      Uint8Array.from(of(this.#kinds)),
      Uint32Array.from(of(this.#starts)),
      Uint32Array.from(of(this.#ends)),
      Float64Array.from(of(this.#numbers)),
    );
    return { column, bytes: this.#bytes.subarray(0, this.#size) };
  }

  #read({ words, head: { hasNumbers } }: StoredSegment, head: DictionaryHead): Uint16Array | undefined {
    const { distinct, size, lengthsAt, kindsAt, numbersAt, textsAt } = head;
    const texts = Buffer.from(words.buffer, words.byteOffset + textsAt * 4, size);
    const kinds = new Uint8Array(words.buffer, words.byteOffset + kindsAt * 4, distinct);
    const numbers = hasNumbers
      ? new Float64Array(words.buffer, words.byteOffset + numbersAt * 4, distinct)
      : undefined;
    const codes = new Uint16Array(distinct);
    // Each stands between quotes.
    for (let own = 0, at = 1; own < distinct; own++) {
      const end = at + words[lengthsAt + own];
      const text = texts.toString('latin1', at, end);
      const kind = kinds[own];
      const name = `${kind} ${text}`;
      let code = this.#codes.get(name);
      if (code === undefined) {
        code = this.size;
        if (code === mostValues || this.#size + text.length > mostBytes) return undefined;
        this.#codes.set(name, code);
        this.#kinds.push(kind);
        this.#numbers.push(numbers?.[own] ?? NaN);
        this.#append(texts, at, end);
      }
      codes[own] = code;
      at = end + 2;
    }
    return codes;
  }

  #append(texts: Buffer, from: number, to: number): void {
    const end = this.#size + 1 + to - from;
    if (end >= this.#bytes.length) {
      const larger = Buffer.alloc(2 * end + 2);
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    this.#bytes[this.#size] = quote;
    texts.copy(this.#bytes, this.#size + 1, from, to);
    this.#bytes[end] = quote;
    this.#starts.push(this.#size + 1);
    this.#ends.push(end);
    this.#size = end + 1;
  }
}

/** Different values, and in how many records each is. */
export interface ValueCounts {
  readonly column: FieldColumn;
  readonly bytes: Uint8Array;
  readonly counts: Uint32Array;
}

/** Counts the values of a column as they are kept, block by block. */
export class ValueCounter {
  readonly #values: ColumnValues;
  #counts = new Uint32Array(64);
  /** The codes that some record has, by the first of them. */
  readonly #order: number[] = [];

  constructor(values: ColumnValues) {
    this.#values = values;
  }

  /**
   * Takes in the records of a block that match.
   * @returns false, and nothing is taken in, where there are too many values
   */
  add(segment: StoredSegment, head: DictionaryHead, matches: Marks): boolean {
    const codes = this.#values.codesOf(segment, head);
    if (codes === undefined) return false;
    if (this.#counts.length < this.#values.size) {
      const larger = new Uint32Array(2 * this.#values.size);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    if (head.distinct === 1) {
      this.#add(codes[0], matches.marked);
      return true;
    }
    const { words } = segment;
    const { codesAt, width, distinct } = head;
    const { count } = matches;
    const groups = PackedGroups.of(count);
    if (!groups?.divide({ words, at: codesAt, count, width }, distinct, true)) return false;
    groups.keep(matches);
    const { codes: found, counts } = groups.counted;
    for (const own of found) this.#add(codes[own], counts[own]);
    return true;
  }

  /** Those that some record has, in the order in which they come first. */
  get found(): ValueCounts {
    const counts = Uint32Array.from(this.#order, (code) => this.#counts[code]);
    return { ...this.#values.values(this.#order), counts };
  }

  #add(code: number, count: number): void {
    if (count === 0) return;
    if (this.#counts[code] === 0) this.#order.push(code);
    this.#counts[code] += count;
  }
}
