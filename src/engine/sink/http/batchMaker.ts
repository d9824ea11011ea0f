import { lineFeed } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import { lineEnds } from '../../lineEnds.ts';
import { partitionPoint } from '../../partitionPoint.ts';
import { Batch, SharedPiece, type RowPlace } from './batch.ts';
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

  /**
   * @param places of the rows in `piece`, which begins and ends anywhere where there are none
   * @param known one past the line feed of each row. With it, the piece is given away: batches show its bytes.
   */
  *add(piece: Uint8Array, places?: RowPlaces, known?: Uint32Array): Generator<Batch> {
    const ends = known ?? lineEnds(piece);
    const shared = known && new SharedPiece(piece);
    for (let from = 0, row = 0; from < piece.length;) {
      const begun = this.#lines.length - from;
      const most = Math.min(ends.length, row + this.#size.rows - this.#ends.length);
      const full = firstFrom(ends, row, most, this.#size.bytes - begun);
      const next = Math.min(full + 1, most);
      const isFull = full < most || next - row + this.#ends.length === this.#size.rows;
      const to = isFull ? ends[next - 1] : piece.length;
      if (isFull && shared && this.#lines.length === 0) {
        const [lines, rows] = [piece.subarray(from, to), ends.subarray(row, next)];
        yield this.#made(lines, rows, [{ from: 0, places, at: row }], from, shared.use());
      } else {
        this.#runs.push({ from: this.#ends.length, places, at: row });
        for (let at = row; at < next; at++) this.#ends.push(begun + ends[at]);
        this.#lines.copy(piece, from, to);
        if (isFull) yield this.#take();
      }
      row = next;
      from = to;
    }
    shared?.done();
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
    const [ends, runs] = [this.#ends, this.#runs];
    this.#ends = [];
    this.#runs = [];
    return this.#made(this.#lines.take(), ends, runs);
  }

  #made(
    lines: Uint8Array,
    ends: ArrayLike<number>,
    runs: readonly PlacedRun[],
    origin = 0,
    piece?: SharedPiece,
  ): Batch {
    const before = this.#before;
    this.#before += ends.length;
    const placeOf = (row: number): RowPlace => {
      const run = runs.findLast(({ from }) => from <= row);
      return { ...(run?.places?.at(run.at + row - run.from) ?? nowhere), row: before + row + 1 };
    };
    return new Batch(lines, ends, placeOf, origin, piece);
  }
}

/** The first of `numbers[from, to)`, which rise, that is as large; `to` where none is. */
function firstFrom(numbers: Uint32Array, from: number, to: number, least: number): number {
  return partitionPoint(from, to, (at) => numbers[at] < least);
}

const nowhere = { record: undefined, line: undefined, offset: undefined, key: undefined };
