import { isUtf8 } from 'node:buffer';
import { openBrace } from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import { Kind, type FieldColumn, type FieldRequest, type RecordBlock } from '../../format/record.ts';
import type { CellTaker, RowCells } from './rowCells.ts';

/** More columns would take more memory than their rows do, as most of them stand in few rows only. */
const mostColumns = 64;
const none: number = Fault.None;

/** The members of objects, one a line, as values. */
export class JsonCells implements RowCells {
  readonly requests: readonly FieldRequest[];
  count = 0;
  length = 0;
  #fields: readonly FieldColumn[] = [];
  #bytes: Uint8Array = new Uint8Array(0);
  #selection: Uint32Array = new Uint32Array(0);

  private constructor(columns: readonly string[]) {
    this.requests = columns.map((name) => ({ path: [name], numeric: false }));
  }

  /** Undefined where objects with such members are to be read by themselves. */
  static of(columns: readonly string[]): JsonCells | undefined {
    return columns.length <= mostColumns ? new JsonCells(columns) : undefined;
  }

  begin(block: RecordBlock, first: number, selection: Uint32Array, count: number): boolean {
    const { bytes, starts, ends, faults } = block;
    const { length } = this.requests;
    this.#fields = block.fields.slice(first, first + length);
    if (this.#fields.length < length) return false;
    this.#bytes = bytes;
    this.#selection = selection;
    this.count = count;
    this.length = 0;
    for (let row = 0; row < count; row++) {
      const record = selection[row];
      const start = starts[record];
      // Before an object there may be white space.
      if (bytes[start] !== openBrace || faults[record] !== none) return false;
      this.length += ends[record] - start;
    }
    for (const { kinds } of this.#fields)
      for (let row = 0; row < count; row++) if (kinds[selection[row]] === Kind.OddText) return false;
    return count === 0 || isUtf8(bytes.subarray(starts[selection[0]], ends[selection[count - 1]]));
  }

  column(column: number, taker: CellTaker): void {
    if (taker.isSettled) return;
    const { kinds, starts, ends } = this.#fields[column];
    const bytes = this.#bytes;
    const selection = this.#selection;
    for (let row = 0; row < this.count; row++) {
      const record = selection[row];
      taker.addCell(kinds[record] as Kind, bytes, starts[record], ends[record]);
    }
  }
}
