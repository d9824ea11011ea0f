import { wholeBatch, vectorAt, type Batch } from './batch.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readCell, writeCell } from './codec.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';

/** Copies rows out of their batches: only the slots that somebody further on reads. */
export class RowCodec {
  readonly #slots: readonly number[];

  constructor(slots: Iterable<number>) {
    this.#slots = [...slots].sort((a, b) => a - b);
  }

  /** The vectors to hand to `write`, looked up once a batch. */
  vectors(batch: Batch): Vector[] {
    return this.#slots.map((slot) => vectorAt(batch, slot));
  }

  write(out: ByteWriter, vectors: readonly Vector[], row: number): void {
    for (const vector of vectors) writeCell(out, vector.cell(row));
  }

  /** The rows behind the readers, each at the beginning of a row, as a batch. */
  read(rows: Iterable<ByteReader>): Batch {
    const columns = this.#slots.map((): Cell[] => []);
    let count = 0;
    for (const reader of rows) {
      for (const cells of columns) cells.push(readCell(reader));
      count++;
    }
    return this.batch(columns, count);
  }

  /** A batch of cells that stand column by column, in the order of the slots. */
  batch(columns: readonly (readonly Cell[])[], count: number): Batch {
    const vectors: (Vector | undefined)[] = [];
    for (const [at, slot] of this.#slots.entries()) vectors[slot] = new CellVector(columns[at]);
    return wholeBatch(vectors, count);
  }

  get slots(): readonly number[] {
    return this.#slots;
  }
}

/** Rows in one batch where rows are made from something other than blocks. */
export const rowsPerBatch = 2048;

/** Reads rows one after the other from the same reader until it ends. */
export function* rowsOf(bytes: Uint8Array): Generator<ByteReader> {
  const reader = new ByteReader(bytes);
  while (reader.left > 0) yield reader;
}
