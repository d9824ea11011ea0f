import { emptyTable, largerTable, tryEmpty } from '../held/openTable.ts';

/** A table of so many bytes is kept when it is emptied, and so counts by what is in it. */
const keptBytes = 1 << 20;

/** Pairs of whole numbers, each once, numbered in the order in which they came. */
export class PairTable {
  #first = new Uint32Array(1 << 10);
  #second = new Uint32Array(1 << 10);
  #table = emptyTable();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get size(): number {
    const taken = 2 * this.#first.byteLength + this.#table.byteLength;
    return taken > keptBytes ? taken : this.#count * 24;
  }

  first(pair: number): number {
    return this.#first[pair];
  }

  second(pair: number): number {
    return this.#second[pair];
  }

  /** The number of a pair, taken in if it is new. */
  number(first: number, second: number): number {
    const mask = this.#table.length - 1;
    let slot = hashPair(first, second) & mask;
    for (;;) {
      const pair = this.#table[slot];
      if (pair === -1) break;
      if (this.#first[pair] === first && this.#second[pair] === second) return pair;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#first.length) this.#grow();
    const pair = this.#count++;
    this.#first[pair] = first;
    this.#second[pair] = second;
    this.#table[slot] = pair;
    if (this.#count * 2 > this.#table.length) {
      const hashOf = (known: number): number => hashPair(this.#first[known], this.#second[known]);
      this.#table = largerTable(this.#table, this.#count, hashOf);
    }
    return pair;
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    if (tryEmpty(this.#table)) return;
    this.#first = new Uint32Array(1 << 10);
    this.#second = new Uint32Array(1 << 10);
    this.#table = emptyTable();
  }

  #grow(): void {
    const first = new Uint32Array(this.#count * 2);
    const second = new Uint32Array(this.#count * 2);
    first.set(this.#first);
    second.set(this.#second);
    this.#first = first;
    this.#second = second;
  }
}

function hashPair(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 0x7f4a7c15, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
