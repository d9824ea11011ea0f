import type { FieldColumn } from '../format/record.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import {
  estimateCount,
  noteHash,
  readRegisters,
  registerCount,
  standardError,
  writeRegisters,
} from './hyperLogLog.ts';
import type { ByteInput } from './fieldInput.ts';
import type { ColumnLimits } from './limits.ts';
import type { DistinctValues } from '../kernel/columnKernel.ts';

/** Of a longer value only so many bytes are kept, and its hash. */
export const keptBytes = 256;

/** What a value of the table is. Its bytes are a text, but those of `Double`, which are the eight of a double. */
export const ValueKind = {
  Text: 0,
  Double: 1,
  NumberText: 2,
  Time: 3,
  List: 4,
  Object: 5,
} as const;

export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

export interface CountedValue {
  readonly kind: number;
  readonly bytes: Uint8Array;
  /** Length of the whole value in bytes; more than there are `bytes` where it was cut. */
  readonly length: number;
  readonly count: number;
}

const emptySlot = -1;
const double = new DataView(new ArrayBuffer(8));
const doubleBytes = new Uint8Array(double.buffer);

/** What a table without values has; nothing is written to it. There are thousands of tables where there are many columns. */
const none = {
  table: new Int32Array(32).fill(emptySlot),
  words: new Int32Array(0),
  places: new Uint32Array(0),
  doubles: new Float64Array(0),
  bytes: new Uint8Array(0),
  view: new DataView(new ArrayBuffer(0)),
};
/** Room for entries and bytes, to begin with. */
const firstEntries = 16;
const firstArena = 256;

/** Up to so many slots and bytes, a table that is emptied keeps its memory. */
const keptSlots = 1 << 13;
const keptArena = 1 << 18;

/**
 * The values of a column and how often each was seen. Exact while they are few: equal are those with equal hashes of 64
 * bits whose first bytes are the same. Beyond the limits, the number of different ones is HyperLogLog's, and the counts
 * are a summary by Misra and Gries ("Finding repeated elements", 1982): too low by `error` at the most, which is no more
 * than the number of values divided by the counters. Both can be merged (Agarwal and others, "Mergeable summaries", 2012).
 */
export class ValueTable {
  readonly #limits: ColumnLimits;
  #table: Int32Array = none.table;
  #lows: Int32Array = none.words;
  #highs: Int32Array = none.words;
  #counts: Float64Array = none.doubles;
  #places: Uint32Array = none.places;
  #lengths: Float64Array = none.doubles;
  #kinds: Uint8Array = none.bytes;
  #arena: Uint8Array = none.bytes;
  #arenaView: DataView = none.view;
  #used = 0;
  #count = 0;
  /** Undefined while all values are in the table. */
  #registers: Uint8Array | undefined;
  #error = 0;

  constructor(limits: ColumnLimits) {
    this.#limits = limits;
  }

  /** Whether every value is in the table with its exact count. */
  get exact(): boolean {
    return this.#registers === undefined;
  }

  /** By how much counts may be too low. */
  get error(): number {
    return this.#error;
  }

