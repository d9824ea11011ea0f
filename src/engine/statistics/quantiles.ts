import type { ColumnKernel, MeasuredNumbers } from '../kernel/columnKernel.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import type { ColumnLimits } from './limits.ts';

/** Bits of the mantissa that a bucket is chosen by, to begin with: 256 buckets from a number to its double. */
export const finestBits = 8;
/**
 * The same where values are all of about one size, as times are, which are counted from 1970: as many bits as a bucket can be
 * chosen by.
 */
export const finestBitsOfTimes = 20;

/** What the exponent of a double is written with. */
const exponentBias = 1023;

/** Fewer numbers than this are sooner put in one by one. */
const few = 32;

/** What is empty has this: nothing is written to it. There are thousands of such where there are many columns. */
const none = new Float64Array(0);

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Buckets of sizes, of one sign: of each how many values there are, and the smallest of them by size. */
class Buckets {
  /** Key of the first place of the arrays. */
  first = 0;
  counts: Float64Array = none;
  smallest: Float64Array = none;
  /** Keys of the outermost buckets that hold something. */
  #low = Infinity;
  #high = -Infinity;
  readonly #limits: ColumnLimits;

  constructor(limits: ColumnLimits) {
    this.#limits = limits;
  }

  add(key: number, size: number, times: number): void {
    if (key < this.first || key >= this.first + this.counts.length) this.#grow(key);
    if (key < this.#low) this.#low = key;
    if (key > this.#high) this.#high = key;
    const at = key - this.first;
    if (this.counts[at] === 0 || size < this.smallest[at]) this.smallest[at] = size;
    this.counts[at] += times;
  }

  /** Key of the outermost bucket that holds something; -Infinity where none does. */
  get high(): number {
    return this.#high;
  }

  /** How many buckets there are from the lowest key to the highest. */
  get span(): number {
    return this.#high === -Infinity ? 0 : this.#high - this.#low + 1;
  }

  /** From the lowest key to the highest, with those from `low` to `high`. */
  spanOf(low: number, high = low): number {
    return Math.max(high, this.#high) - Math.min(low, this.#low) + 1;
  }

  /** Makes room for keys, of which the lowest and the highest will hold something. */
  cover(low: number, high: number): void {
    for (const key of [low, high]) {
      if (key < this.first || key >= this.first + this.counts.length) this.#grow(key);
      this.#low = Math.min(this.#low, key);
      this.#high = Math.max(this.#high, key);
    }
  }

  /** Joins every two buckets, in place. */
  halve(): void {
    const { first, counts, smallest } = this;
    if (counts.length === 0) return;
    const joined = Math.floor(first / 2);
    // A bucket comes to stand at or before its place, which was read by then.
    for (let at = 0; at < counts.length; at++) {
      const count = counts[at];
      const size = smallest[at];
      if (count === 0) continue;
      counts[at] = smallest[at] = 0;
      const to = Math.floor((first + at) / 2) - joined;
      if (counts[to] === 0 || size < smallest[to]) smallest[to] = size;
      counts[to] += count;
    }
    this.first = joined;
    this.#low = Math.floor(this.#low / 2);
    this.#high = Math.floor(this.#high / 2);
  }

  /** Gives room back that is not needed. */
  trim(): void {
    if (this.#high === -Infinity || this.counts.length <= this.#limits.buckets) return;
    const from = this.#low - this.first;
    const to = this.#high + 1 - this.first;
    this.counts = this.counts.slice(from, to);
    this.smallest = this.smallest.slice(from, to);
    this.first = this.#low;
  }

  clear(): void {
    this.first = 0;
    this.counts = none;
    this.smallest = none;
    this.#low = Infinity;
    this.#high = -Infinity;
  }

  #grow(key: number): void {
    const low = Math.min(key, this.#low);
    const span = this.spanOf(key);
    // More room than is needed, on the side where it grows.
    const room = Math.max(32, span, Math.min(Math.ceil(span * 1.5), this.#limits.buckets));
    const first = key === low ? low - (room - span) : low;
    const counts = new Float64Array(room);
    const smallest = new Float64Array(room);
    for (let bucket = this.#low; bucket <= this.#high; bucket++) {
      counts[bucket - first] = this.counts[bucket - this.first];
      smallest[bucket - first] = this.smallest[bucket - this.first];
    }
    this.first = first;
    this.counts = counts;
    this.smallest = smallest;
  }
}

/**
 * Quantiles of doubles. Exact while they are few enough to be kept; then buckets whose width is a fraction of the numbers
 * in them, as DDSketch has them (Masson, Rim and Lee, 2019): so that a quantile is off by a known fraction of its own
 * size, whatever the distribution, and the same for every order and division of the numbers. A bucket answers with the
 * smallest number that was in it, so that whole numbers come back whole.
 */
export class Quantiles {
  readonly #limits: ColumnLimits;
  #kept: Float64Array | undefined = new Float64Array(16);
  #keptCount = 0;
  readonly #finest: number;
  #bits: number;
  readonly #above: Buckets;
  readonly #below: Buckets;
  #zeros = 0;
  #count = 0;

  /** @param finest bits of the mantissa that a bucket is chosen by, while there is room for so many buckets */
  constructor(limits: ColumnLimits, finest = finestBits) {
    this.#limits = limits;
    this.#finest = this.#bits = finest;
    this.#above = new Buckets(limits);
    this.#below = new Buckets(limits);
  }

  get count(): number {
    return this.#count;
  }

  /** By what fraction of its size a quantile may be off. */
  get error(): number {
    return this.#kept === undefined ? 2 ** -this.#bits : 0;
  }

  /** Width of the widest bucket, by which a quantile may be off. */
  get widest(): number {
    const key = Math.max(this.#above.high, this.#below.high);
    if (this.#kept !== undefined || key === -Infinity) return 0;
    return 2 ** ((key >>> this.#bits) - exponentBias - this.#bits);
  }

  /** Takes in the kernel's values, which `found` is of. */
  add(kernel: ColumnKernel, count: number, found: MeasuredNumbers): void {
    const { values } = kernel;
    if (this.#kept !== undefined) {
      if (this.#keptCount + count <= this.#limits.exactNumbers) {
        this.#count += count;
        this.#keep(this.#kept, values, count);
        return;
      }
      this.#spread();
    }
    this.#count += count;
    if (count < few) {
      for (let i = 0; i < count; i++) this.#put(values[i], 1);
      return;
    }
    this.#zeros += found.zero;
    if (found.high > 0) this.#addSizes(kernel, count, 1, found.low, found.high);
    if (found.low < 0) this.#addSizes(kernel, count, -1, -found.high, -found.low);
  }

  /** Takes in numbers that are each there several times. */
  addTimes(values: Float64Array, times: Uint32Array): void {
    for (const [at, time] of times.entries()) this.put(values[at], time);
  }

  /** Takes in one number. */
  put(value: number, times = 1): void {
    if (this.#kept !== undefined && this.#keptCount + times <= this.#limits.exactNumbers) {
      this.#addKept(new Float64Array(times).fill(value));
      return;
    }
    this.#spread();
    this.#count += times;
    this.#put(value, times);
  }

  /** @param fraction 0 to 1 @returns undefined where there is no number */
  quantile(fraction: number): number | undefined {
    if (this.#count === 0) return undefined;
    const place = fraction * (this.#count - 1);
    if (this.#kept !== undefined) {
      const sorted = this.#kept.slice(0, this.#keptCount).sort();
      const below = sorted[Math.floor(place)];
      const above = sorted[Math.ceil(place)];
      return below + (above - below) * (place - Math.floor(place));
    }
    let left = Math.floor(place);
    const { counts, smallest } = this.#below;
    for (let at = counts.length - 1; at >= 0; at--) {
      if (counts[at] > left) return -smallest[at];
      left -= counts[at];
    }
    if (left < this.#zeros) return 0;
    left -= this.#zeros;
    for (let at = 0; at < this.#above.counts.length; at++) {
      if (this.#above.counts[at] > left) return this.#above.smallest[at];
      left -= this.#above.counts[at];
    }
    return undefined;
  }

  write(out: ByteWriter): void {
    out.byte(this.#kept === undefined ? this.#bits + 1 : 0);
    if (this.#kept !== undefined) {
      out.count(this.#keptCount);
      for (let i = 0; i < this.#keptCount; i++) out.double(this.#kept[i]);
      return;
    }
    out.count(this.#zeros);
    for (const { counts, smallest } of [this.#below, this.#above]) {
      let filled = 0;
      for (let at = 0; at < counts.length; at++) if (counts[at] > 0) filled++;
      out.count(filled);
      for (let at = 0; at < counts.length; at++) {
        if (counts[at] === 0) continue;
        out.count(counts[at]);
        out.double(smallest[at]);
      }
    }
  }

  merge(from: ByteReader): void {
    const bits = from.byte() - 1;
    if (bits < 0) {
      const values = new Float64Array(from.count());
      for (let i = 0; i < values.length; i++) values[i] = from.double();
      this.#addKept(values);
      return;
    }
    this.#spread();
    while (this.#bits > bits) this.#coarsen();
    const zeros = from.count();
    this.#zeros += zeros;
    this.#count += zeros;
    for (const sign of [-1, 1]) {
      for (let left = from.count(); left > 0; left--) {
        const times = from.count();
        this.#count += times;
        this.#put(sign * from.double(), times);
      }
    }
  }

  /** As `ColumnAccumulator.settle`. */
  settle(): void {
    const { exactNumbers, buckets } = this.#limits;
    if (this.#kept !== undefined && this.#keptCount > exactNumbers) this.#spread();
    while (this.#bits > 0 && Math.max(this.#above.span, this.#below.span) > buckets) this.#coarsen();
    this.#above.trim();
    this.#below.trim();
  }

  reset(): void {
    this.#kept = this.#kept ?? new Float64Array(16);
    this.#keptCount = 0;
    this.#bits = this.#finest;
    this.#above.clear();
    this.#below.clear();
    this.#zeros = 0;
    this.#count = 0;
  }

  #addKept(values: Float64Array): void {
    const { length } = values;
    this.#count += length;
    if (this.#kept !== undefined && this.#keptCount + length <= this.#limits.exactNumbers) {
      this.#keep(this.#kept, values, length);
      return;
    }
    this.#spread();
    for (const value of values) this.#put(value, 1);
  }

  #keep(kept: Float64Array, values: Float64Array, count: number): void {
    const needed = this.#keptCount + count;
    let room = kept;
    if (needed > kept.length) {
      room = new Float64Array(Math.max(needed, kept.length * 2));
      room.set(kept.subarray(0, this.#keptCount));
      this.#kept = room;
    }
    for (let i = 0; i < count; i++) room[this.#keptCount + i] = values[i];
    this.#keptCount = needed;
  }

  #spread(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    this.#kept = undefined;
    for (let i = 0; i < this.#keptCount; i++) this.#put(kept[i], 1);
    this.#keptCount = 0;
  }

  /** Takes in those of the values that have a sign, whose sizes are from `low`, or else above zero, to `high`. */
  #addSizes(kernel: ColumnKernel, count: number, sign: 1 | -1, low: number, high: number): void {
    const buckets = sign === 1 ? this.#above : this.#below;
    const least = low > 0 ? low : kernel.leastSize(count, sign);
    while (this.#bits > 0 && buckets.spanOf(this.#keyOf(least), this.#keyOf(high)) > this.#limits.buckets) {
      this.#coarsen();
    }
    const [from, to] = [this.#keyOf(least), this.#keyOf(high)];
    buckets.cover(from, to);
    const counts = buckets.counts.subarray(from - buckets.first, to + 1 - buckets.first);
    const smallest = buckets.smallest.subarray(from - buckets.first, to + 1 - buckets.first);
    kernel.countSizes(count, sign, 20 - this.#bits, from, counts, smallest);
  }

  #keyOf(size: number): number {
    double[0] = size;
    return words[1] >>> (20 - this.#bits);
  }

  #put(value: number, times: number): void {
    if (value === 0) {
      this.#zeros += times;
      return;
    }
    const size = value < 0 ? -value : value;
    const buckets = value < 0 ? this.#below : this.#above;
    const key = this.#keyOf(size);
    const at = key - buckets.first;
    if (at >= 0 && at < buckets.counts.length && buckets.counts[at] > 0) {
      if (size < buckets.smallest[at]) buckets.smallest[at] = size;
      buckets.counts[at] += times;
      return;
    }
    if (buckets.spanOf(key) > this.#limits.buckets && this.#bits > 0) {
      this.#coarsen();
      this.#put(value, times);
      return;
    }
    buckets.add(key, size, times);
  }

  #coarsen(): void {
    this.#bits--;
    this.#above.halve();
    this.#below.halve();
  }
}
