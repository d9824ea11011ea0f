import { numberIn } from '../../query/cell.ts';
import { rounded, toDouble } from '../../query/value/decimal.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { asField, type BatchExpression } from '../expression.ts';
import { BinnedSums } from './binnedSums.ts';
import { addEach, emptiedDoubles, grownDoubles, type ValueAccumulator } from './accumulator.ts';

/** Bins for the sum: 94 bits below the largest number, where its own are 53. */
const sumBins = 4;
/** Bins for the sum of squares: 126 bits below the largest square, where its own are 106. */
const squareBins = 5;

/** Whether the numbers are a sample, and whether the answer is the variance and not its root. */
export interface SpreadMeasure {
  readonly ofSample: boolean;
  readonly squared: boolean;
}

/**
 * stddev(number) and variance(number), of a sample, so NULL for fewer than two, or of a population. From the sum of the
 * numbers and that of their squares, which are exact but for what is 10^28 times as small as the largest number, and do
 * not depend on how the rows are divided.
 */
export class Spread implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #measure: SpreadMeasure;
  /** NaN of a group with a number that is beyond every double. */
  #counts: Float64Array = new Float64Array(16);
  readonly #sums = new BinnedSums(sumBins);
  readonly #squares = new BinnedSums(squareBins);

  constructor(input: BatchExpression, measure: SpreadMeasure) {
    this.#input = input;
    this.#measure = measure;
  }

  get size(): number {
    return this.#counts.byteLength + this.#sums.size + this.#squares.size;
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
    this.#sums.reserve(groups);
    this.#squares.reserve(groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const field = asField(this.#input.vector(batch));
    if (field === undefined || field.column.numbers.length === 0) {
      addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
      return;
    }
    const { numbers } = field.column;
    const { selection, count } = batch;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      const value = numbers[row];
      if (value === value) {
        this.#addDouble(groups[i], value);
        continue;
      }
      const exact = field.value(row);
      if (exact !== null) this.addValue(groups[i], exact);
    }
  }

  addValue(group: number, value: Value): void {
    const number = numberIn(value, this.#input);
    if (number !== undefined) this.#addDouble(group, toDouble(number));
  }

  #addDouble(group: number, value: number): void {
    if (!(value > -Infinity && value < Infinity)) {
      this.#counts[group] = NaN;
      return;
    }
    this.#counts[group]++;
    if (value === 0) return;
    double[0] = value;
    const upper = words[1];
    const biased = (upper >>> 20) & 0x7ff;
    // The same digits with the exponent of 1; a subnormal number has fewer, and none that is left out.
    const exponent = Math.max(1, biased) - 1023;
    if (biased > 0) words[1] = (upper & 0x800fffff) | 0x3ff00000;
    const fraction = biased > 0 ? double[0] : scaled(value, -exponent);
    const high = fraction * fraction;
    this.#sums.add(group, fraction, 0, exponent);
    this.#squares.add(group, high, squareRest(fraction, high), 2 * exponent);
  }

  write(group: number, out: ByteWriter): void {
    out.double(this.#counts[group]);
    if (this.#counts[group] === 0) return;
    this.#sums.write(group, out);
    this.#squares.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    const count = from.double();
    if (count === 0) return;
    this.#counts[group] += count;
    this.#sums.merge(group, from);
    this.#squares.merge(group, from);
  }

  result(group: number): number | null {
    const count = this.#counts[group];
    const { ofSample, squared: isSquared } = this.#measure;
    if (Number.isNaN(count) || count < (ofSample ? 2 : 1)) return null;
    const sum = this.#sums.sum(group);
    const squares = this.#squares.sum(group);
    const exponent = Math.min(2 * sum.exponent, squares.exponent);
    const squared = (sum.units * sum.units) << BigInt(2 * sum.exponent - exponent);
    const all = BigInt(count);
    const above = all * (squares.units << BigInt(squares.exponent - exponent)) - squared;
    // What was dropped of the sum may leave less than nothing.
    if (above <= 0n) return 0;
    const variance = (above << BigInt(moreBits)) / (all * (ofSample ? all - 1n : all));
    const result = isSquared
      ? scaled(Number(variance), exponent - moreBits)
      : scaled(Math.sqrt(Number(variance)), (exponent - moreBits) / 2);
    return rounded(result) ?? null;
  }

  reset(): void {
    this.#counts = emptiedDoubles(this.#counts);
    this.#sums.reset();
    this.#squares.reset();
  }
}

/** Bits by which a quotient of big integers is made more exact. */
const moreBits = 256;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** `value * 2 ** exponent`, where that power alone may be beyond every double. */
function scaled(value: number, exponent: number): number {
  if (exponent > -1000 && exponent < 1000) return value * 2 ** exponent;
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** What `high`, the nearest double, is short of the square: exact, by Veltkamp's halves and Dekker's product. */
function squareRest(value: number, high: number): number {
  const split = value * 134217729;
  const upper = split - (split - value);
  const lower = value - upper;
  return upper * upper - high + 2 * upper * lower + lower * lower;
}
