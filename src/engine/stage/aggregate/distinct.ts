import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { valueOf, type Cell } from '../vector.ts';
import { addEachValue, type Accumulator, type AddPacked, type ValueAccumulator } from './accumulator.ts';
import { GroupedValues } from './groupedValues.ts';

/** Hands every different value of a group to another aggregate once: `sum(DISTINCT x)`. */
export class Distinct implements Accumulator {
  readonly #input: BatchExpression;
  readonly #inner: ValueAccumulator;
  readonly #values = new GroupedValues(false);

  constructor(input: BatchExpression, inner: ValueAccumulator) {
    this.#input = input;
    this.#inner = inner;
  }

  get size(): number {
    return this.#values.size + this.#inner.size;
  }

  reserve(groups: number): void {
    this.#inner.reserve(groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    this.#values.addBatch(batch, groups, vector, this.#inner.takesNull ?? false, this.#take);
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    return addEachValue(batch, this.#input, packed, (group, _value, vector, row) => {
      this.#values.add(group, vector.cell(row), 1, this.#take);
    });
  }

  write(group: number, out: ByteWriter): void {
    this.#values.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#values.merge(group, from, this.#take);
  }

  result(group: number): Cell {
    return this.#inner.result(group);
  }

  reset(): void {
    this.#values.clear();
    this.#inner.reset();
  }

  readonly #take = (group: number, cell: Cell): void => {
    this.#inner.addValue(group, valueOf(cell));
  };
}
