/** Places of a table that are taken at most, of all. */
const fullest = 0.5;

/** Row numbers by a number: an open-addressing table of two arrays. NaN is no key. */
export class NumberIndex {
  #keys = new Float64Array(1 << 10).fill(NaN);
  #rows = new Int32Array(1 << 10);
  #count = 0;

  /** Bytes that its numbers take. */
  get size(): number {
    return (this.#count * 12) / fullest;
  }

  /** @param key one that is not there yet */
  add(key: number, row: number): void {
    if (++this.#count > this.#keys.length * fullest) this.#grow();
    const slot = this.#slot(key);
    this.#keys[slot] = key;
    this.#rows[slot] = row;
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
