import { numberIn } from '../../query/cell.ts';
import { toDouble } from '../../query/value/decimal.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { addEach, type ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';

/** quantile_cont(number, fraction) and median(number): exact, so every number of a group is kept. */
export class Quantile implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #fraction: number;
  /** Doubles; a string holds one, or those of a part of the rows. */
  readonly #values = new ByteLists();
  readonly #one = new Float64Array(1);
  readonly #oneBytes = new Uint8Array(this.#one.buffer);

  constructor(input: BatchExpression, fraction: number) {
    this.#input = input;
    this.#fraction = fraction;
  }

  get size(): number {
    return this.#values.size;
  }

  reserve(): void {
    // Groups get their list with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
  }

  addValue(group: number, value: Value): void {
    const number = numberIn(value, this.#input);
    if (number === undefined) return;
    this.#one[0] = toDouble(number);
    this.#values.add(group, this.#oneBytes);
  }

  write(group: number, out: ByteWriter): void {
    this.#values.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#values.merge(group, from);
  }

  result(group: number): number | null {
    const values = new Float64Array(this.#values.length(group) / 8);
    if (values.length === 0) return null;
    const bytes = new Uint8Array(values.buffer);
    let filled = 0;
    this.#values.visit(group, (from, start, end) => {
      bytes.set(from.subarray(start, end), filled);
      filled += end - start;
    });
    values.sort();
    const place = this.#fraction * (values.length - 1);
    const below = values[Math.floor(place)];
    const above = values[Math.ceil(place)];
    return below + (above - below) * (place - Math.floor(place));
  }

  reset(): void {
    this.#values.clear();
  }
}
