import { partitionPoint } from '../../partitionPoint.ts';
import type { Piece } from './part.ts';

/** Files, and what came to them later: as much of each as stands in one place. */
export interface Pieces {
  readonly count: number;
  piece(number: number): Pick<Piece, 'length' | 'ended'>;
}

/** Where a position lies: in a piece of a file, so many bytes behind the first one that is read of it. */
export interface Span {
  readonly number: number;
  readonly start: number;
  /** Bytes of it; undefined while its end was not seen. */
  readonly length: number | undefined;
  /** Whether a line end follows that is not in the file, so that no record goes on in the next one. */
  readonly closed: boolean;
}

/** Where in a run of bytes each of its files lies, as far as that is known: of what is compressed, once it was read. */
export class Spans {
  readonly #pieces: Pieces;
  /** Where each file begins whose beginning is known. */
  readonly #starts: number[] = [0];
  readonly #closed: boolean[] = [];

  constructor(pieces: Pieces) {
    this.#pieces = pieces;
    this.#extend();
  }

  /** Bytes in all; undefined while the end of a file was not seen. */
  get size(): number | undefined {
    return this.#starts.length > this.#pieces.count ? this.#starts[this.#pieces.count] : undefined;
  }

  /** The file in which a position lies, or the first one whose end is not known; undefined past the end. */
  at(position: number): Span | undefined {
    const starts = this.#starts;
    const number = this.#firstAfter(position) - 1;
    if (number >= this.#pieces.count) return undefined;
    const closed = this.#closed[number] ?? false;
    const start = starts[number];
    const length = number + 1 < starts.length ? starts[number + 1] - start - (closed ? 1 : 0) : undefined;
    return { number, start, length, closed };
  }

  /** Where the next file begins that has a byte, as far as that is known. */
  nextAfter(position: number): number | undefined {
    const next = this.#starts[this.#firstAfter(position)];
    return next === this.size ? undefined : next;
  }

  /** Notes where the first file ends whose end is not known. */
  ends(number: number, length: number, ended: boolean): void {
    if (number !== this.#starts.length - 1) return;
    this.#push(length, ended);
    this.#extend();
  }

  /** The number of the first file that begins after a position, as far as that is known. */
  #firstAfter(position: number): number {
    const starts = this.#starts;
    return partitionPoint(0, starts.length, (file) => starts[file] <= position);
  }

  #extend(): void {
    while (this.#starts.length <= this.#pieces.count) {
      const { length, ended = true } = this.#pieces.piece(this.#starts.length - 1);
      if (length === undefined) return;
      this.#push(length, ended);
    }
  }

  #push(length: number, ended: boolean): void {
    const closed = !ended && length > 0;
    this.#closed.push(closed);
    this.#starts.push(this.#starts[this.#starts.length - 1] + length + (closed ? 1 : 0));
  }
}
