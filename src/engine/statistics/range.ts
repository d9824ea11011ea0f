import { compareNumbers, numberOf, numericText, rounded, type Numeric } from '../query/value/decimal.ts';
import { ExactSums } from '../stage/aggregate/exactSum.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import { Bins } from './bins.ts';
import type { ColumnLimits } from './limits.ts';
import { Quantiles } from './quantiles.ts';
import type { Scale } from './scale.ts';

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

/** Figures of the numbers of a column, or of its times as milliseconds since 1970. */
export class RangeAccumulator {
  readonly scale: Scale;
  readonly quantiles: Quantiles;
  readonly bins: Bins;
  readonly min = new Extreme(-1);
  readonly max = new Extreme(1);
  readonly #sums = new ExactSums();
  #count = 0;
  #mean = 0;
  #squares = 0;
  #negative = 0;
  #zero = 0;
  #isWhole = true;
  readonly #one = new Float64Array(1);

  constructor(scale: Scale, limits: ColumnLimits) {
    this.scale = scale;
    this.quantiles = new Quantiles(limits);
    this.bins = new Bins(scale, limits.bins);
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
   * Takes in doubles that stand for their decimals (see `FieldColumn.numbers`), or milliseconds.
   * @param nanos of times: nanoseconds within the milliseconds, where any has some
   */
  add(values: Float64Array, count: number, textAt: TextAt, nanos?: Uint32Array): void {
    if (count === 0) return;
    let least = 0;
    let most = 0;
    let low = values[0];
    let high = values[0];
    let sum = 0;
    let negative = 0;
    let zero = 0;
    let areInt32 = true;
    let areWhole = this.#isWhole;
    for (let i = 0; i < count; i++) {
      const value = values[i];
      if (value < low) {
        low = value;
        least = i;
      } else if (value > high) {
        high = value;
        most = i;
      }
      sum += value;
      if (value <= 0) {
        if (value < 0) negative++;
        else zero++;
      }
      if ((value | 0) !== value) {
        areInt32 = false;
        if (areWhole && Math.floor(value) !== value) areWhole = false;
      }
    }
    if (nanos !== undefined) {
      for (let i = 0; i < count; i++) {
        if (values[i] === low && nanos[i] < nanos[least]) least = i;
        if (values[i] === high && nanos[i] > nanos[most]) most = i;
      }
    }
    this.#isWhole = areWhole;
    this.#negative += negative;
    this.#zero += zero;
    if (this.scale.kind === 'number') {
      // So few 32-bit numbers have a sum that is an exact double.
      if (areInt32 && count < 1 << 20) this.#sums.addDouble(0, sum);
      else for (let i = 0; i < count; i++) this.#sums.addDouble(0, values[i]);
    }
    this.#addMoments(values, count, sum);
    this.#offer(this.min, low, nanos?.[least] ?? 0, least, textAt);
    this.#offer(this.max, high, nanos?.[most] ?? 0, most, textAt);
    this.quantiles.add(values, count);
    this.bins.add(values, count, low, high);
  }

  /** Takes in a number that no double stands for. */
  addNumber(value: Numeric, text: string): void {
    const near = typeof value === 'number' ? value : value.approximate;
    const double = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, near));
    if (compareNumbers(value, 0) < 0) this.#negative++;
    if (typeof value === 'number' ? !Number.isInteger(value) : value.exponent < 0) this.#isWhole = false;
    this.#sums.add(0, value);
    this.#one[0] = double;
    this.#addMoments(this.#one, 1, double);
    this.#offer(this.min, value, 0, 0, () => text);
    this.#offer(this.max, value, 0, 0, () => text);
    this.quantiles.add(this.#one, 1);
    // Where its nearest double is where a bar begins, the number may yet be below.
    this.#one[0] = compareNumbers(value, double) < 0 ? below(double) : double;
    this.bins.add(this.#one, 1, this.#one[0], this.#one[0]);
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
  }

  #offer(extreme: Extreme, value: Numeric, nanos: number, index: number, textAt: TextAt): void {
    if (extreme.isBeaten(value, nanos)) extreme.set(value, nanos, textAt(index));
  }

  #addMoments(values: Float64Array, count: number, sum: number): void {
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const difference = values[i] - mean;
      squares += difference * difference;
    }
    this.#join(count, mean, squares);
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
