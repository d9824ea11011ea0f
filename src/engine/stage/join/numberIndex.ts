import { sharedDoubles } from '../held/shared.ts';

/** Places of a table that are taken at most, of all. */
const fullest = 0.5;
const firstLength = 1 << 10;

/**
 * Row numbers by a number: an open-addressing table in which each key has its row beside it, so that to find one is to look
 * at one place of the memory. NaN is no key.
 */
export class NumberIndex {
  /** A key and a row for each place; NaN where there is none. */
  #places: Float64Array;
  #count = 0;

  /** @param places what `share` of another one gave: nothing may be added to it */
  constructor(places: Float64Array = noPlaces(firstLength)) {
    this.#places = places;
  }

  /** Bytes held: of a small index those that are in use, of a large one all that it has taken. */
  get size(): number {
    const { length } = this.#places;
    return (length > 2 * firstLength ? length : (2 * this.#count) / fullest) * 8;
  }

  /** A copy of what it holds. */
  share(): Float64Array {
    return sharedDoubles(this.#places);
  }

  /** Sets the row of a key where it is new; answers the one that it has. */
  put(key: number, row: number): number {
    let place = this.#place(key);
    if (this.#places[place] === key) return this.#places[place + 1];
    if (2 * ++this.#count > this.#places.length * fullest) {
      this.#grow();
      place = this.#place(key);
    }
    this.#places[place] = key;
    this.#places[place + 1] = row;
    return row;
  }

  /** @returns `none` where the key is not there */
  find(key: number, none: number): number {
    const place = this.#place(key);
    return this.#places[place] === key ? this.#places[place + 1] : none;
  }

  /** The keys with their rows. */
  *entries(): Generator<readonly [number, number]> {
    const places = this.#places;
    for (let at = 0; at < places.length; at += 2)
      if (!Number.isNaN(places[at])) yield [places[at], places[at + 1]];
  }

  /** Where the key is, or where it would be put. */
  #place(key: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let hash = Math.imul(wordOf(key), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    for (let place = ((hash ^ (hash >>> 13)) << 1) & mask; ; place = (place + 2) & mask) {
      const there = places[place];
      if (there === key || Number.isNaN(there)) return place;
    }
  }

  #grow(): void {
    const before = this.#places;
    this.#places = noPlaces(before.length);
    for (let at = 0; at < before.length; at += 2) {
      if (Number.isNaN(before[at])) continue;
      const place = this.#place(before[at]);
      this.#places[place] = before[at];
      this.#places[place + 1] = before[at + 1];
    }
  }
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** 32 bits that tell most numbers apart: of a short whole number itself, of others the halves of the double. */
export function wordOf(key: number): number {
  const whole = key | 0;
  if (whole === key) return whole;
  double[0] = key;
  return words[0] ^ Math.imul(words[1], 0xc2b2ae35);
}

function noPlaces(count: number): Float64Array {
  return new Float64Array(2 * count).fill(NaN);
}
