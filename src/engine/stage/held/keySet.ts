import { roomFor } from '../../roomFor.ts';
import type { FieldColumn } from '../../format/record.ts';
import { longestKey, MemoryLimitError, tooLongKey } from '../memoryLimit.ts';
import { emptyTable, largerTable, tryEmpty } from './openTable.ts';
import { hashBytes } from './partition.ts';
import { sharedBytes, sharedIntegers, sharedWords } from './shared.ts';

/** Stands for a row without a key of the kind asked for. */
export const noKey = 0xffffffff;

/** Up to so many bytes, an emptied set keeps its memory. */
const keptArena = 1 << 20;

/** The bits of a key's first and second four bytes, by its length up to eight. */
const lowMasks = Int32Array.from([0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1]);
const highMasks = Int32Array.from([0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1]);
const shortEntries = 256;

/** Where the short key would be in a set's `#short`. */
function shortEntry(low: number, high: number, length: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high + length, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash >>> 24) * 4;
}

/** The keys of a set, in memory that threads share. */
export interface KeyMemory {
  readonly arena: Uint8Array;
  readonly starts: Uint32Array;
  readonly hashes: Uint32Array;
  readonly table: Int32Array;
}

/** Byte strings, each once, numbered in the order in which they came: an open-addressing table over one arena. */
export class KeySet {
  #arena: Uint8Array = new Uint8Array(1 << 16);
  #used = 0;
  #starts: Uint32Array = new Uint32Array(1 << 10);
  #hashes: Uint32Array = new Uint32Array(1 << 10);
  #table: Int32Array = emptyTable();
  #count = 0;
  /**
   * Short keys that were looked for last: two words, the length (-1: none) and the number. Most columns that people
   * group by hold few, short values, and these are found without hashing and comparing them byte by byte.
   */
  readonly #short = new Int32Array(4 * shortEntries).fill(-1);

  /** A set over what `share` of another one gave, in which keys can be looked for; none may be added. */
  static over({ arena, starts, hashes, table }: KeyMemory): KeySet {
    const set = new KeySet();
    set.#arena = arena;
    set.#used = arena.length;
    set.#starts = starts;
    set.#hashes = hashes;
    set.#table = table;
    set.#count = starts.length;
    return set;
  }

