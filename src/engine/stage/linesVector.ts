import { lineEnds } from '../lineEnds.ts';
import { JsonObject } from '../query/value/json.ts';
import type { Value } from '../query/value/value.ts';
import type { Cell, Vector } from './vector.ts';

/** Objects, each on a line of JSON, as `JSON.stringify` writes them: the lines may be copied as they stand. */
export class LinesVector implements Vector {
  readonly bytes: Uint8Array;
  readonly rows: number;
  #ends: Uint32Array | undefined;

  /** @param rows lines that there are */
  constructor(bytes: Uint8Array, rows: number) {
    this.bytes = bytes;
    this.rows = rows;
  }

  /** Where an object stands, without its line end. */
  range(row: number): { readonly start: number; readonly end: number } {
    // Where all lines are copied at once, nobody asks.
    const ends = (this.#ends ??= lineEnds(this.bytes, this.rows));
    return { start: row === 0 ? 0 : ends[row - 1], end: ends[row] - 1 };
  }

  value(row: number): Value {
    return this.cell(row);
  }

  cell(row: number): Cell & Value {
    const { start, end } = this.range(row);
    const { buffer, byteOffset, length } = this.bytes;
    return new JsonObject(Buffer.from(buffer, byteOffset, length).toString('utf8', start, end));
  }
}
