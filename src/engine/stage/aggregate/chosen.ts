import { said } from '../../../said/said.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../held/key.ts';
import type { SortExpression } from '../orderBy.ts';
import type { Cell } from '../vector.ts';
import type { Accumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';
import { refuseLong } from './tooLarge.ts';

const oneValue = said`one value of each group`;

/** Which row of a group is the one. */
export interface Choice {
  /** The first in this order is chosen, and of equal ones the first seen; without keys the first of all. */
  readonly order: readonly SortExpression[];
  /** Without an order: the last one seen. */
  readonly last: boolean;
  /** Rows without the value are not chosen. */
  readonly skipsNull: boolean;
  /** Nor are those without the first key. */
  readonly skipsNullKey: boolean;
}

/** first, last, any_value, arg_max and arg_min: the value in one row of each group. */
export class Chosen implements Accumulator {
  readonly #input: BatchExpression;
  readonly #choice: Choice;
  /** As a query has it: "first(…)". */
  readonly #call: string;
  /** The key behind its length, the cell; then room that is not used. */
  readonly #rows = new ByteLists();
  readonly #key = new ByteWriter(64);
  readonly #entry = new ByteWriter(64);

  constructor(input: BatchExpression, choice: Choice, call: string) {
    this.#input = input;
    this.#choice = choice;
    this.#call = call;
  }

  get size(): number {
    return this.#rows.size;
  }

  reserve(): void {
    // Groups get their row with the first that is chosen.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const { order, last, skipsNull, skipsNullKey } = this.#choice;
    const vector = this.#input.vector(batch);
    if (last) {
      // From behind: a group's value is copied once a batch, however many rows it has.
      const seen = new Set<number>();
      for (let i = batch.count - 1; i >= 0; i--) {
        if (seen.has(groups[i])) continue;
        seen.add(groups[i]);
        this.#keep(groups[i], vector.cell(batch.selection[i]));
      }
      return;
    }
    for (const { expression } of order) expression.use(batch);
    for (let i = 0; i < batch.count; i++) {
      const [group, row] = [groups[i], batch.selection[i]];
      if (order.length === 0) {
        if (!this.#rows.has(group)) this.#take(group, vector.cell(row), skipsNull);
        continue;
      }
      if (skipsNullKey && order[0].expression.value(row) === null) continue;
      this.#key.clear();
      for (const key of order) writeSortKey(this.#key, key.expression.value(row), key, key.expression);
      if (this.#isBetter(group)) this.#take(group, vector.cell(row), skipsNull);
    }
  }

  write(group: number, out: ByteWriter): void {
    out.byte(this.#rows.has(group) ? 1 : 0);
    this.#rows.visit(group, (bytes, _start, _end, reader) => {
      const from = reader.at;
      reader.skip(reader.uint32());
      readCell(reader);
      out.copy(bytes, from, reader.at);
    });
  }

  merge(group: number, from: ByteReader): void {
    if (from.byte() === 0) return;
    const key = from.bytes(from.uint32());
    this.#key.clear();
    this.#key.copy(key);
    const cell = readCell(from);
    if (this.#choice.last || this.#isBetter(group)) this.#keep(group, cell);
  }

  result(group: number): Cell {
    let cell: Cell = null;
    this.#rows.visit(group, (_bytes, _start, _end, reader) => {
      reader.skip(reader.uint32());
      cell = readCell(reader);
    });
    return cell;
  }

  reset(): void {
    this.#rows.clear();
  }

  /** Whether the row that `#key` is of comes before the one that the group has. */
  #isBetter(group: number): boolean {
    if (!this.#rows.has(group)) return true;
    let isBetter = false;
    this.#rows.visit(group, (_bytes, _start, _end, reader) => {
      isBetter = compareKeys(this.#key.view(), reader.bytes(reader.uint32())) < 0;
    });
    return isBetter;
  }

  #take(group: number, cell: Cell, skipsNull: boolean): void {
    if (cell !== null || !skipsNull) this.#keep(group, cell);
  }

  #keep(group: number, cell: Cell): void {
    refuseLong(cell, this.#call, oneValue);
    const entry = this.#entry;
    entry.clear();
    const start = entry.beginBlock();
    entry.copy(this.#key.view());
    entry.endBlock(start);
    writeCell(entry, cell);
    if (this.#rows.has(group)) {
      if (this.#rows.tryOverwrite(group, entry.view())) return;
      this.#rows.drop(group);
      // Twice the room, so that ever longer texts leave no more behind than they take.
      entry.reserve(entry.length);
      entry.length *= 2;
    }
    this.#rows.add(group, entry.view());
  }
}
