import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { wholeBatch, type Batch } from '../../../src/engine/stage/batch.ts';
import { MemoryLimitError } from '../../../src/engine/stage/memoryLimit.ts';
import { inPieces, Pieces } from '../../../src/engine/stage/pieces.ts';

const MB = 1024 * 1024;

/** Takes all rows of a batch, each of which comes to so many bytes; answers the pieces in which they came. */
function taken(pieces: Pieces, rows: number, size: (row: number) => number): number[][] {
  const batch = wholeBatch([], rows);
  const made: number[][] = [];
  for (let from = 0; from < batch.count;) {
    let piece: number[] = [];
    from += pieces.take(batch, from, ({ selection, count, room }: Batch) => {
      piece = [];
      for (const row of selection.subarray(0, count)) {
        room?.take(size(row));
        piece.push(row);
      }
    });
    made.push(piece);
  }
  return made;
}

describe('pieces of a batch', () => {
  it('are the whole of it where little is computed', () => {
    assert.deepEqual(
      taken(new Pieces(), 4, () => 100),
      [[0, 1, 2, 3]],
    );
  });

  it('hold a bounded number of bytes, and every row once, in order', () => {
    const size = (row: number): number => (row % 3 === 0 ? 3 * MB : 100);
    const pieces = taken(new Pieces(), 500, size);
    assert.deepEqual(
      pieces.flat(),
      Array.from({ length: 500 }, (_, row) => row),
    );
    for (const piece of pieces) {
      assert.ok(piece.reduce((sum, row) => sum + size(row), 0) <= 16 * MB);
    }
  });

  it('become large again behind long rows', () => {
    const pieces = new Pieces();
    taken(pieces, 50, () => 15 * MB);
    for (let round = 0; round < 12; round++) taken(pieces, 1000, () => 1);
    assert.equal(taken(pieces, 1000, () => 1).length, 1);
  });

  it('of one row may be longer, up to what can be held', () => {
    assert.deepEqual(
      taken(new Pieces(), 2, () => 100 * MB),
      [[0], [1]],
    );
    assert.throws(() => taken(new Pieces(), 2, () => 1000 * MB), MemoryLimitError);
  });
});

describe('stage/inPieces', () => {
  it('lets a cancel be heard between long texts that are made of one batch', async () => {
    const cancelled = new AbortController();
    let rows = 0;
    const make = ({ count, room }: Batch): void => {
      room?.take(count * 8 * MB);
      rows += count;
    };
    const batches = Readable.from([wholeBatch([], 1000)]);
    setImmediate(() => cancelled.abort(new Error('Enough.')));
    await assert.rejects(async () => {
      for await (const piece of inPieces(batches, make, cancelled.signal)) assert.equal(piece, undefined);
    }, /Enough\./);
    assert.ok(rows <= 4, `${rows} rows`);
  });
});
