import { said } from '../../../said/said.ts';
import { multiply, toDouble, type Numeric } from '../../query/value/decimal.ts';
import { ceilNumber } from '../../query/value/round.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../held/key.ts';
import type { Cell } from '../vector.ts';
import { addEach, type ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';
import { refuseLong } from './tooLarge.ts';

const order = { descending: false, nullsFirst: false };
const allValues = said`all values of a group`;

/** quantile_disc(value, fraction): one of the values, in the order of ORDER BY. Every value of a group is kept. */
export class DiscreteQuantile implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #fraction: Numeric;
  /** Entries: the key that a value sorts by behind its length, and the cell. A string holds one or several. */
  readonly #values = new ByteLists();
  readonly #entry = new ByteWriter(64);

  constructor(input: BatchExpression, fraction: Numeric) {
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
    addEach(batch, groups, this.#input, (group, value, vector, row) => {
      this.#add(group, value, vector.cell(row));
    });
  }

  addValue(group: number, value: Value): void {
    this.#add(group, value, value);
  }

  write(group: number, out: ByteWriter): void {
    this.#values.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#values.merge(group, from);
  }

  result(group: number): Cell {
    const cells: Cell[] = [];
    const keys: Uint8Array[] = [];
    this.#values.visit(group, (_bytes, _start, end, reader) => {
      while (reader.at < end) {
        keys.push(reader.bytes(reader.uint32()));
        cells.push(readCell(reader));
      }
    });
    if (cells.length === 0) return null;
    const places = Array.from(keys.keys()).sort((a, b) => compareKeys(keys[a], keys[b]));
    // Exactly: as a double, 0.07 of 100 values is a little more than 7 of them.
    const share = multiply(this.#fraction, cells.length) ?? 0;
    return cells[places[Math.max(1, toDouble(ceilNumber(share))) - 1]];
  }

  reset(): void {
    this.#values.clear();
  }

  #add(group: number, value: Value, cell: Cell): void {
    refuseLong(value, 'quantile_disc(…)', allValues);
    const entry = this.#entry;
    entry.clear();
    const start = entry.beginBlock();
    writeSortKey(entry, value, order, this.#input);
    entry.endBlock(start);
    writeCell(entry, cell);
    this.#values.add(group, entry.view());
  }
}
