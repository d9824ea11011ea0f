import type { FieldColumn } from '../format/fieldColumn.ts';
import type { Marks } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import type { Step } from '../query/resolve/step.ts';
import { ByteWriter } from './bytes.ts';
import { writeSortKey } from './held/key.ts';

/**
 * ORDER BY … LIMIT by a packed column: the number that the last of the first rows has, found before any text is read. Rows
 * behind it in the order are not among the first ones.
 */
export class TopBound {
  /** The field that rows are put in order by first. */
  readonly field: number;
  readonly #step: Step<'top'>;
  /** The best numbers so far, and others. */
  #numbers: Float64Array;
  #length = 0;
  #bound: number | undefined;
  #records = new Uint32Array(0);

  private constructor(step: Step<'top'>, field: number) {
    this.#step = step;
    this.field = field;
    this.#numbers = new Float64Array(2 * step.count + 256);
  }

  /** Undefined where a plan's rows are not put in order by a field as it stands. */
  static of({ steps, slots }: Plan): TopBound | undefined {
    const step = steps.at(0);
    if (step?.kind !== 'top' || step.count === 0) return undefined;
    const { expression } = step.keys[0];
    const binding = expression.kind === 'column' ? step.bound.columns.get(expression) : undefined;
    if (binding === undefined || binding.rest.length > 0) return undefined;
    const { source } = slots[binding.slot];
    return source.kind === 'field' ? new TopBound(step, source.field) : undefined;
  }

  get descending(): boolean {
    return this.#step.keys[0].descending;
  }

  /** Whether a number is behind `count` others that were taken in. */
  isBeyond(number: number): boolean {
    if (this.#bound === undefined) return false;
    return this.descending ? number < this.#bound : number > this.#bound;
  }

  /** Numbers of as many records, in the order: what comes behind them need not be taken in. */
  expect(numbers: readonly number[]): void {
    this.#bound = numbers.at(this.#step.count - 1);
  }

  /** Takes in the numbers of all records of a block or of those marked, which is the last use of the marks. */
  add(column: FieldColumn, marks: Marks | boolean): void {
    const chosen = meet(marks, () => this.#within(column));
    if (chosen === undefined || chosen === false) return;
    const count = column.kinds.length;
    if (this.#records.length < count) this.#records = new Uint32Array(2 * count);
    const records = this.#records;
    let found = count;
    if (chosen !== true) found = chosen.list(records);
    else for (let i = 0; i < count; i++) records[i] = i;
    const numbers = numbersAt(column, records.subarray(0, found));
    for (let i = 0; i < found; i++) {
      if (this.#length === this.#numbers.length) this.#prune();
      if (!this.isBeyond(numbers[i])) this.#numbers[this.#length++] = numbers[i];
    }
    this.#prune();
  }

  /** Whether some record of a block, or of those marked, may be among the first. The marks are void then. */
  mayHold(column: FieldColumn, marks: Marks | boolean): boolean {
    if (marks === false) return false;
    if (this.#bound === undefined) return true;
    if (this.#step.keys[0].nullsFirst && column.markRange(-Infinity, Infinity, true) !== true) return true;
    const chosen = meet(marks, () => this.#within(column));
    return typeof chosen === 'object' ? chosen.marked > 0 : chosen !== false;
  }

  /** What the keys of the first rows come before; undefined while there are too few. */
  cutoff(): Uint8Array | undefined {
    if (this.#bound === undefined) return undefined;
    const { keys } = this.#step;
    const out = new ByteWriter(64);
    writeSortKey(out, this.#bound, keys[0], { loose: false });
    // No key goes on with so many bytes that are as great: NULL, the greatest, is one byte.
    for (let i = 0; i < keys.length; i++) out.byte(0xff);
    return out.view().slice();
  }

  #within(column: FieldColumn): Marks | boolean | undefined {
    if (this.#bound === undefined) return column.markRange(-Infinity, Infinity, true);
    return this.descending
      ? column.markRange(this.#bound, Infinity, true)
      : column.markRange(-Infinity, this.#bound, true);
  }

  #prune(): void {
    const { count } = this.#step;
    if (this.#length < count) return;
    const sorted = this.#numbers.subarray(0, this.#length).sort();
    const kept = this.descending ? sorted.slice(-count) : sorted.slice(0, count);
    this.#numbers.set(kept);
    this.#length = count;
    this.#bound = this.descending ? kept[0] : kept[count - 1];
  }
}

/** Of a few records, without unpacking the whole column where it is kept as whole numbers. */
function numbersAt(column: FieldColumn, records: Uint32Array): Float64Array {
  const { wholes } = column;
  if (wholes) return wholes.numbers(records);
  const { numbers } = column;
  return Float64Array.from(records, (record) => numbers[record]);
}

/** What is in both; the first set is void then. */
function meet(marks: Marks | boolean, other: () => Marks | boolean | undefined): Marks | boolean | undefined {
  if (marks === false) return false;
  const own = other();
  if (typeof own !== 'object' || typeof marks !== 'object') return own === true ? marks : own;
  return marks.and(own);
}
