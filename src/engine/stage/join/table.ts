import { ByteWriter } from '../bytes.ts';
import { tag } from '../codec.ts';
import { exactNumber, writeNumberKey } from '../held/key.ts';
import { KeySet, type KeyMemory } from '../held/keySet.ts';
import { sharedBytes, sharedIntegers, sharedWords } from '../held/shared.ts';
import { NumberIndex, type NumberMemory } from './numberIndex.ts';

/** Stands behind the last row of a key. */
export const noRow = -1;

/** What a table holds, in memory that threads share. */
export interface JoinMemory {
  readonly keys: KeyMemory;
  readonly numbers: NumberMemory;
  readonly first: Int32Array;
  /** Undefined where no key has two rows. */
  readonly next: Int32Array | undefined;
  readonly starts: Uint32Array;
  readonly rows: Uint8Array;
}

/**
 * Rows by their keys: those of a key in the order in which they came. A key that is a single number, as most are, is found
 * by that, and its bytes are not kept.
 */
export class JoinTable {
  /** The other keys. */
  #keys: KeySet;
  /** The first row of each key that is a number. */
  #numbers: NumberIndex;
  /** By the number of another key, its first row. */
  #first: Int32Array;
  /** By the number of a row, the row of the same key after it; undefined as long as there is none anywhere. */
  #next: Int32Array | undefined;
  /** By the number of a row that is the first one of its key, the last one; only with `#next`. */
  #last: Int32Array | undefined;
  /** By the number of a row, where it begins. */
  #starts: Uint32Array;
  #rows = new ByteWriter(firstBytes);
  /** The rows of a table that another thread has made. */
  readonly #shared: Uint8Array | undefined;
  #count = 0;

  /** @param memory what `share` of another table gave: it is not added to */
  constructor(memory?: JoinMemory) {
    this.#keys = memory ? KeySet.over(memory.keys) : new KeySet();
    this.#numbers = new NumberIndex(memory?.numbers);
    this.#first = memory?.first ?? new Int32Array(firstLength);
    this.#next = memory?.next;
    this.#starts = memory?.starts ?? new Uint32Array(firstLength);
    this.#shared = memory?.rows;
    this.#rows.byte(tag.null);
  }

  /** Bytes that it holds. */
  get size(): number {
    const ofRow = this.#next ? 12 : 4;
    return this.#keys.size + this.#numbers.size + this.#rows.length + this.#count * ofRow;
  }

