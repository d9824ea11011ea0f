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
  readonly last: Int32Array;
  readonly next: Int32Array;
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
  /** The last row of each key that is a number. */
  #numbers: NumberIndex;
  /** By the number of another key, its last row. */
  #last: Int32Array;
  /** By the number of a row, the row of the same key after it; of the last one, the first one with its bits turned around. */
  #next: Int32Array;
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
    this.#last = memory?.last ?? new Int32Array(firstLength);
    this.#next = memory?.next ?? new Int32Array(firstLength);
    this.#starts = memory?.starts ?? new Uint32Array(firstLength);
    this.#shared = memory?.rows;
    this.#rows.byte(tag.null);
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.#keys.size + this.#numbers.size + this.#rows.length + this.#count * 12;
  }

  /** The bytes of all rows; those of a NULL are at 0. */
  get bytes(): Uint8Array {
    return this.#shared ?? this.#rows.view();
  }

  /** Moves what it holds; it is empty afterwards. */
  share(): JoinMemory {
    const last = sharedIntegers(this.#last.subarray(0, this.#keys.count));
    const keys = this.#keys.share();
    this.#keys = new KeySet();
    const numbers = this.#numbers.share();
    this.#numbers = new NumberIndex();
    const memory = {
      ...{ keys, numbers, last },
      next: sharedIntegers(this.#next.subarray(0, this.#count)),
      starts: sharedWords(this.#starts.subarray(0, this.#count)),
      rows: sharedBytes(this.bytes),
    };
    this.clear();
    return memory;
  }

  add(key: Uint8Array, row: Uint8Array): void {
    const at = this.#count++;
    if (at === this.#next.length) this.#growRows();
    this.#starts[at] = this.#rows.length;
    this.#rows.copy(row);
    const single = indexedNumber(key, key.length);
    if (single === undefined) this.#addKey(key, at);
    else this.#chain(at, this.#numbers.put(single, at, noRow));
  }

  /** The first row of a key, `noRow` where there is none. */
  first(key: Uint8Array, end = key.length): number {
    const single = indexedNumber(key, end);
    if (single !== undefined) return this.firstOfNumber(single);
    const number = this.#keys.find(key, end);
    return number === -1 ? noRow : ~this.#next[this.#last[number]];
  }

  /** `first` of the key that is this number alone. */
  firstOfNumber(number: number): number {
    const last = this.#numbers.find(number, noRow);
    return last === noRow ? noRow : ~this.#next[last];
  }

  /** The row of the same key after this one. */
  next(row: number): number {
    return Math.max(this.#next[row], noRow);
  }

  /** Where in `bytes` a row begins. */
  start(row: number): number {
    return this.#starts[row];
  }

  /** All keys with their rows, those of a key in their order. Valid until the next one. */
  *entries(): Generator<{ readonly key: Uint8Array; readonly row: Uint8Array }> {
    for (let number = 0; number < this.#keys.count; number++) {
      const key = this.#keys.key(number);
      for (const row of this.#rowsUntil(this.#last[number])) yield { key, row };
    }
    const out = new ByteWriter();
    for (const [number, last] of this.#numbers.entries()) {
      out.clear();
      writeNumberKey(out, number);
      const key = out.view();
      for (const row of this.#rowsUntil(last)) yield { key, row };
    }
  }

  clear(): void {
    this.#keys = new KeySet();
    this.#numbers = new NumberIndex();
    this.#last = new Int32Array(firstLength);
    this.#next = new Int32Array(firstLength);
    this.#starts = new Uint32Array(firstLength);
    this.#rows = new ByteWriter(firstBytes);
    this.#rows.byte(tag.null);
    this.#count = 0;
  }

  #addKey(key: Uint8Array, at: number): void {
    const known = this.#keys.count;
    const number = this.#keys.number(key);
    if (number === this.#last.length) this.#last = grown(this.#last, new Int32Array(2 * number));
    this.#chain(at, number === known ? noRow : this.#last[number]);
    this.#last[number] = at;
  }

  /** Puts a row behind the last one of its key. */
  #chain(at: number, last: number): void {
    this.#next[at] = last === noRow ? ~at : this.#next[last];
    if (last !== noRow) this.#next[last] = at;
  }

  *#rowsUntil(last: number): Generator<Uint8Array> {
    for (let at = ~this.#next[last]; at !== noRow; at = this.next(at)) {
      const end = at + 1 < this.#count ? this.#starts[at + 1] : this.#rows.length;
      yield this.bytes.subarray(this.#starts[at], end);
    }
  }

  #growRows(): void {
    this.#next = grown(this.#next, new Int32Array(2 * this.#next.length));
    this.#starts = grown(this.#starts, new Uint32Array(2 * this.#starts.length));
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
