import type { Side } from '../pool/keyedRow.ts';
import { vectorAt } from '../stage/batch.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeCell } from '../stage/codec.ts';
import { CodedVector } from '../stage/codedVector.ts';
import { Sorter } from '../stage/orderBy.ts';
import { RowCodec } from '../stage/held/rows.ts';
import type { SpillFolder } from '../stage/held/spill.ts';

const lineFeed = Buffer.from('\n');
/** Rows are handed on in pieces of about this many bytes. */
const pieceSize = 256 * 1024;

/** Some rows of a result. */
export interface DiffPiece {
  /** JSON objects, one a line. */
  readonly lines: Uint8Array;
  /** Of each row the 0-based numbers of its records, the old one first; -1 where there is none. */
  readonly places: readonly number[];
}

/**
 * The rows of a result, put in the order in which people read them: those of records that the newer file has in its order,
 * then those of records that only the older one has. Beyond the budget they are in temporary files.
 */
export class DiffRows {
  readonly #sorter: Sorter;
  readonly #key = new ByteWriter();
  readonly #row = new ByteWriter();

  constructor(budget: number, folder: SpillFolder) {
    this.#sorter = new Sorter(new RowCodec([0, 1, 2]), budget, folder);
  }

  /**
   * @param side of the file whose order counts
   * @param records 0-based, of each file; -1 where it has none
   */
  add(json: string, side: Side, records: readonly [number, number]): void {
    const record = records[side];
    this.#key.clear();
    this.#key.byte(1 - side);
    for (let shift = 40; shift >= 0; shift -= 8) this.#key.byte(Math.floor(record / 2 ** shift) & 0xff);
    this.#row.clear();
    for (const place of records) writeCell(this.#row, place);
    writeCell(this.#row, json);
    this.#sorter.add(this.#key.view(), this.#row.view());
  }

  /** Whether `spill` must be called before more is added. */
  get full(): boolean {
    return this.#sorter.full;
  }

  async spill(): Promise<void> {
    await this.#sorter.spill();
  }

  /** A piece is void once the next one is asked for. */
  async *finish(signal: AbortSignal): AsyncGenerator<DiffPiece> {
    const out = new ByteWriter(pieceSize);
    let places: number[] = [];
    for await (const batch of this.#sorter.finish(signal)) {
      signal.throwIfAborted();
      const [before, after] = [vectorAt(batch, 0), vectorAt(batch, 1)];
      const vector = vectorAt(batch, 2);
      if (!(vector instanceof CodedVector)) throw new TypeError('The rows hold no texts.');
      for (let i = 0; i < batch.count; i++) {
        const range = vector.range(batch.selection[i]);
        if (!range) throw new TypeError('A row holds no text.');
        out.copy(vector.bytes, range.start, range.end);
        out.copy(lineFeed);
        places.push(Number(before.value(batch.selection[i])), Number(after.value(batch.selection[i])));
        if (out.length < pieceSize) continue;
        yield { lines: out.view(), places };
        out.clear();
        places = [];
      }
    }
    if (out.length > 0) yield { lines: out.view(), places };
  }
}
