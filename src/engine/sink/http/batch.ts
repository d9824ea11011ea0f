import { carriageReturn, lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';

/** What is known of a row besides its text. */
export interface RowPlace {
  /** Its number among the rows that are sent, from 1. */
  readonly row: number;
  /** Of the record that it comes from: its number and line, from 1, and its byte. Undefined where there is no single one. */
  readonly record: number | undefined;
  readonly line: number | undefined;
  readonly offset: number | undefined;
  /** What tells it from all rows that were ever sent, where a batch that failed has said so. */
  readonly key: string | undefined;
}

/** Rows that are sent at once, as JSON Lines. */
export class Batch {
  /** Each ends with a line feed. */
  readonly lines: Uint8Array;
  /** One past each row's line feed. */
  readonly #ends: readonly number[];
  readonly #placeOf: (row: number) => RowPlace;

  /** @param placeOf asked only for rows of which somebody wants to know: few are given up */
  constructor(lines: Uint8Array, ends: readonly number[], placeOf: (row: number) => RowPlace) {
    this.lines = lines;
    this.#ends = ends;
    this.#placeOf = placeOf;
  }

  get count(): number {
    return this.#ends.length;
  }

  place(row: number): RowPlace {
    return this.#placeOf(row);
  }

  /** The JSON text of a row, without its line end. */
  text(row: number): Uint8Array {
    const start = row === 0 ? 0 : this.#ends[row - 1];
    let end = this.#ends[row] - 1;
    if (this.lines[end - 1] === carriageReturn) end--;
    return this.lines.subarray(start, end);
  }

  /** Some of the rows, in the order of `rows`. */
  pick(rows: readonly number[]): Batch {
    const out = new ByteBuilder();
    const ends: number[] = [];
    for (const row of rows) {
      out.copy(this.text(row));
      out.byte(lineFeed);
      ends.push(out.length);
    }
    return new Batch(out.take(), ends, (row) => this.#placeOf(rows[row]));
  }

  halves(): [Batch, Batch] {
    const numbers = Array.from({ length: this.count }, (_, index) => index);
    const middle = Math.ceil(numbers.length / 2);
    return [this.pick(numbers.slice(0, middle)), this.pick(numbers.slice(middle))];
  }
}
