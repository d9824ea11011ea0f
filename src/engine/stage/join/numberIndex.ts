import { sharedDoubles, sharedIntegers } from '../held/shared.ts';

/** What an index holds, in memory that threads share. */
export interface NumberMemory {
  readonly keys: Float64Array;
  readonly rows: Int32Array;
}

/** Places of a table that are taken at most, of all. */
const fullest = 0.5;
const firstLength = 1 << 10;

/** Row numbers by a number: an open-addressing table of two arrays. NaN is no key. */
export class NumberIndex {
  #keys: Float64Array;
  #rows: Int32Array;
  #count = 0;

  /** @param memory what `share` of another one gave: nothing may be added to it */
  constructor(memory?: NumberMemory) {
    this.#keys = memory?.keys ?? new Float64Array(firstLength).fill(NaN);
    this.#rows = memory?.rows ?? new Int32Array(firstLength);
  }

  /** Bytes held: of a small index those that are in use, of a large one all that it has taken. */
  get size(): number {
    const places = this.#keys.length > firstLength ? this.#keys.length : this.#count / fullest;
    return places * 12;
  }

  /** A copy of what it holds. */
  share(): NumberMemory {
    return { keys: sharedDoubles(this.#keys), rows: sharedIntegers(this.#rows) };
  }

  /** Sets the row of a key; answers the one that it had, `none` where it is new. */
  put(key: number, row: number, none: number): number {
    let slot = this.#slot(key);
    if (this.#keys[slot] === key) {
      const before = this.#rows[slot];
      this.#rows[slot] = row;
      return before;
    }
    if (++this.#count > this.#keys.length * fullest) {
      this.#grow();
      slot = this.#slot(key);
    }
    this.#keys[slot] = key;
    this.#rows[slot] = row;
    return none;
  }

  /** The keys with their rows. */
  *entries(): Generator<readonly [number, number]> {
    for (const [slot, key] of this.#keys.entries()) if (!Number.isNaN(key)) yield [key, this.#rows[slot]];
  }

  /** @returns `none` where the key is not there */
  find(key: number, none: number): number {
    const slot = this.#slot(key);
    return this.#keys[slot] === key ? this.#rows[slot] : none;
  }

  /** The place where the key is, or where it would be put. */
  #slot(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    // The low 32 bits of a whole number, and of others something that depends on their size.
    let hash = Math.imul(key ^ (key / 0x1_0000_0000), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const there = keys[slot];
      if (there === key || Number.isNaN(there)) return slot;
    }
  }

  #grow(): void {
    const [keys, rows] = [this.#keys, this.#rows];
    this.#keys = new Float64Array(2 * keys.length).fill(NaN);
    this.#rows = new Int32Array(2 * rows.length);
    for (const [from, key] of keys.entries()) {
      if (Number.isNaN(key)) continue;
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      this.#rows[slot] = rows[from];
    }
  }
}
