import { setImmediate } from 'node:timers/promises';
import { said } from '../../said/said.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import type { Batch } from './batch.ts';
import { Room, RoomExceeded } from './room.ts';

/** What is computed from several rows at once comes to no more than this, in bytes as `Room` counts them. */
const pieceSize = 16 * 1024 * 1024;
/** The same for a single row, which cannot be divided. */
const rowSize = 512 * 1024 * 1024;

/**
 * Divides batches, so that what is computed from their rows has a bound however much a row comes to: a piece that turns
 * out too large is begun again with fewer rows.
 */
export class Pieces {
  /** Rows that are tried at once. */
  #rows = largest;
  /** Bytes that were computed, those of pieces that turned out too large among them. */
  computed = 0;

  /**
   * Carries something out on some of the batch's rows, from the `from`-th selected one on; answers on how many.
   * @param make given a piece with a `room`; it must leave nothing behind where that is exceeded
   * @throws MemoryLimitError where a single row is too much
   */
  take(batch: Batch, from: number, make: (piece: Batch) => void): number {
    for (;;) {
      const count = Math.min(this.#rows, batch.count - from);
      const selection = from === 0 ? batch.selection : batch.selection.subarray(from);
      const room = new Room(count === 1 ? rowSize : pieceSize);
      try {
        make({ ...batch, selection, count, room });
        this.computed += room.used;
      } catch (error) {
        this.computed += room.used;
        if (!(error instanceof RoomExceeded)) throw error;
        if (count === 1) throw new MemoryLimitError(tooLarge);
        this.#rows = Math.max(1, count >> 2);
        continue;
      }
      if (count === this.#rows && room.used < pieceSize / 4) this.#rows = Math.min(largest, this.#rows * 2);
      return count;
    }
  }
}

const largest = 1 << 20;

const tooLarge = said`What the query makes of a single row takes more than ${rowSize / 1024 ** 2} MB of memory.`;

/**
 * What is made of each piece of the batches. Short records can be made into many long texts without a moment in which
 * anything else is heard, so there is one after every few pieces of such.
 * @throws the signal's reason
 */
export async function* inPieces<T>(
  batches: AsyncIterable<Batch>,
  make: (piece: Batch) => T,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const pieces = new Pieces();
  for await (const batch of batches) {
    for (let from = 0; from < batch.count;) {
      const made: T[] = [];
      from += pieces.take(batch, from, (piece) => made.push(make(piece)));
      yield* made;
      if (pieces.computed < pieceSize) continue;
      pieces.computed = 0;
      await setImmediate();
      signal.throwIfAborted();
    }
  }
}
