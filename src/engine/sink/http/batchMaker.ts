import { lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { Batch, type RowPlace } from './batch.ts';
import type { RowPlaces } from './rowPlaces.ts';

export interface BatchSize {
  readonly rows: number;
  /** A batch ends with the row that makes it as long as this. */
  readonly bytes: number;
}

/** Divides rows that come as JSON Lines into batches. The same rows make the same batches. */
export class BatchMaker {
  readonly #size: BatchSize;
  readonly #lines = new ByteBuilder();
  #ends: number[] = [];
  #places: RowPlace[] = [];
  #row = 0;

  constructor(size: BatchSize) {
    this.#size = size;
  }

  /** @param places of the rows in `piece`, which begins and ends anywhere where there are none */
  *add(piece: Uint8Array, places?: RowPlaces): Generator<Batch> {
    for (let from = 0, row = 0; from < piece.length; row++) {
      const end = piece.indexOf(lineFeed, from);
      this.#lines.copy(piece, from, end === -1 ? piece.length : end + 1);
      if (end === -1) return;
      from = end + 1;
      yield* this.#end(places?.at(row));
    }
  }

  /** A row with what is known of it. */
  *addRow(text: string, place: Omit<RowPlace, 'row'>): Generator<Batch> {
    this.#lines.text(text);
    this.#lines.byte(lineFeed);
    yield* this.#end(place);
  }

  /** The last batch. */
  *finish(): Generator<Batch> {
    // The last line of a file need not have a line end.
    if (this.#lines.length > (this.#ends.at(-1) ?? 0)) {
      this.#lines.byte(lineFeed);
      yield* this.#end(undefined);
    }
    if (this.#ends.length > 0) yield this.#take();
  }

  *#end(place: Omit<RowPlace, 'row'> | undefined): Generator<Batch> {
    this.#ends.push(this.#lines.length);
    this.#places.push({ ...(place ?? nowhere), row: ++this.#row });
    if (this.#ends.length >= this.#size.rows || this.#lines.length >= this.#size.bytes) yield this.#take();
  }

  #take(): Batch {
    const batch = new Batch(this.#lines.take(), this.#ends, this.#places);
    this.#ends = [];
    this.#places = [];
    return batch;
  }
}

const nowhere = { record: undefined, line: undefined, offset: undefined, key: undefined };
