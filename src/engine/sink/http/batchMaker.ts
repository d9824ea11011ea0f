import { lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { Batch, type RowPlace } from './batch.ts';
import type { RowPlaces } from './rowPlaces.ts';

export interface BatchSize {
  readonly rows: number;
  /** A batch ends with the row that makes it as long as this. */
  readonly bytes: number;
}

/** Rows of a batch, from one of its rows on, whose places are those from `at` on in `places`. */
interface PlacedRun {
  readonly from: number;
  readonly places: RowPlaces | undefined;
  readonly at: number;
}

/** Divides rows that come as JSON Lines into batches. The same rows make the same batches. */
export class BatchMaker {
  readonly #size: BatchSize;
  readonly #lines = new ByteBuilder();
  #ends: number[] = [];
  #runs: PlacedRun[] = [];
  #before = 0;

  constructor(size: BatchSize) {
    this.#size = size;
  }

  /** @param places of the rows in `piece`, which begins and ends anywhere where there are none */
  *add(piece: Uint8Array, places?: RowPlaces): Generator<Batch> {
    for (let from = 0, row = 0; from < piece.length;) {
      this.#runs.push({ from: this.#ends.length, places, at: row });
      const begun = this.#lines.length - from;
      let isFull = false;
      let to = from;
      while (to < piece.length && !isFull) {
        const end = piece.indexOf(lineFeed, to);
        to = end === -1 ? piece.length : end + 1;
        if (end === -1) break;
        row++;
        isFull = this.#ends.push(begun + to) >= this.#size.rows || begun + to >= this.#size.bytes;
      }
      this.#lines.copy(piece, from, to);
      from = to;
      if (isFull) yield this.#take();
    }
  }

  /** A row with what is known of it. */
  *addRow(text: string, place: Omit<RowPlace, 'row'>): Generator<Batch> {
    yield* this.add(Buffer.from(`${text}\n`), { at: () => place });
  }

  /** The last batch. */
  *finish(): Generator<Batch> {
    // The last line of a file need not have a line end.
    if (this.#lines.length > (this.#ends.at(-1) ?? 0)) {
      this.#lines.byte(lineFeed);
      this.#ends.push(this.#lines.length);
    }
    if (this.#ends.length > 0) yield this.#take();
  }

  #take(): Batch {
    const [ends, runs, before] = [this.#ends, this.#runs, this.#before];
    const batch = new Batch(this.#lines.take(), ends, (row) => {
      const run = runs.findLast(({ from }) => from <= row);
      return { ...(run?.places?.at(run.at + row - run.from) ?? nowhere), row: before + row + 1 };
    });
    this.#ends = [];
    this.#runs = [];
    this.#before += ends.length;
    return batch;
  }
}

const nowhere = { record: undefined, line: undefined, offset: undefined, key: undefined };
