import type { ByteReader, ByteWriter } from '../bytes.ts';
import { emptiedDoubles, grownDoubles } from './accumulator.ts';

/** Bits of a bin: bin `k` counts units of 2^(32 k). */
const width = 32;
const bits = BigInt(width);
const unit = 2 ** width;
/** In the byte that says which bins are used. */
const hasCarried = 0x80;
/** Added and taken away again, it rounds a double below 2^51 to the nearest whole number. */
const rounder = 1.5 * 2 ** 52;
/** The bits of an exponent that say which bin, and where in one. */
const [binShift, placeMask] = [Math.log2(width), width - 1];
/** `2 ** (at - 4)`. */
const scales = Float64Array.from({ length: width }, (_, at) => 2 ** (at - 4));
/** A bin counts further in `#carried` from here on. */
const full = 2 ** 52;
/** The highest bin of a group that has had no number but zeros. */
const noBin = -(2 ** 31);

/**
 * Sums of doubles, by group, that do not depend on the order of the summands (Demmel and Nguyen, "Parallel reproducible
 * summation", 2015): each summand is cut into pieces at fixed powers of 2^32, and pieces of the same power are counted
 * exactly. Held are the highest `bins` powers that a group has come to. What is below is dropped, whatever came first.
 */
export class BinnedSums {
  readonly #bins: number;
  /** Of each group the highest bin. */
  #tops: Float64Array = new Float64Array(0);
  /** Units in the bins of each group, the highest first. */
  #counts: Float64Array = new Float64Array(0);
  /** By place in `#counts`, units that are too many for a double. */
  readonly #carried = new Map<number, bigint>();

  constructor(bins: number) {
    this.#bins = bins;
    this.reserve(16);
  }

  get size(): number {
    return this.#tops.byteLength + this.#counts.byteLength + this.#carried.size * 100;
  }

  reserve(groups: number): void {
    const known = this.#tops.length;
    if (groups <= known) return;
    this.#tops = grownDoubles(this.#tops, groups);
    this.#tops.fill(noBin, known);
    this.#counts = grownDoubles(this.#counts, this.#tops.length * this.#bins);
  }

  /**
   * Adds `(high + low) * 2 ** exponent`.
   * @param high below 8 in size
   * @param low likewise, where it takes two doubles
   */
  add(group: number, high: number, low: number, exponent: number): void {
    // No piece is more than half a unit of the next bin.
    const top = (exponent + 4) >> binShift;
    if (top > this.#tops[group]) this.#raise(group, top);
    const first = this.#tops[group] - top;
    if (first >= this.#bins) return;
    const scale = scales[(exponent + 4) & placeMask];
    const at = group * this.#bins + first;
    const end = at + this.#bins - first;
    this.#addPieces(at, end, high * scale);
    if (low !== 0) this.#addPieces(at, end, low * scale);
  }

  /** The sum is `units * 2 ** exponent`. */
  sum(group: number): { readonly units: bigint; readonly exponent: number } {
    const bins = this.#bins;
    if (this.#tops[group] === noBin) return { units: 0n, exponent: 0 };
    let units = 0n;
    for (let at = group * bins; at < (group + 1) * bins; at++) {
      const carried = this.#carried.size === 0 ? undefined : this.#carried.get(at);
      units = (units << bits) + BigInt(this.#counts[at]) + (carried ?? 0n);
    }
    return { units, exponent: (this.#tops[group] - bins + 1) * width };
  }

  write(group: number, out: ByteWriter): void {
    const start = group * this.#bins;
    let used = 0;
    for (let bin = 0; bin < this.#bins; bin++) {
      if (this.#counts[start + bin] !== 0) used |= 1 << bin;
      if (this.#carried.size > 0 && this.#carried.has(start + bin)) used |= (1 << bin) | hasCarried;
    }
    out.double(this.#tops[group]);
    out.byte(used);
    for (let bin = 0; bin < this.#bins; bin++) {
      if ((used & (1 << bin)) === 0) continue;
      out.double(this.#counts[start + bin]);
      if (used >= hasCarried) out.text(String(this.#carried.get(start + bin) ?? 0n));
    }
  }

  merge(group: number, from: ByteReader): void {
    const top = from.double();
    const used = from.byte();
    if (top > this.#tops[group]) this.#raise(group, top);
    const first = this.#tops[group] - top;
    for (let bin = 0; bin < this.#bins; bin++) {
      if ((used & (1 << bin)) === 0) continue;
      const count = from.double();
      const carried = used >= hasCarried ? from.text() : '';
      if (first + bin >= this.#bins) continue;
      const at = group * this.#bins + first + bin;
      this.#count(at, count);
      if (carried !== '') this.#carry(at, BigInt(carried));
    }
  }

  reset(): void {
    this.#carried.clear();
    this.#tops = emptiedDoubles(this.#tops).fill(noBin);
    this.#counts = emptiedDoubles(this.#counts);
    this.#counts = grownDoubles(this.#counts, this.#tops.length * this.#bins);
  }

  /** Adds so many units of the bin `from`, as far as they reach into those before `end`. */
  #addPieces(from: number, end: number, units: number): void {
    const counts = this.#counts;
    let rest = units;
    for (let at = from; at < end && rest !== 0; at++) {
      const piece = rest + rounder - rounder;
      const sum = counts[at] + piece;
      if (sum < full && sum > -full) counts[at] = sum;
      else this.#count(at, piece);
      rest = (rest - piece) * unit;
    }
  }

  #count(at: number, units: number): void {
    const sum = this.#counts[at] + units;
    this.#counts[at] = sum;
    if (sum < full && sum > -full) return;
    this.#counts[at] = 0;
    this.#carry(at, BigInt(sum));
  }

  #carry(at: number, units: bigint): void {
    this.#carried.set(at, (this.#carried.get(at) ?? 0n) + units);
  }

  /** Makes `top` the highest bin. */
  #raise(group: number, top: number): void {
    const bins = this.#bins;
    const start = group * bins;
    const by = Math.min(bins, top - this.#tops[group]);
    this.#tops[group] = top;
    for (let at = start + bins - 1; at >= start; at--) {
      const from = at - by;
      this.#counts[at] = from < start ? 0 : this.#counts[from];
      if (this.#carried.size === 0) continue;
      const carried = from < start ? undefined : this.#carried.get(from);
      if (carried === undefined) this.#carried.delete(at);
      else this.#carried.set(at, carried);
    }
  }
}
