import { asNumber } from '../../query/value/compare.ts';
import { toDouble } from '../../query/value/decimal.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { addEach, type ValueAccumulator } from './accumulator.ts';

/** quantile_cont(number, fraction) and median(number): exact, so every number of a group is kept. */
export class Quantile implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #fraction: number;
  #values: (Float64Array | undefined)[] = [];
  #counts: number[] = [];
  #bytes = 0;

  constructor(input: BatchExpression, fraction: number) {
    this.#input = input;
    this.#fraction = fraction;
  }

  get size(): number {
    return this.#bytes;
  }

  reserve(): void {
    // Groups get their array with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
  }

  addValue(group: number, value: Value): void {
    const number = asNumber(value);
    if (number !== undefined) this.#push(group, toDouble(number));
  }

  write(group: number, out: ByteWriter): void {
    const count = this.#counts[group] ?? 0;
    const values = this.#values[group];
    out.count(count);
    for (let at = 0; at < count; at++) out.double(values?.[at] ?? 0);
  }

  merge(group: number, from: ByteReader): void {
    for (let left = from.count(); left > 0; left--) this.#push(group, from.double());
  }

  result(group: number): number | null {
    const values = this.#values[group]?.subarray(0, this.#counts[group]).sort();
    if (values === undefined) return null;
    const place = this.#fraction * (values.length - 1);
    const below = values[Math.floor(place)];
    const above = values[Math.ceil(place)];
    return below + (above - below) * (place - Math.floor(place));
  }

  reset(): void {
    this.#values = [];
    this.#counts = [];
    this.#bytes = 0;
  }

  #push(group: number, value: number): void {
    let values = this.#values[group];
    const count = this.#counts[group] ?? 0;
    if (values === undefined || count === values.length) {
      const larger = new Float64Array(Math.max(4, count * 2));
      if (values !== undefined) larger.set(values);
      this.#bytes += larger.byteLength - (values?.byteLength ?? -160);
      values = larger;
      this.#values[group] = larger;
    }
    values[count] = value;
    this.#counts[group] = count + 1;
  }
}
