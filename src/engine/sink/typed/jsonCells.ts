import { isUtf8 } from 'node:buffer';
import { openBrace, space } from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import { Kind, type FieldColumn, type FieldRequest, type RecordBlock } from '../../format/record.ts';
import { CellRun, type CellTaker } from './cellRun.ts';
import type { ObjectReader } from './cells.ts';
import type { RowCells } from './rowCells.ts';

/** More columns would take more memory than their rows do, as most of them stand in few rows only. */
const mostColumns = 64;
const none: number = Fault.None;

/** The members of objects, one a line, as values. */
export class JsonCells implements RowCells {
  readonly columns: readonly string[];
  readonly requests: readonly FieldRequest[];
  /** Of each column the bytes of its key, and of the quotes and the colon with it, where it is written without escapes. */
  readonly #keyLengths: readonly number[];
  readonly #run = new CellRun(0);
  length = 0;
  #block: RecordBlock | undefined;
  #fields: readonly FieldColumn[] = [];
  #selection: Uint32Array = new Uint32Array(0);

  private constructor(columns: readonly string[]) {
    this.columns = columns;
    this.requests = columns.map((name) => ({ path: [name], numeric: false }));
    this.#keyLengths = columns.map((name) => Buffer.byteLength(JSON.stringify(name)) + 1);
  }

  /** Undefined where objects with such members are to be read by themselves. */
  static of(columns: readonly string[]): JsonCells | undefined {
    return columns.length <= mostColumns ? new JsonCells(columns) : undefined;
  }

  get count(): number {
    return this.#run.count;
  }

  begin(block: RecordBlock, first: number, selection: Uint32Array, count: number): boolean {
    const { bytes, starts, ends, faults } = block;
    const { length } = this.requests;
    this.#block = block;
    this.#selection = selection;
    this.#fields = block.fields.slice(first, first + length);
    if (this.#fields.length < length) return false;
    this.length = 0;
    for (let row = 0; row < count; row++) {
      const record = selection[row];
      const start = starts[record];
      // Before an object there may be white space.
      if (bytes[start] !== openBrace || faults[record] !== none) return false;
      this.length += ends[record] - start;
    }
    for (const { kinds } of this.#fields) {
      if (!kinds.includes(Kind.OddText)) continue;
      for (let row = 0; row < count; row++) if (kinds[selection[row]] === Kind.OddText) return false;
    }
    const [from, to] = count === 0 ? [0, 0] : [starts[selection[0]], ends[selection[count - 1]]];
    this.#run.begin(bytes, from, to, selection, count);
    return isUtf8(bytes.subarray(from, to));
  }

  column(column: number, taker: CellTaker): void {
    this.#run.give(this.#fields[column], taker);
  }

  /**
   * The rows that may have members of other columns, and the first ones of columns that were not met before, ascending.
   * @param isMet whether there were rows with a column before
   */
  apart(isMet: (column: number) => boolean): Uint32Array {
    const { count } = this;
    const covered = new Uint32Array(count);
    const isApart = new Uint8Array(count);
    for (const [column, { kinds }] of this.#fields.entries()) {
      this.#cover(column, covered);
      if (isMet(column)) continue;
      const first = this.#selection.findIndex((record, row) => row < count && kinds[record] !== Kind.Missing);
      if (first >= 0) isApart[first] = 1;
    }
    const { starts, ends, bytes } = this.#blockOf();
    for (let row = 0; row < count; row++) {
      const record = this.#selection[row];
      const end = ends[record] - 1;
      if (covered[row] + end - beforeSpace(bytes, end) + 1 !== ends[record] - starts[record])
        isApart[row] = 1;
    }
    const apart = new Uint32Array(count);
    let found = 0;
    for (let row = 0; row < count; row++) if (isApart[row] === 1) apart[found++] = row;
    return apart.subarray(0, found);
  }

  /**
   * Adds to each row how many of its bytes are a member, and the comma or brace before it, with white space but for that around
   * the comma behind it and before the colon: all of those are at most what there is.
   */
  #cover(column: number, covered: Uint32Array): void {
    const { kinds, starts, ends } = this.#fields[column];
    const { bytes } = this.#blockOf();
    const selection = this.#selection;
    const keyLength = this.#keyLengths[column];
    for (let row = 0; row < covered.length; row++) {
      const record = selection[row];
      const kind = kinds[record];
      if (kind === Kind.Missing) continue;
      const quote = kind === Kind.Text || kind === Kind.EscapedText ? 1 : 0;
      const key = beforeSpace(bytes, starts[record] - quote) - keyLength;
      covered[row] += ends[record] + quote - beforeSpace(bytes, key) + 1;
    }
  }

  /** Reads all of a row. */
  read(row: number, reader: ObjectReader): Uint8Array {
    const { bytes, starts, ends } = this.#blockOf();
    const record = this.#selection[row];
    reader.read(bytes, starts[record], ends[record]);
    return bytes;
  }

  #blockOf(): RecordBlock {
    if (!this.#block) throw new TypeError('there are no rows yet');
    return this.#block;
  }
}

/** The index before `at` behind which there is nothing but white space. */
function beforeSpace(bytes: Uint8Array, at: number): number {
  while (bytes[at - 1] <= space) at--;
  return at;
}
