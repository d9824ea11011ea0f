import { isUtf8 } from 'node:buffer';
import { openBrace } from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import { Kind, type FieldColumn, type FieldRequest, type RecordBlock } from '../../format/record.ts';
import { CellRun, type CellTaker } from './cellRun.ts';
import type { RowCells } from './rowCells.ts';

/** More columns would take more memory than their rows do, as most of them stand in few rows only. */
const mostColumns = 64;
const none: number = Fault.None;

/** The members of objects, one a line, as values. */
export class JsonCells implements RowCells {
  readonly requests: readonly FieldRequest[];
  readonly #run = new CellRun(0);
  length = 0;
  #fields: readonly FieldColumn[] = [];

  private constructor(columns: readonly string[]) {
    this.requests = columns.map((name) => ({ path: [name], numeric: false }));
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
}
