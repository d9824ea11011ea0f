import { truthOf } from '../../query/value/compare.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import type { Accumulator } from './accumulator.ts';

/** FILTER (WHERE condition): the aggregate sees only the rows for which it is true. */
export class Filtered implements Accumulator {
  readonly #condition: BatchExpression;
  readonly #inner: Accumulator;

  constructor(condition: BatchExpression, inner: Accumulator) {
    this.#condition = condition;
    this.#inner = inner;
  }

  get size(): number {
    return this.#inner.size;
  }

  reserve(groups: number): void {
    this.#inner.reserve(groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    this.#condition.use(batch);
    const selection = new Uint32Array(batch.count);
    const kept = new Uint32Array(batch.count);
    let count = 0;
    for (let i = 0; i < batch.count; i++) {
      if (truthOf(this.#condition.value(batch.selection[i])) !== true) continue;
      selection[count] = batch.selection[i];
      kept[count++] = groups[i];
    }
    if (count > 0) this.#inner.addBatch({ ...batch, selection, count }, kept);
  }

  write(group: number, out: ByteWriter): void {
    this.#inner.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#inner.merge(group, from);
  }

  result(group: number): Cell {
    return this.#inner.result(group);
  }

  reset(): void {
    this.#inner.reset();
  }
}
