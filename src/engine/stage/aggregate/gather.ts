import { said } from '../../../said/said.ts';
import { itemOf } from '../../query/cell.ts';
import { JsonList } from '../../query/value/json.ts';
import { textOf, type Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../held/key.ts';
import type { SortExpression } from '../orderBy.ts';
import { valueOf, type Cell } from '../vector.ts';
import type { ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';
import { refuseLong } from './tooLarge.ts';

const allValues = said`all values of a group`;

/** list(value), with NULLs, and string_agg(text, separator), without: every value of a group is kept. */
export class Gather implements ValueAccumulator {
  readonly #input: BatchExpression;
  /** Undefined for a list. */
  readonly #separator: string | undefined;
  /** How the texts of a list are read. */
  readonly #reading: BatchExpression['reading'];
  readonly #order: readonly SortExpression[];
  /**
   * Entries: a cell, then what ORDER BY inside the aggregate sorts it by, behind its length. A string holds one
   * or several.
   */
  readonly #values = new ByteLists();
  readonly #entry = new ByteWriter(64);

  constructor(input: BatchExpression, separator: string | undefined, order: readonly SortExpression[]) {
    this.#input = input;
    this.#separator = separator;
    this.#reading = separator === undefined ? input.reading : undefined;
    this.#order = order;
  }

  get #call(): string {
    return this.#separator === undefined ? 'list(…)' : 'string_agg(…)';
  }

  get size(): number {
    return this.#values.size;
  }

  get takesNull(): boolean {
    return this.#separator === undefined;
  }

  reserve(): void {
    // Groups get their list with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    for (const { expression } of this.#order) expression.use(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const cell = this.#reading === undefined ? vector.cell(row) : itemOf(vector.value(row), this.#reading);
      if (cell === null && this.#separator !== undefined) continue;
      refuseLong(cell, this.#call, allValues);
      this.#entry.clear();
      writeCell(this.#entry, cell);
      this.#writeKey(({ expression }) => expression.value(row));
      this.#values.add(groups[i], this.#entry.view());
    }
  }

  addValue(group: number, value: Value): void {
    this.#entry.clear();
    writeCell(this.#entry, itemOf(value, this.#reading));
    // Of different values, each stands for several rows: their order is that of the values themselves.
    this.#writeKey(() => value);
    this.#values.add(group, this.#entry.view());
  }

  #writeKey(valueOf: (order: SortExpression) => Value): void {
    if (this.#order.length === 0) return;
    const start = this.#entry.beginBlock();
    for (const order of this.#order) writeSortKey(this.#entry, valueOf(order), order, order.expression);
    this.#entry.endBlock(start);
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
        cells.push(readCell(reader));
        if (this.#order.length > 0) keys.push(reader.bytes(reader.uint32()));
      }
    });
    if (cells.length === 0) return null;
    const sorted =
      keys.length === 0
        ? cells
        : Array.from(keys.keys())
            .sort((a, b) => compareKeys(keys[a], keys[b]))
            .map((at) => cells[at]);
    if (this.#separator === undefined) return new JsonList(sorted.map(valueOf));
    return sorted.map(textOfCell).join(this.#separator);
  }

  reset(): void {
    this.#values.clear();
  }
}

function textOfCell(cell: Cell): string {
  const value = valueOf(cell);
  return value === null ? '' : textOf(value);
}
