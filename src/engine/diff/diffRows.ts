import type { Side } from '../pool/keyedRow.ts';
import { vectorAt } from '../stage/batch.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { writeCell } from '../stage/codec.ts';
import { CodedVector } from '../stage/codedVector.ts';
import { Sorter } from '../stage/orderBy.ts';
import { RowCodec } from '../stage/rows.ts';
import type { SpillFolder } from '../stage/spill.ts';

const lineFeed = Buffer.from('\n');
/** Rows are handed on in pieces of about this many bytes. */
const pieceSize = 256 * 1024;

/**
 * The rows of a result, put in the order in which people read them: those of records that the newer file has in its order,
 * then those of records that only the older one has. Beyond the budget they are in temporary files.
 */
export class DiffRows {
  readonly #sorter: Sorter;
  readonly #key = new ByteWriter();
  readonly #row = new ByteWriter();

  constructor(budget: number, folder: SpillFolder) {
    this.#sorter = new Sorter(new RowCodec([0]), budget, folder);
  }

  /** @param record 0-based, in the file of that side */
  add(json: string, side: Side, record: number): void {
    this.#key.clear();
    this.#key.byte(1 - side);
    for (let shift = 40; shift >= 0; shift -= 8) this.#key.byte(Math.floor(record / 2 ** shift) & 0xff);
    this.#row.clear();
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

  /** JSON objects, one a line; a piece is void once the next one is asked for. */
  async *finish(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const out = new ByteWriter(pieceSize);
    for await (const batch of this.#sorter.finish(signal)) {
      signal.throwIfAborted();
      const vector = vectorAt(batch, 0);
      if (!(vector instanceof CodedVector)) throw new TypeError('The rows hold no texts.');
      for (let i = 0; i < batch.count; i++) {
        const range = vector.range(batch.selection[i]);
        if (!range) throw new TypeError('A row holds no text.');
        out.copy(vector.bytes, range.start, range.end);
        out.copy(lineFeed);
        if (out.length < pieceSize) continue;
        yield out.view();
        out.clear();
      }
    }
    if (out.length > 0) yield out.view();
  }
}
