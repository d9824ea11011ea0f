import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import { addEachValue, type Accumulator, type AddPacked } from './accumulator.ts';
import { GroupedValues } from './groupedValues.ts';

/** mode(value): of the most frequent values the one that came first. */
export class Mode implements Accumulator {
  readonly #input: BatchExpression;
  readonly #values = new GroupedValues(true);

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#values.size;
  }

  reserve(): void {
    // Grows with its values.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    this.#values.addBatch(batch, groups, this.#input.vector(batch), false, () => undefined);
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    return addEachValue(batch, this.#input, packed, (group, _value, vector, row, records) =>
      this.#values.add(group, vector.cell(row), records, () => undefined),
    );
  }

  write(group: number, out: ByteWriter): void {
    const pairs = [...this.#values.of(group)].reverse();
    out.count(pairs.length);
    for (const pair of pairs) {
      writeCell(out, this.#values.cell(pair));
      out.double(this.#values.count(pair));
    }
  }

  merge(group: number, from: ByteReader): void {
    for (let left = from.count(); left > 0; left--) {
      const cell = readCell(from);
      this.#values.add(group, cell, from.double(), () => undefined);
    }
  }

  result(group: number): Cell {
    let best: number | undefined;
    for (const pair of this.#values.of(group)) {
      if (best === undefined || this.#values.count(pair) >= this.#values.count(best)) best = pair;
    }
    return best === undefined ? null : this.#values.cell(best);
  }

  reset(): void {
    this.#values.clear();
  }
}