  get distinct(): { readonly count: number; readonly exact: boolean; readonly error: number } {
    const registers = this.#registers;
    if (registers === undefined) return { count: this.#count, exact: true, error: 0 };
    return { count: Math.max(estimateCount(registers), this.#count), exact: false, error: standardError };
  }

  /**
   * Where nothing is kept of values any more but how many different ones there are: what notes their hashes. Whatever is
   * noted there need not be added.
   */
  get onlyRegisters(): Uint8Array | undefined {
    return this.#limits.counters === 0 ? this.#registers : undefined;
  }

  /**
   * Takes in the different values of some rows.
   * @param rows of the values that were grouped, in their order
   */
  addTexts(
    kind: ValueKind,
    { count, firsts, counts, hashes }: DistinctValues,
    rows: Uint32Array,
    { bytes, view }: ByteInput,
    { starts, ends }: Pick<FieldColumn, 'starts' | 'ends'>,
  ): void {
    const taken = this.#takeFrom(counts, count);
    for (let i = 0; i < count; i++) {
      const first = firsts[i];
      const [low, high] = [hashes[2 * first], hashes[2 * first + 1]];
      if (this.#isGivenUp(counts[i], taken, low, high)) continue;
      const [start, end] = [starts[rows[first]], ends[rows[first]]];
      this.#add(kind, low, high, counts[i] - taken, bytes, view, start, end);
    }
  }

  /** Takes in different numbers by their value. */
  addDoubles({ count, firsts, counts, hashes }: DistinctValues, values: Float64Array): void {
    const taken = this.#takeFrom(counts, count);
    for (let i = 0; i < count; i++) {
      const first = firsts[i];
      const [low, high] = [hashes[2 * first], hashes[2 * first + 1]];
      if (this.#isGivenUp(counts[i], taken, low, high)) continue;
      // Minus zero is zero.
      double.setFloat64(0, values[first] + 0, true);
      this.#add(ValueKind.Double, low, high, counts[i] - taken, doubleBytes, double, 0, 8);
    }
  }

  /**
   * Where values are counted roughly and more come at once than there are counters: what is taken from the count of each of them,
   * as from those in the table.
   */
  #takeFrom(counts: Uint32Array, count: number): number {
    const { counters } = this.#limits;
    if (this.#registers === undefined || counters === 0 || count <= counters) return 0;
    const taken = countBeyond(counts.subarray(0, count), counters);
    this.#error += taken;
    return taken;
  }

  /** Whether nothing is left of a value's count; then it is only noted that there is such a value. */
  #isGivenUp(times: number, taken: number, low: number, high: number): boolean {
    if (times > taken || this.#registers === undefined) return false;
    noteHash(this.#registers, low, high);
    return true;
  }

  #add(
    kind: ValueKind,
    low: number,
    high: number,
    times: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): void {
    if (this.#registers !== undefined && this.#limits.counters === 0) {
      noteHash(this.#registers, low, high);
      return;
    }
    const slot = this.#slotOf(low, high, end - start, bytes, view, start, end);
    const entry = this.#table[slot];
    if (entry !== emptySlot) this.#counts[entry] += times;
    else this.#insert(slot, low, high, kind, bytes, start, end, end - start, times);
  }

  /** The values that are in the table, in the order in which they came. */
  *entries(): Generator<CountedValue> {
    for (let entry = 0; entry < this.#count; entry++) {
      yield {
        kind: this.#kinds[entry],
        bytes: this.#arena.subarray(this.#places[entry], this.#endOf(entry)),
        length: this.#lengths[entry],
        count: this.#counts[entry],
      };
    }
  }

  /** What would be given up with the next values is given up before: who merges many parts need not look at it. */
  write(out: ByteWriter): void {
    const registers = this.#registers;
    if (registers !== undefined && this.#count > this.#limits.counters) this.#prune();
    out.byte(registers === undefined ? 0 : 1);
    if (registers !== undefined) {
      writeRegisters(out, registers);
      out.double(this.#error);
    }
    out.count(this.#count);
    for (let entry = 0; entry < this.#count; entry++) {
      out.byte(this.#kinds[entry]);
      out.uint32(this.#lows[entry] >>> 0);
      out.uint32(this.#highs[entry] >>> 0);
      out.count(this.#counts[entry]);
      out.count(this.#lengths[entry]);
      const start = this.#places[entry];
      const end = this.#endOf(entry);
      out.count(end - start);
      out.copy(this.#arena, start, end);
    }
  }

  merge(from: ByteReader): void {
    if (from.byte() === 1) {
      this.#sketch();
      if (this.#registers) readRegisters(from, this.#registers);
      this.#error += from.double();
    }
    const { bytes, view } = from.source;
    for (let left = from.count(); left > 0; left--) {
      const kind = from.byte();
      const low = from.uint32() | 0;
      const high = from.uint32() | 0;
      const times = from.count();
      const length = from.count();
      const kept = from.count();
      const start = from.at;
      const end = start + kept;
      from.skip(kept);
      if (this.#registers !== undefined && this.#limits.counters === 0) {
        noteHash(this.#registers, low, high);
        continue;
      }
      const slot = this.#slotOf(low, high, length, bytes, view, start, end);
      const entry = this.#table[slot];
      if (entry !== emptySlot) this.#counts[entry] += times;
      else this.#insert(slot, low, high, kind as ValueKind, bytes, start, end, length, times);
    }
  }

  /** As `ColumnAccumulator.settle`. */
  settle(): void {
    const before = this.#count;
    if (this.#registers === undefined) {
      if (this.#isTooMuch) this.#sketch();
    } else if (this.#count > this.#limits.counters) {
      this.#prune();
    }
    if (this.#count < before) this.#fit();
  }

  get #isTooMuch(): boolean {
    return this.#count > this.#limits.values || this.#used > this.#limits.valueBytes;
  }

  /** Gives room back that is not needed. */
  #fit(): void {
    const count = this.#count;
    this.#lows = this.#lows.slice(0, count);
    this.#highs = this.#highs.slice(0, count);
    this.#counts = this.#counts.slice(0, count);
    this.#lengths = this.#lengths.slice(0, count);
    this.#places = this.#places.slice(0, count);
    this.#kinds = this.#kinds.slice(0, count);
    this.#setArena(this.#arena.slice(0, this.#used));
  }

  /** @param many whether there are known to be more values than can be counted exactly: then none is kept in vain */
  reset(many = false): void {
    if (this.#table.length > keptSlots) this.#table = none.table;
    else if (this.#count > 0) this.#table.fill(emptySlot);
    if (this.#arena.length > keptArena) this.#setArena(new Uint8Array(firstArena));
    this.#used = 0;
    this.#count = 0;
    if (many && this.#limits.counters === 0) this.#letGo();
    this.#error = 0;
    if (!many) this.#registers = undefined;
    else if (this.#registers) this.#registers.fill(0);
    else this.#registers = new Uint8Array(registerCount);
  }

  #endOf(entry: number): number {
    return entry + 1 < this.#count ? this.#places[entry + 1] : this.#used;
  }

  /** The place in the table where a value is, or where it would be put. */
  #slotOf(
    low: number,
    high: number,
    length: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): number {
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot];
      if (entry === emptySlot) return slot;
      if (this.#lows[entry] !== low || this.#highs[entry] !== high || this.#lengths[entry] !== length)
        continue;
      if (this.#isEqual(entry, bytes, view, start, end)) return slot;
    }
  }

  #isEqual(entry: number, bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    const arena = this.#arena;
    const words = this.#arenaView;
    let at = this.#places[entry];
    const length = Math.min(end - start, keptBytes);
    const stop = start + length;
    let from = start;
    for (; from + 4 <= stop; from += 4, at += 4) {
      if (words.getInt32(at, true) !== view.getInt32(from, true)) return false;
    }
    for (; from < stop; from++, at++) if (arena[at] !== bytes[from]) return false;
    return true;
  }

  #insert(
    slot: number,
    low: number,
    high: number,
    kind: ValueKind,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    times: number,
  ): void {
    const kept = Math.min(end - start, keptBytes);
    if (this.#used + kept > this.#arena.length) this.#growArena(kept);
    if (this.#count === this.#lows.length) this.#growEntries();
    if (this.#table === none.table) this.#table = none.table.slice();
    const entry = this.#count++;
    this.#table[slot] = entry;
    this.#lows[entry] = low;
    this.#highs[entry] = high;
    this.#counts[entry] = times;
    this.#lengths[entry] = length;
    this.#kinds[entry] = kind;
    this.#places[entry] = this.#used;
    const arena = this.#arena;
    for (let from = start, at = this.#used; from < start + kept; from++, at++) arena[at] = bytes[from];
    this.#used += kept;
    if (this.#registers !== undefined) {
      noteHash(this.#registers, low, high);
      if (this.#count >= 2 * this.#limits.counters) this.#prune();
    } else if (this.#isTooMuch) {
      this.#sketch();
    }
    if (this.#count * 2 > this.#table.length) this.#rehash(this.#table.length * 2);
  }

  /** Goes over to counting some of the values. */
  #sketch(): void {
    if (this.#registers !== undefined) return;
    const registers = new Uint8Array(registerCount);
    for (let entry = 0; entry < this.#count; entry++)
      noteHash(registers, this.#lows[entry], this.#highs[entry]);
    this.#registers = registers;
    if (this.#count > this.#limits.counters) this.#prune();
  }

  /** Takes from every count what the largest one that cannot be kept has. */
  #prune(): void {
    const { counters } = this.#limits;
    if (counters === 0) {
      this.#error = Infinity;
      this.#letGo();
      return;
    }
    const taken = countBeyond(this.#counts.subarray(0, this.#count), counters);
    this.#error += taken;
    let kept = 0;
    let used = 0;
    const arena = this.#arena;
    const count = this.#count;
    for (let entry = 0; entry < count; entry++) {
      const left = this.#counts[entry] - taken;
      if (left <= 0) continue;
      const start = this.#places[entry];
      const end = entry + 1 < count ? this.#places[entry + 1] : this.#used;
      arena.copyWithin(used, start, end);
      this.#lows[kept] = this.#lows[entry];
      this.#highs[kept] = this.#highs[entry];
      this.#lengths[kept] = this.#lengths[entry];
      this.#kinds[kept] = this.#kinds[entry];
      this.#counts[kept] = left;
      this.#places[kept] = used;
      used += end - start;
      kept++;
    }
    this.#count = kept;
    this.#used = used;
    this.#rehash(this.#table.length > 8 * counters ? 8 * counters : this.#table.length);
  }

  /** Gives the memory of all values back. */
  #letGo(): void {
    this.#count = 0;
    this.#used = 0;
    this.#table = none.table;
    this.#lows = this.#highs = none.words;
    this.#counts = this.#lengths = none.doubles;
    this.#places = none.places;
    this.#kinds = this.#arena = none.bytes;
    this.#arenaView = none.view;
  }

  #rehash(length: number): void {
    let size = 32;
    while (size < length) size *= 2;
    const table =
      size === this.#table.length ? this.#table.fill(emptySlot) : new Int32Array(size).fill(emptySlot);
    const mask = size - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = this.#lows[entry] & mask;
      while (table[slot] !== emptySlot) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
    this.#table = table;
  }

  #growArena(needed: number): void {
    const larger = new Uint8Array(Math.max(this.#used + needed, this.#arena.length * 2, firstArena));
    larger.set(this.#arena.subarray(0, this.#used));
    this.#setArena(larger);
  }

  #setArena(arena: Uint8Array<ArrayBuffer>): void {
    this.#arena = arena;
    this.#arenaView = new DataView(arena.buffer);
  }

  #growEntries(): void {
    const length = Math.max(firstEntries, this.#lows.length * 2);
    const grown = <T extends Int32Array | Uint32Array | Float64Array | Uint8Array>(
      array: T,
      larger: T,
    ): T => {
      larger.set(array);
      return larger;
    };
    this.#lows = grown(this.#lows, new Int32Array(length));
    this.#highs = grown(this.#highs, new Int32Array(length));
    this.#counts = grown(this.#counts, new Float64Array(length));
    this.#places = grown(this.#places, new Uint32Array(length));
    this.#lengths = grown(this.#lengths, new Float64Array(length));
    this.#kinds = grown(this.#kinds, new Uint8Array(length));
  }
}

/** The smallest number from 1 on that no more than `most` counts are above. */
function countBeyond(counts: Float64Array | Uint32Array, most: number): number {
  for (let limit = 1; limit <= 4; limit++) {
    let above = 0;
    for (let at = 0; at < counts.length; at++) if (counts[at] > limit) above++;
    if (above <= most) return limit;
  }
  const sorted = counts.slice().sort();
  return sorted[sorted.length - 1 - most];
}