  /** A copy of its keys. */
  share(): KeyMemory {
    return {
      arena: sharedBytes(this.#arena.subarray(0, this.#used)),
      starts: sharedWords(this.#starts.subarray(0, this.#count)),
      hashes: sharedWords(this.#hashes.subarray(0, this.#count)),
      table: sharedIntegers(this.#table),
    };
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes held: of a small set those that are in use, of a large one all that it has taken. */
  get size(): number {
    const taken = this.#arena.byteLength + 2 * this.#starts.byteLength + this.#table.byteLength;
    return taken > keptArena ? taken : this.#used + this.#count * 24;
  }

  /** The number of a key, taken in if it is new. */
  number(bytes: Uint8Array, start = 0, end = bytes.length, hash = hashBytes(bytes, start, end, 0)): number {
    const slot = this.#slot(hash, bytes, start, end);
    const known = this.#table[slot];
    return known === -1 ? this.#insert(slot, hash, bytes, start, end) : known;
  }

  /**
   * The numbers of the keys of many rows at once: `bytes[starts[row], ends[row])` for each row of the selection that
   * is of the kind asked for; the others get `noKey`. One loop, since it runs once for every row of a file.
   */
  numbers(
    bytes: Uint8Array,
    { starts, ends, kinds }: Pick<FieldColumn, 'starts' | 'ends' | 'kinds'>,
    kind: number,
    selection: Uint32Array,
    count: number,
    numbers: Uint32Array,
  ): void {
    let table = this.#table;
    let hashes = this.#hashes;
    let arena = this.#arena;
    let places = this.#starts;
    const short = this.#short;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lastWords = bytes.length - 8;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      if (kinds[row] !== kind) {
        numbers[i] = noKey;
        continue;
      }
      const start = starts[row];
      const end = ends[row];
      let entry = -1;
      if (end - start <= 8 && start <= lastWords) {
        // The bytes that are not the key's are masked out: no branch depends on its length.
        const low = view.getInt32(start, true) & lowMasks[end - start];
        const high = view.getInt32(start + 4, true) & highMasks[end - start];
        entry = shortEntry(low, high, end - start);
        if (short[entry] === low && short[entry + 1] === high && short[entry + 2] === end - start) {
          numbers[i] = short[entry + 3];
          continue;
        }
        short[entry] = low;
        short[entry + 1] = high;
        short[entry + 2] = end - start;
      }
      const hash = hashBytes(bytes, start, end, 0);
      let slot = hash & (table.length - 1);
      let number = table[slot];
      for (; number !== -1; slot = (slot + 1) & (table.length - 1), number = table[slot]) {
        if (hashes[number] !== hash) continue;
        const place = places[number];
        if (this.#endOf(number) - place !== end - start) continue;
        let at = start;
        while (at < end && arena[place + at - start] === bytes[at]) at++;
        if (at === end) break;
      }
      if (number === -1) {
        number = this.#insert(slot, hash, bytes, start, end);
        table = this.#table;
        hashes = this.#hashes;
        arena = this.#arena;
        places = this.#starts;
      }
      if (entry >= 0) short[entry + 3] = number;
      numbers[i] = number;
    }
  }

  /** The number of a key, -1 where it is not there. */
  find(bytes: Uint8Array, end = bytes.length, hash = hashBytes(bytes, 0, end, 0)): number {
    return this.#table[this.#slot(hash, bytes, 0, end)];
  }

  has(bytes: Uint8Array): boolean {
    return this.find(bytes) !== -1;
  }

  /** Whether the key is new; it is taken in. */
  add(bytes: Uint8Array): boolean {
    const before = this.#count;
    return this.number(bytes) === before;
  }

  /** The bytes of a key. */
  key(number: number): Uint8Array {
    return this.#arena.subarray(this.#starts[number], this.#endOf(number));
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#used = 0;
    this.#count = 0;
    this.#short.fill(-1);
    if (this.#arena.length <= keptArena && tryEmpty(this.#table)) return;
    this.#arena = new Uint8Array(1 << 16);
    this.#starts = new Uint32Array(1 << 10);
    this.#hashes = new Uint32Array(1 << 10);
    this.#table = emptyTable();
  }

  #endOf(number: number): number {
    return number + 1 < this.#count ? this.#starts[number + 1] : this.#used;
  }

  /** The place in the table where the key is, or where it would be put. */
  #slot(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#table[slot];
      if (number === -1 || (this.#hashes[number] === hash && this.#isEqual(number, bytes, start, end)))
        return slot;
    }
  }

  #isEqual(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[number];
    if (this.#endOf(number) - from !== end - start) return false;
    const arena = this.#arena;
    for (let at = start; at < end; at++) {
      if (arena[from + at - start] !== bytes[at]) return false;
    }
    return true;
  }

  #insert(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > longestKey) throw new MemoryLimitError(tooLongKey);
    if (this.#used + length > this.#arena.length) {
      const larger = new Uint8Array(roomFor(this.#used + length, this.#arena.length));
      larger.set(this.#arena.subarray(0, this.#used));
      this.#arena = larger;
    }
    if (this.#count === this.#starts.length) this.#grow();
    this.#arena.set(bytes.subarray(start, end), this.#used);
    const number = this.#count++;
    this.#starts[number] = this.#used;
    this.#hashes[number] = hash;
    this.#table[slot] = number;
    this.#used += length;
    if (this.#count * 2 > this.#table.length) {
      this.#table = largerTable(this.#table, this.#count, (key) => this.#hashes[key]);
    }
    return number;
  }

  #grow(): void {
    const starts = new Uint32Array(this.#count * 2);
    const hashes = new Uint32Array(this.#count * 2);
    starts.set(this.#starts);
    hashes.set(this.#hashes);
    this.#starts = starts;
    this.#hashes = hashes;
  }
}
