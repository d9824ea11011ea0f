import { carriageReturn, lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { discard } from '../../discard.ts';

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

/** Bytes that several batches show. They are given back when the last of these is done. */
export class SharedPiece {
  readonly #bytes: Uint8Array;
  #users = 1;

  /** It has a user from the beginning: who makes it. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  use(): this {
    this.#users++;
    return this;
  }

  done(): void {
    if (--this.#users === 0) discard(this.#bytes);
  }
}

/** Rows that are sent at once, as JSON Lines. */
export class Batch {
  /** Each ends with a line feed. */
  readonly lines: Uint8Array;
  readonly #ends: ArrayLike<number>;
  readonly #placeOf: (row: number) => RowPlace;
  readonly #origin: number;
  readonly #piece: SharedPiece | undefined;
  #mayBeRead = false;

  /**
   * @param ends one past each row's line feed
   * @param placeOf asked only for rows of which somebody wants to know: few are given up
   * @param origin what `ends` has for the first byte of `lines`
   * @param piece whose bytes `lines` shows; used by this batch
   */
  constructor(
    lines: Uint8Array,
    ends: ArrayLike<number>,
    placeOf: (row: number) => RowPlace,
    origin = 0,
    piece?: SharedPiece,
  ) {
    this.lines = lines;
    this.#ends = ends;
    this.#placeOf = placeOf;
    this.#origin = origin;
    this.#piece = piece;
  }

  /** A connection that was broken off, or has been answered early, may still look at the bytes. */
  mayBeRead(): void {
    this.#mayBeRead = true;
  }

  /** Nobody asks it for anything any more. Called once. */
  done(): void {
    if (!this.#mayBeRead) this.#piece?.done();
  }

  get count(): number {
    return this.#ends.length;
  }

  place(row: number): RowPlace {
    return this.#placeOf(row);
  }

  /** The JSON text of a row, without its line end. */
  text(row: number): Uint8Array {
    const start = row === 0 ? 0 : this.#ends[row - 1] - this.#origin;
    let end = this.#ends[row] - this.#origin - 1;
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
