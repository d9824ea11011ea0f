import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import { addEachValue, type AddPacked, type ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';

/** any_value(value): the first that is not NULL. */
export class AnyValue implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #cells = new ByteLists();
  readonly #cell = new ByteWriter(64);

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#cells.size;
  }

  reserve(): void {
    // Groups get their cell with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    for (let i = 0; i < batch.count; i++) {
      if (!this.#cells.has(groups[i])) this.#take(groups[i], vector.cell(batch.selection[i]));
    }
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    return addEachValue(batch, this.#input, packed, (group, _value, vector, row) => {
      if (!this.#cells.has(group)) this.#take(group, vector.cell(row));
    });
  }

  addValue(group: number, value: Value): void {
    if (!this.#cells.has(group)) this.#take(group, value);
  }

  write(group: number, out: ByteWriter): void {
    writeCell(out, this.result(group));
  }

  merge(group: number, from: ByteReader): void {
    const cell = readCell(from);
    if (!this.#cells.has(group)) this.#take(group, cell);
  }

  result(group: number): Cell {
    let cell: Cell = null;
    this.#cells.visit(group, (_bytes, _start, _end, reader) => (cell = readCell(reader)));
    return cell;
  }

  reset(): void {
    this.#cells.clear();
  }

  #take(group: number, cell: Cell): void {
    if (cell === null) return;
    this.#cell.clear();
    writeCell(this.#cell, cell);
    this.#cells.add(group, this.#cell.view());
  }
}
