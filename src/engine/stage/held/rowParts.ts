import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { discard } from '../../discard.ts';
import { bytesPerBatch, rowsPerBatch, type RowCodec } from './rows.ts';
import { recordEnd } from './sortRecord.ts';
import type { Reducer, RowFilter } from '../stage.ts';

/** Rows on their way from the threads to the stages that need all of them: each behind its length, in four bytes. */

export function rowReducer(codec: RowCodec, filter: RowFilter = everyRow): Reducer {
  const out = new ByteWriter();
  return {
    get size() {
      return out.length;
    },
    add(batch) {
      const { selection, count, room } = filter.select(batch);
      const vectors = codec.vectors(batch);
      const undo = (): void => filter.undo();
      writeAll(out, { ...batch, selection, count, room }, undo, (row) => codec.write(out, vectors, row));
    },
    take: () => out.release(),
    restart() {
      out.clear();
      filter.restart();
    },
  };
}

const everyRow: RowFilter = {
  select: (batch) => batch,
  undo: () => undefined,
  restart: () => undefined,
};

/** Writes each of the batch's rows behind its length; where its room is exceeded, it is as if none had come. */
export function writeAll(
  out: ByteWriter,
  batch: Batch,
  undo: () => void,
  write: (row: number) => void,
): void {
  const before = out.length;
  try {
    for (let i = 0; i < batch.count; i++) {
      const start = out.beginBlock();
      write(batch.selection[i]);
      out.endBlock(start);
      batch.room?.take(out.length - start);
    }
  } catch (error) {
    out.length = before;
    undo();
    throw error;
  }
}

/** The rows that `rowReducer` has written. */
export async function* decodedRows(parts: AsyncIterable<Uint8Array>, codec: RowCodec): AsyncGenerator<Batch> {
  const starts = new Uint32Array(rowsPerBatch);
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      let count = 0;
      const end = Math.min(part.length, at + bytesPerBatch);
      for (; count < rowsPerBatch && at < end; at = recordEnd(part, at)) starts[count++] = at + 4;
      yield codec.read(part, starts.subarray(0, count));
    }
    discard(part);
  }
}
