import { numberIn } from '../../query/cell.ts';
import { rounded, toDouble } from '../../query/value/decimal.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { addEach, emptiedDoubles, grownDoubles, type ValueAccumulator } from './accumulator.ts';

/**
 * stddev(number): of a sample, so NULL for fewer than two. Welford's recurrence; parts are joined by the
 * formula of Chan, Golub and LeVeque.
 */
export class Spread implements ValueAccumulator {
  readonly #input: BatchExpression;
  #counts: Float64Array = new Float64Array(16);
  #means: Float64Array = new Float64Array(16);
  #squares: Float64Array = new Float64Array(16);

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#counts.byteLength * 3;
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
    this.#means = grownDoubles(this.#means, groups);
    this.#squares = grownDoubles(this.#squares, groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
  }

  addValue(group: number, value: Value): void {
    const number = numberIn(value, this.#input);
    if (number === undefined) return;
    const double = toDouble(number);
    const count = ++this.#counts[group];
    const difference = double - this.#means[group];
    this.#means[group] += difference / count;
    this.#squares[group] += difference * (double - this.#means[group]);
  }

  write(group: number, out: ByteWriter): void {
    out.double(this.#counts[group]);
    out.double(this.#means[group]);
    out.double(this.#squares[group]);
  }

  merge(group: number, from: ByteReader): void {
    const count = from.double();
    const mean = from.double();
    const squares = from.double();
    if (count === 0) return;
    const own = this.#counts[group];
    const total = own + count;
    const difference = mean - this.#means[group];
    this.#counts[group] = total;
    this.#means[group] += (difference * count) / total;
    this.#squares[group] += squares + (difference * difference * own * count) / total;
  }

  result(group: number): number | null {
    const count = this.#counts[group];
    return count < 2 ? null : (rounded(Math.sqrt(this.#squares[group] / (count - 1))) ?? null);
  }

  reset(): void {
    this.#counts = emptiedDoubles(this.#counts);
    this.#means = emptiedDoubles(this.#means);
    this.#squares = emptiedDoubles(this.#squares);
  }
}
