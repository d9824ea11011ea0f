import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import { jsonOfCell, type Cell, type Vector } from '../vector.ts';
import { emptiedDoubles, grownDoubles } from './accumulator.ts';
import { KeyColumn } from './keyColumn.ts';
import { PairTable } from './pairTable.ts';

const keptPairs = 1 << 16;

/** An array of at least `length`, with what the old one held and -1 behind it. */
function grownPlaces(array: Int32Array, length: number): Int32Array {
  if (array.length >= length) return array;
  const larger = new Int32Array(Math.max(length, array.length * 2)).fill(-1, array.length);
  larger.set(array);
  return larger;
}

/** How a group that has a value for the first time has it written. */
type OwnCell = (row: number) => Cell;

/** The different values of every group, and how often each was seen. */
export class GroupedValues {
  readonly #column = new KeyColumn();
  readonly #pairs = new PairTable();
  /** By their pair, the values that the first row of their group has written otherwise than that of another group. */
  readonly #written = new Map<number, Cell>();
  /** Of each pair the one before it in the same group, or -1; of each group its last pair. */
  #previous: Int32Array = new Int32Array(64);
  #last: Int32Array = new Int32Array(64).fill(-1);
  #counts: Float64Array = new Float64Array(64);
  #codes = new Uint32Array(0);
  readonly #keepsNumbers: boolean;

  /** @param keepsNumbers whether it matters how a number is written, and not only its value */
  constructor(keepsNumbers: boolean) {
    this.#keepsNumbers = keepsNumbers;
  }

  get size(): number {
    const links = this.#previous.byteLength + this.#last.byteLength;
    const written = this.#written.size * 150;
    return this.#column.size + this.#pairs.size + this.#counts.byteLength + links + written;
  }

  /** Calls `fresh` for each value that its group has not had before. NULL is one only with `nulls`. */
  addBatch(
    batch: Batch,
    groups: Uint32Array,
    vector: Vector,
    nulls: boolean,
    fresh: (group: number, cell: Cell) => void,
  ): void {
    if (this.#codes.length < batch.count) this.#codes = new Uint32Array(batch.count);
    this.#column.codes(batch, vector, this.#codes);
    const own: OwnCell = (row) => vector.cell(row);
    for (let i = 0; i < batch.count; i++) {
      const isValue = nulls || !this.#isNull(this.#codes[i]);
      if (isValue) this.#count(groups[i], this.#codes[i], 1, own, batch.selection[i], fresh);
    }
  }

  add(group: number, cell: Cell, times: number, fresh: (group: number, cell: Cell) => void): void {
    this.#count(group, this.#column.code(cell), times, () => cell, 0, fresh);
  }

  /** Pairs of a group with its values, the last one first. */
  *of(group: number): Generator<number> {
    for (let pair = this.#last.at(group) ?? -1; pair !== -1; pair = this.#previous[pair]) yield pair;
  }

  /** As the first row of the group that has the value writes it. */
  cell(pair: number): Cell {
    return this.#written.get(pair) ?? this.#column.cell(this.#pairs.second(pair));
  }

  count(pair: number): number {
    return this.#counts[pair];
  }

  /** Writes the values of a group, the first one first. */
  write(group: number, out: ByteWriter): void {
    const pairs = [...this.of(group)].reverse();
    out.count(pairs.length);
    for (const pair of pairs) writeCell(out, this.cell(pair));
  }

  merge(group: number, from: ByteReader, fresh: (group: number, cell: Cell) => void): void {
    for (let left = from.count(); left > 0; left--) this.add(group, readCell(from), 1, fresh);
  }

  clear(): void {
    this.#column.clear();
    this.#pairs.clear();
    this.#written.clear();
    this.#last.fill(-1);
    if (this.#counts.length > keptPairs) {
      this.#previous = new Int32Array(64);
      this.#last = new Int32Array(64).fill(-1);
    }
    this.#counts = emptiedDoubles(this.#counts);
  }

  #isNull(code: number): boolean {
    return code % 3 === 2 && this.#column.cell(code) === null;
  }

  #count(
    group: number,
    code: number,
    times: number,
    own: OwnCell,
    row: number,
    fresh: (group: number, cell: Cell) => void,
  ): void {
    const known = this.#pairs.count;
    const pair = this.#pairs.number(group, code);
    if (pair === known) {
      this.#counts = grownDoubles(this.#counts, pair + 1);
      this.#previous = grownPlaces(this.#previous, pair + 1);
      this.#last = grownPlaces(this.#last, group + 1);
      this.#previous[pair] = this.#last[group];
      this.#last[group] = pair;
      const mayDiffer = this.#keepsNumbers || !this.#column.isPlainNumber(code);
      if (mayDiffer && this.#column.mayDiffer(code))
        this.#keepWritten(pair, own(row), this.#column.cell(code));
      fresh(group, this.cell(pair));
    }
    this.#counts[pair] += times;
  }

  #keepWritten(pair: number, own: Cell, known: Cell): void {
    if (own !== known && jsonOfCell(own) !== jsonOfCell(known)) this.#written.set(pair, own);
  }
}
