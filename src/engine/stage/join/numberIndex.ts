import { sharedDoubles } from '../held/shared.ts';

/** An index in memory that threads share. */
export type NumberMemory =
  | { readonly kind: 'table'; readonly places: Float64Array }
  /** Whole numbers that are close together: the row of each from `least` on, `noRow` where there is none. */
  | { readonly kind: 'dense'; readonly least: number; readonly rows: Int32Array };

const noRow = -1;
/** Whole numbers are close together where there is one in so many, and no more than can be numbered. */
const oneOf = 4;
const mostDense = 2 ** 30;

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

  /** Of a shared one whose keys are close together: then `#places` is empty. */
  readonly #rows: Int32Array | undefined;
  readonly #least: number;

  /** @param memory what `share` of another one gave: nothing may be added to it */
  constructor(memory?: NumberMemory) {
    const isDense = memory?.kind === 'dense';
    this.#places = memory?.kind === 'table' ? memory.places : noPlaces(isDense ? 1 : firstLength);
    this.#rows = isDense ? memory.rows : undefined;
    this.#least = isDense ? memory.least : 0;
  }

  /** Bytes held: of a small index those that are in use, of a large one all that it has taken. */
  get size(): number {
    const { length } = this.#places;
    return (length > 2 * firstLength ? length : (2 * this.#count) / fullest) * 8;
  }

  /** A copy of what it holds. */
  share(): NumberMemory {
    return this.#dense() ?? { kind: 'table', places: sharedDoubles(this.#places) };
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
    if (this.#rows) {
      const at = key - this.#least;
      const row = at >= 0 && at < this.#rows.length && Number.isInteger(at) ? this.#rows[at] : noRow;
      return row === noRow ? none : row;
    }
    const place = this.#place(key);
    return this.#places[place] === key ? this.#places[place + 1] : none;
  }

  /** The keys with their rows. */
  *entries(): Generator<readonly [number, number]> {
    const places = this.#places;
    for (let at = 0; at < places.length; at += 2)
      if (!Number.isNaN(places[at])) yield [places[at], places[at + 1]];
  }

  /**
   * A row for each number from the least on, where that takes less memory than a table: to find one is then to look at a
   * place that is near that of the number before.
   */
  #dense(): NumberMemory | undefined {
    const places = this.#places;
    let [least, greatest] = [Infinity, -Infinity];
    for (let at = 0; at < places.length; at += 2) {
      const key = places[at];
      if (Number.isNaN(key)) continue;
      if (!Number.isSafeInteger(key)) return undefined;
      least = Math.min(least, key);
      greatest = Math.max(greatest, key);
    }
    const length = greatest - least + 1;
    if (!(length > 0 && length <= Math.min(oneOf * this.#count, mostDense))) return undefined;
    const rows = new Int32Array(new SharedArrayBuffer(4 * length)).fill(noRow);
    for (let at = 0; at < places.length; at += 2)
      if (!Number.isNaN(places[at])) rows[places[at] - least] = places[at + 1];
    return { kind: 'dense', least, rows };
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