  /** Whether no key has more rows than this. */
  hasAtMost(most: number): boolean {
    if (this.#next === undefined) return true;
    for (const first of this.#firsts()) {
      let rows = 0;
      for (let at = first; at !== noRow; at = this.next(at)) if (++rows > most) return false;
    }
    return true;
  }

  /** The bytes of all rows; those of a NULL are at 0. */
  get bytes(): Uint8Array {
    return this.#shared ?? this.#rows.view();
  }

  /** Moves what it holds; it is empty afterwards. */
  share(): JoinMemory {
    const first = sharedIntegers(this.#first.subarray(0, this.#keys.count));
    const keys = this.#keys.share();
    this.#keys = new KeySet();
    const numbers = this.#numbers.share();
    this.#numbers = new NumberIndex();
    const memory = {
      ...{ keys, numbers, first },
      next: this.#next && sharedIntegers(this.#next.subarray(0, this.#count)),
      starts: sharedWords(this.#starts.subarray(0, this.#count)),
      rows: sharedBytes(this.bytes),
    };
    this.clear();
    return memory;
  }

  add(key: Uint8Array, row: Uint8Array): void {
    const single = indexedNumber(key, key.length);
    const at = this.#addRow(row, row.length);
    const first = single === undefined ? this.#firstOf(key, at) : this.#numbers.put(single, at);
    if (first !== at) this.#chain(first, at);
  }

  /** `add` of a row whose key is this number alone. */
  addNumber(key: number, { bytes, length }: ByteWriter): void {
    const at = this.#addRow(bytes, length);
    const first = this.#numbers.put(key, at);
    if (first !== at) this.#chain(first, at);
  }

  /** The first row of a key, `noRow` where there is none. */
  first(key: Uint8Array, end = key.length): number {
    const single = indexedNumber(key, end);
    if (single !== undefined) return this.firstOfNumber(single);
    const number = this.#keys.find(key, end);
    return number === -1 ? noRow : this.#first[number];
  }

  /** `first` of the key that is this number alone. */
  firstOfNumber(number: number): number {
    return this.#numbers.find(number, noRow);
  }

  /** The row of the same key after this one. */
  next(row: number): number {
    return this.#next === undefined ? noRow : this.#next[row];
  }

  /** Where in `bytes` a row begins. */
  start(row: number): number {
    return this.#starts[row];
  }

  /** All keys with their rows, those of a key in their order. Valid until the next one. */
  *entries(): Generator<{ readonly key: Uint8Array; readonly row: Uint8Array }> {
    for (let number = 0; number < this.#keys.count; number++) {
      const key = this.#keys.key(number);
      for (const row of this.#rowsFrom(this.#first[number])) yield { key, row };
    }
    const out = new ByteWriter();
    for (const [number, first] of this.#numbers.entries()) {
      out.clear();
      writeNumberKey(out, number);
      const key = out.view();
      for (const row of this.#rowsFrom(first)) yield { key, row };
    }
  }

  clear(): void {
    this.#keys = new KeySet();
    this.#numbers = new NumberIndex();
    this.#first = new Int32Array(firstLength);
    this.#next = undefined;
    this.#last = undefined;
    this.#starts = new Uint32Array(firstLength);
    this.#rows = new ByteWriter(firstBytes);
    this.#rows.byte(tag.null);
    this.#count = 0;
  }

  /** Takes in `row[0, length)`; answers its number. */
  #addRow(row: Uint8Array, length: number): number {
    const at = this.#count++;
    if (at === this.#starts.length) this.#growRows();
    this.#starts[at] = this.#rows.length;
    this.#rows.copy(row, 0, length);
    return at;
  }

  /** The first row of a key that is no number; `at` where it is new. */
  #firstOf(key: Uint8Array, at: number): number {
    const known = this.#keys.count;
    const number = this.#keys.number(key);
    if (number < known) return this.#first[number];
    if (number === this.#first.length) this.#first = grown(this.#first, new Int32Array(2 * number));
    this.#first[number] = at;
    return at;
  }

  /** Puts a row behind the last one of its key. */
  #chain(first: number, at: number): void {
    this.#next ??= new Int32Array(this.#starts.length).fill(noRow);
    this.#last ??= Int32Array.from(this.#starts, (_, row) => row);
    this.#next[this.#last[first]] = at;
    this.#last[first] = at;
  }

  *#firsts(): Generator<number> {
    for (let number = 0; number < this.#keys.count; number++) yield this.#first[number];
    for (const [, first] of this.#numbers.entries()) yield first;
  }

  *#rowsFrom(first: number): Generator<Uint8Array> {
    for (let at = first; at !== noRow; at = this.next(at)) {
      const end = at + 1 < this.#count ? this.#starts[at + 1] : this.#rows.length;
      yield this.bytes.subarray(this.#starts[at], end);
    }
  }

  #growRows(): void {
    const { length } = this.#starts;
    this.#starts = grown(this.#starts, new Uint32Array(2 * length));
    this.#next &&= grown(this.#next, new Int32Array(2 * length).fill(noRow));
    this.#last &&= grown(
      this.#last,
      Int32Array.from({ length: 2 * length }, (_, row) => row),
    );
  }
}

/** The number that a key is all of, where it is found by that. */
function indexedNumber(key: Uint8Array, end: number): number | undefined {
  const number = exactNumber(key, end);
  return Number.isNaN(number) ? undefined : number;
}

const firstLength = 1 << 10;
const firstBytes = 1 << 16;

function grown<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
