import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import { asField, type BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../key.ts';
import { valueOf, type Cell } from '../vector.ts';
import { addEach, grownDoubles, sizeOf, type ValueAccumulator } from './accumulator.ts';

const order = { descending: false, nullsFirst: false };

/** min(value) and max(value), in the order of ORDER BY: numbers before texts, a CSV field by its number where it has one. */
export class Extreme implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #largest: boolean;
  /** Best number so far where that is what the group holds, else NaN. */
  #numbers: Float64Array = new Float64Array(0);
  readonly #cells: Cell[] = [];
  readonly #keys: (Uint8Array | undefined)[] = [];
  readonly #key = new ByteWriter(64);
  #bytes = 0;

  constructor(input: BatchExpression, largest: boolean) {
    this.#input = input;
    this.#largest = largest;
    this.reserve(16);
  }

  get size(): number {
    return this.#numbers.byteLength + this.#bytes;
  }

  reserve(groups: number): void {
    const known = this.#numbers.length;
    if (groups <= known) return;
    this.#numbers = grownDoubles(this.#numbers, groups);
    this.#numbers.fill(NaN, known);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    const field = asField(vector);
    if (field === undefined || field.column.numbers.length === 0) {
      addEach(batch, groups, this.#input, (group, value, from, row) =>
        this.#take(group, value, from.cell(row)),
      );
      return;
    }
    const { numbers } = field.column;
    const best = this.#numbers;
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const group = groups[i];
      const number = numbers[row];
      // Beside another plain number, a number that is not better is given up at once.
      if (this.#largest ? number <= best[group] : number >= best[group]) continue;
      const value = field.value(row);
      if (value !== null) this.#take(group, value, field.cell(row));
    }
  }

  addValue(group: number, value: Value): void {
    this.#take(group, value, value);
  }

  write(group: number, out: ByteWriter): void {
    writeCell(out, this.result(group));
  }

  merge(group: number, from: ByteReader): void {
    const cell = readCell(from);
    const value = valueOf(cell);
    if (value !== null) this.#take(group, value, cell);
  }

  result(group: number): Cell {
    return this.#cells[group] ?? null;
  }

  reset(): void {
    this.#numbers.fill(NaN);
    this.#cells.length = 0;
    this.#keys.length = 0;
    this.#bytes = 0;
  }

  #take(group: number, value: Value, cell: Cell): void {
    this.#key.clear();
    writeSortKey(this.#key, value, order, this.#input.loose);
    const key = this.#key.view();
    const best = this.#keys[group];
    if (best !== undefined) {
      const difference = compareKeys(key, best);
      if (this.#largest ? difference <= 0 : difference >= 0) return;
    }
    this.#bytes += (best === undefined ? 100 + sizeOf(cell) : -best.length) + key.length;
    this.#keys[group] = key.slice();
    this.#cells[group] = cell;
    this.#numbers[group] = typeof value === 'number' ? value : NaN;
  }
}
