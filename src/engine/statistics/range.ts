import { compareNumbers, numberOf, numericText, rounded, type Numeric } from '../query/value/decimal.ts';
import type { ColumnKernel } from '../kernel/columnKernel.ts';
import { ExactSums } from '../stage/aggregate/exactSum.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import { Bins } from './bins.ts';
import type { ColumnLimits } from './limits.ts';
import { finestBits, finestBitsOfTimes, Quantiles } from './quantiles.ts';
import type { Scale } from './scale.ts';
import { measuredIn, sumOf } from './times.ts';

/** The text of a value as the file writes it. */
export type TextAt = (index: number) => string;

/** The smallest or the largest value so far. */
class Extreme {
  readonly #sign: 1 | -1;
  #value: Numeric | undefined;
  /** Of times: nanoseconds within the millisecond that is the value. */
  #nanos = 0;
  /** As the file writes it. */
  text = '';

  /** @param sign 1 for the largest */
  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  get value(): Numeric | undefined {
    return this.#value;
  }

  isBeaten(value: Numeric, nanos: number): boolean {
    if (this.#value === undefined) return true;
    const difference = compareNumbers(value, this.#value) || nanos - this.#nanos;
    return difference * this.#sign > 0;
  }

  set(value: Numeric, nanos: number, text: string): void {
    this.#value = value;
    this.#nanos = nanos;
    this.text = text;
  }

  write(out: ByteWriter): void {
    out.text(this.#value === undefined ? '' : numericText(this.#value));
    out.double(this.#nanos);
    out.text(this.text);
  }

  merge(from: ByteReader): void {
    const written = from.text();
    const nanos = from.double();
    const text = from.text();
    if (written === '') return;
    const value = numberOf(written);
    if (this.isBeaten(value, nanos)) this.set(value, nanos, text);
  }

  reset(): void {
    this.#value = undefined;
    this.#nanos = 0;
    this.text = '';
  }
}

/** One number where an array is wanted. */
const one = new Float64Array(1);

/** Figures of the numbers of a column, or of its times as milliseconds since 1970. */
export class RangeAccumulator {
  readonly scale: Scale;
  readonly quantiles: Quantiles;
  readonly bins: Bins;
  readonly min = new Extreme(-1);
  readonly max = new Extreme(1);
  readonly #limits: ColumnLimits;
  readonly #sums = new ExactSums();
  #count = 0;
  #mean = 0;
  #squares = 0;
  #negative = 0;
  #zero = 0;
  #isWhole = true;

  constructor(scale: Scale, limits: ColumnLimits) {
    this.scale = scale;
    this.#limits = limits;
    this.quantiles = new Quantiles(limits, scale.kind === 'time' ? finestBitsOfTimes : finestBits);
    this.bins = new Bins(scale, this.#mostBins);
  }

  get count(): number {
    return this.#count;
  }

  get negative(): number {
    return this.#negative;
  }

  get zero(): number {
    return this.#zero;
  }

  /** Whether all values are whole numbers. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Exact; undefined where it is beyond every double. */
  get sum(): Numeric | undefined {
    return this.#sums.sum(0);
  }

  /** Of numbers the exact sum divided by their count; of times their mean in milliseconds. */
  get mean(): number | undefined {
    if (this.scale.kind === 'time') return Math.round(this.#mean);
    const sum = this.#sums.toDouble(0);
    return sum === undefined ? undefined : rounded(sum / this.#count);
  }

  /** Standard deviation of a sample, to 12 digits: the last ones depend on how the rows were divided. */
  get std(): number | undefined {
    if (this.#count < 2) return undefined;
    const exact = rounded(Math.sqrt(this.#squares / (this.#count - 1)));
    return exact === undefined ? undefined : Number(exact.toPrecision(12));
  }

  /**
   * Takes in the kernel's values: doubles that stand for their decimals (see `FieldColumn.numbers`), or milliseconds.
   * @param nanos of times: nanoseconds within the milliseconds, where any has some
   * @param times how often each is there; undefined: once
   */
  add(kernel: ColumnKernel, count: number, textAt: TextAt, nanos?: Uint32Array, times?: Uint32Array): void {
    if (count === 0) return;
    const { values } = kernel;
    const once = kernel.measureNumbers(count);
    const found = times ? measuredIn(once, values, times) : once;
    const { low, high } = found;
    let { lowAt, highAt } = found;
    if (nanos !== undefined) {
      for (let i = 0; i < count; i++) {
        if (values[i] === low && nanos[i] < nanos[lowAt]) lowAt = i;
        if (values[i] === high && nanos[i] > nanos[highAt]) highAt = i;
      }
    }
    if (!found.areWhole) this.#isWhole = false;
    this.#negative += found.negative;
    this.#zero += found.zero;
    if (this.scale.kind === 'number') this.#addSum(kernel, values, count, times);
    this.#join(times ? sumOf(times) : count, found.mean, found.squares);
    this.#offer(this.min, low, nanos?.[lowAt] ?? 0, lowAt, textAt);
    this.#offer(this.max, high, nanos?.[highAt] ?? 0, highAt, textAt);
    if (times) this.quantiles.addTimes(values, times);
    else this.quantiles.add(kernel, count, found);
    this.bins.add(values, count, low, high, times);
  }

  /** Takes in a number that no double stands for. */
  addNumber(value: Numeric, text: string, times = 1): void {
    const near = typeof value === 'number' ? value : value.approximate;
    const double = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, near));
    if (compareNumbers(value, 0) < 0) this.#negative += times;
    if (typeof value === 'number' ? !Number.isInteger(value) : value.exponent < 0) this.#isWhole = false;
    for (let time = 0; time < times; time++) this.#sums.add(0, value);
    one[0] = double;
    this.#join(times, double, 0);
    this.#offer(this.min, value, 0, 0, () => text);
    this.#offer(this.max, value, 0, 0, () => text);
    this.quantiles.put(double, times);
    // Where its nearest double is where a bar begins, the number may yet be below.
    one[0] = compareNumbers(value, double) < 0 ? below(double) : double;
    this.bins.add(one, 1, one[0], one[0], Uint32Array.of(times));
  }

  write(out: ByteWriter): void {
    out.count(this.#count);
    out.double(this.#mean);
    out.double(this.#squares);
    out.count(this.#negative);
    out.count(this.#zero);
    out.byte(this.#isWhole ? 1 : 0);
    this.#sums.write(0, out);
    this.min.write(out);
    this.max.write(out);
    this.quantiles.write(out);
    this.bins.write(out);
  }

  merge(from: ByteReader): void {
    const count = from.count();
    this.#join(count, from.double(), from.double());
    this.#negative += from.count();
    this.#zero += from.count();
    if (from.byte() === 0) this.#isWhole = false;
    this.#sums.merge(0, from);
    this.min.merge(from);
    this.max.merge(from);
    this.quantiles.merge(from);
    this.bins.merge(from);
  }

  /** As `ColumnAccumulator.settle`. */
  settle(): void {
    this.quantiles.settle();
    this.bins.limit(this.#mostBins);
  }

  get #mostBins(): number {
    return this.scale.kind === 'number' ? this.#limits.numberBins : this.#limits.bins;
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#negative = 0;
    this.#zero = 0;
    this.#isWhole = true;
    this.#sums.reset();
    this.min.reset();
    this.max.reset();
    this.quantiles.reset();
    this.bins.reset();
    this.bins.limit(this.#mostBins);
  }

  #offer(extreme: Extreme, value: Numeric, nanos: number, index: number, textAt: TextAt): void {
    if (extreme.isBeaten(value, nanos)) extreme.set(value, nanos, textAt(index));
  }

  /** Whole numbers at one scale are added up by the kernel; what does not fit goes in by itself. */
  #addSum(kernel: ColumnKernel, values: Float64Array, count: number, times: Uint32Array | undefined): void {
    const sums = this.#sums;
    if (times) {
      for (let i = 0; i < count; i++) sums.addTimes(0, values[i], times[i]);
      return;
    }
    for (let from = 0; from < count;) {
      const { sum, next } = kernel.addScaled(from, count, sums.power);
      sums.addScaled(0, sum);
      if (next < count) sums.addDouble(0, values[next]);
      from = next + 1;
    }
  }

  /** Chan, Golub and LeVeque: the moments of two parts together. */
  #join(count: number, mean: number, squares: number): void {
    if (count === 0) return;
    const total = this.#count + count;
    const difference = mean - this.#mean;
    this.#squares += squares + (difference * difference * this.#count * count) / total;
    this.#mean += (difference * count) / total;
    this.#count = total;
  }
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The next double below. */
function below(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  double[0] = value;
  bits[0] += value > 0 ? -1n : 1n;
  return Number.isFinite(double[0]) ? double[0] : -Number.MAX_VALUE;
}
