import { JsonList } from '../../query/value/json.ts';
import { textOf, type Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../key.ts';
import type { SortExpression } from '../orderBy.ts';
import { valueOf, type Cell } from '../vector.ts';
import { sizeOf, type ValueAccumulator } from './accumulator.ts';

interface Gathered {
  readonly cell: Cell;
  /** What ORDER BY inside the aggregate sorts by; empty where there is none. */
  readonly key: Uint8Array;
}

const noKey = new Uint8Array(0);

/** list(value), with NULLs, and string_agg(text, separator), without: every value of a group is kept. */
export class Gather implements ValueAccumulator {
  readonly #input: BatchExpression;
  /** Undefined for a list. */
  readonly #separator: string | undefined;
  readonly #order: readonly SortExpression[];
  readonly #key = new ByteWriter(64);
  #groups: (Gathered[] | undefined)[] = [];
  #bytes = 0;

  constructor(input: BatchExpression, separator: string | undefined, order: readonly SortExpression[]) {
    this.#input = input;
    this.#separator = separator;
    this.#order = order;
  }

  get size(): number {
    return this.#bytes;
  }

  reserve(): void {
    // Groups get their list with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    for (const { expression } of this.#order) expression.use(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const cell = vector.cell(row);
      if (cell === null && this.#separator !== undefined) continue;
      this.#key.clear();
      for (const order of this.#order) {
        writeSortKey(this.#key, order.expression.value(row), order, order.expression.loose);
      }
      this.#push(groups[i], cell, this.#order.length === 0 ? noKey : this.#key.take());
    }
  }

  addValue(group: number, value: Value): void {
    this.#push(group, value, noKey);
  }

  write(group: number, out: ByteWriter): void {
    const values = this.#groups[group] ?? [];
    out.count(values.length);
    for (const { cell, key } of values) {
      writeCell(out, cell);
      out.count(key.length);
      out.copy(key);
    }
  }

  merge(group: number, from: ByteReader): void {
    for (let left = from.count(); left > 0; left--) {
      const cell = readCell(from);
      this.#push(group, cell, from.bytes(from.count()).slice());
    }
  }

  result(group: number): Cell {
    const gathered = this.#groups[group];
    if (gathered === undefined) return null;
    const values =
      this.#order.length === 0 ? gathered : gathered.toSorted((a, b) => compareKeys(a.key, b.key));
    if (this.#separator === undefined) return new JsonList(values.map(({ cell }) => valueOf(cell)));
    return values.map(({ cell }) => textOfCell(cell)).join(this.#separator);
  }

  reset(): void {
    this.#groups = [];
    this.#bytes = 0;
  }

  #push(group: number, cell: Cell, key: Uint8Array): void {
    (this.#groups[group] ??= []).push({ cell, key });
    this.#bytes += sizeOf(cell) + key.length + 48;
  }
}

function textOfCell(cell: Cell): string {
  const value = valueOf(cell);
  return value === null ? '' : textOf(value);
}
