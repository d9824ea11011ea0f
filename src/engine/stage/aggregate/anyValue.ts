import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import { sizeOf, type ValueAccumulator } from './accumulator.ts';

/** any_value(value): the first that is not NULL. */
export class AnyValue implements ValueAccumulator {
  readonly #input: BatchExpression;
  #cells: (Cell | undefined)[] = [];
  #bytes = 0;

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#bytes;
  }

  reserve(): void {
    // Groups get their cell with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    for (let i = 0; i < batch.count; i++) {
      if (this.#cells[groups[i]] === undefined) this.#take(groups[i], vector.cell(batch.selection[i]));
    }
  }

  addValue(group: number, value: Value): void {
    if (this.#cells[group] === undefined) this.#take(group, value);
  }

  write(group: number, out: ByteWriter): void {
    writeCell(out, this.result(group));
  }

  merge(group: number, from: ByteReader): void {
    const cell = readCell(from);
    if (this.#cells[group] === undefined) this.#take(group, cell);
  }

  result(group: number): Cell {
    return this.#cells[group] ?? null;
  }

  reset(): void {
    this.#cells = [];
    this.#bytes = 0;
  }

  #take(group: number, cell: Cell): void {
    if (cell === null) return;
    this.#cells[group] = cell;
    this.#bytes += sizeOf(cell) + 16;
  }
}
