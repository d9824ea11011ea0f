import { ByteWriter } from '../bytes.ts';
import { tag } from '../codec.ts';
import { exactNumber } from '../held/key.ts';
import { KeySet } from '../held/keySet.ts';
import { NumberIndex } from './numberIndex.ts';

/** Stands behind the last row of a key. */
export const noRow = -1;

/** Rows by their keys: those of a key in the order in which they came. */
export class JoinTable {
  #keys = new KeySet();
  /** The first rows of those keys that are a single number. */
  #numbers = new NumberIndex();
  /** By the number of a key. */
  #first = new Int32Array(1 << 10);
  #last = new Int32Array(1 << 10);
  /** By the number of a row. */
  #next = new Int32Array(1 << 10);
  #starts = new Uint32Array(1 << 10);
  #keyOf = new Uint32Array(1 << 10);
  #rows = new ByteWriter(1 << 16);
  #count = 0;

  constructor() {
    this.#rows.byte(tag.null);
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.#keys.size + this.#numbers.size + this.#rows.length + this.#count * 20;
  }

  /** The bytes of all rows; those of a NULL are at 0. */
  get bytes(): Uint8Array {
    return this.#rows.view();
  }

  add(key: Uint8Array, row: Uint8Array): void {
    const known = this.#keys.count;
    const number = this.#keys.number(key);
    const at = this.#count++;
    if (at === this.#next.length) this.#growRows();
    this.#next[at] = noRow;
    this.#starts[at] = this.#rows.length;
    this.#keyOf[at] = number;
    this.#rows.copy(row);
    if (number === known) {
      if (number === this.#first.length) this.#growKeys();
      this.#first[number] = at;
      const single = exactNumber(key);
      if (single !== undefined) this.#numbers.add(single, at);
    } else {
      this.#next[this.#last[number]] = at;
    }
    this.#last[number] = at;
  }

  /** The first row of a key, `noRow` where there is none. */
  first(key: Uint8Array, end = key.length): number {
    const number = this.#keys.find(key, end);
    return number === -1 ? noRow : this.#first[number];
  }

  /** `first` of the key that is this number alone. */
  firstOfNumber(number: number): number {
    return this.#numbers.find(number, noRow);
  }

  /** The row of the same key after this one. */
  next(row: number): number {
    return this.#next[row];
  }

  /** Where in `bytes` a row begins. */
  start(row: number): number {
    return this.#starts[row];
  }

  keyOf(row: number): Uint8Array {
    return this.#keys.key(this.#keyOf[row]);
  }

  /** The bytes of a row. */
  row(row: number): Uint8Array {
    const end = row + 1 < this.#count ? this.#starts[row + 1] : this.#rows.length;
    return this.bytes.subarray(this.#starts[row], end);
  }

  clear(): void {
    this.#keys = new KeySet();
    this.#numbers = new NumberIndex();
    this.#rows = new ByteWriter(1 << 16);
    this.#rows.byte(tag.null);
    this.#count = 0;
  }

  #growRows(): void {
    this.#next = grown(this.#next, new Int32Array(2 * this.#next.length));
    this.#starts = grown(this.#starts, new Uint32Array(2 * this.#starts.length));
    this.#keyOf = grown(this.#keyOf, new Uint32Array(2 * this.#keyOf.length));
  }

  #growKeys(): void {
    this.#first = grown(this.#first, new Int32Array(2 * this.#first.length));
    this.#last = grown(this.#last, new Int32Array(2 * this.#last.length));
  }
}

function grown<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
