import { ByteReader, type ByteWriter } from '../stage/bytes.ts';
import { ColumnAccumulator } from './column.ts';
import type { FieldInput } from './fieldInput.ts';
import { columnsLimitedFor, limitsFor, type ColumnLimits } from './limits.ts';

/** What several columns hold in the same rows. Columns may come to be known while it is gathered. */
export class ColumnSet {
  readonly #deep: boolean;
  readonly #expected: number;
  readonly #counts: boolean;
  /** The same object for all columns. */
  readonly #limits: { -readonly [Limit in keyof ColumnLimits]: ColumnLimits[Limit] };
  #limitedFor: number;
  readonly #columns: ColumnAccumulator[] = [];
  #rows = 0;
  #malformed = 0;

  /**
   * @param expected columns, at least: the more there are in the end, the less each may hold
   * @param deep whether to look inside lists
   * @param counts whether values are to be counted where they are many
   */
  constructor(expected: number, deep: boolean, counts: boolean) {
    this.#deep = deep;
    this.#expected = expected;
    this.#counts = counts;
    this.#limits = limitsFor(expected, counts);
    this.#limitedFor = expected;
  }

  /** All rows, those included that cannot be read. */
  get rows(): number {
    return this.#rows;
  }

  get malformed(): number {
    return this.#malformed;
  }

  get columns(): readonly ColumnAccumulator[] {
    return this.#columns;
  }

  /** Makes room for columns; a new one is missing in all rows so far. */
  reserve(count: number): void {
    while (this.#columns.length < count) {
      const column = new ColumnAccumulator(this.#limits, this.#deep);
      column.addMissing(this.#rows - this.#malformed);
      this.#columns.push(column);
    }
    if (count > this.#limitedFor) this.#limit(columnsLimitedFor(count));
  }

  /** Gives up what is more than each of so many columns may hold. */
  #limit(columns: number): void {
    this.#limitedFor = columns;
    Object.assign(this.#limits, limitsFor(columns, this.#counts));
    for (const column of this.#columns) column.settle();
  }

  /** A column that no row so far has, which is none of the set. */
  missing(): ColumnAccumulator {
    const column = new ColumnAccumulator(this.#limits, this.#deep);
    column.addMissing(this.#rows - this.#malformed);
    return column;
  }

  /** Takes rows in; then each column must be told of every row: by `add`, `addParted` or `addMissing`. */
  addRows(count: number, malformed: number): void {
    this.#rows += count + malformed;
    this.#malformed += malformed;
  }

  add(column: number, field: FieldInput, selection: Uint32Array, count: number): void {
    this.#columns[column].add(field, selection, count);
  }

  addMissing(column: number, count: number): void {
    this.#columns[column].addMissing(count);
  }

  addParted(column: number, count: number): void {
    this.#columns[column].addParted(count);
  }

  write(out: ByteWriter): void {
    out.count(this.#rows);
    out.count(this.#malformed);
    out.count(this.#columns.length);
    for (const column of this.#columns) column.write(out);
  }

  /**
   * Takes in what another has gathered in the rows that follow.
   * @param places of its columns, given how many there are; those that it does not have are missing in its rows
   */
  merge(bytes: Uint8Array, places: (column: number, count: number) => number): void {
    const from = new ByteReader(bytes);
    const rows = from.count();
    const malformed = from.count();
    const count = from.count();
    const all = Array.from({ length: count }, (_, at) => places(at, count));
    const seen = new Set(all);
    // With the limits that the other had at the most: it may have come upon many columns.
    this.reserve(all.reduce((most, place) => Math.max(most, place + 1), 0));
    for (const place of all) this.#columns[place].merge(from);
    this.#rows += rows;
    this.#malformed += malformed;
    for (let at = 0; at < this.#columns.length; at++) {
      if (!seen.has(at)) this.#columns[at].addMissing(rows - malformed);
    }
  }

  /** Columns that hold more different values than are counted exactly. */
  get many(): number[] {
    return [...this.#columns.keys()].filter((column) => !this.#columns[column].values.exact);
  }

  /** Begins anew with the first `count` columns. @param many those of them for which `ValueTable.reset` has it */
  reset(count: number, many: ReadonlySet<number> = new Set()): void {
    this.#columns.length = Math.min(this.#columns.length, count);
    this.#limitedFor = this.#expected;
    Object.assign(this.#limits, limitsFor(this.#expected, this.#counts));
    for (const [at, column] of this.#columns.entries()) column.reset(many.has(at));
    this.#rows = 0;
    this.#malformed = 0;
    this.reserve(count);
  }
}
