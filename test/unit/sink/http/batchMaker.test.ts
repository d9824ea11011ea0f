import assert from 'node:assert/strict';
import { lineEnds } from '../../../../src/engine/lineEnds.ts';
import type { Batch } from '../../../../src/engine/sink/http/batch.ts';
import { BatchMaker } from '../../../../src/engine/sink/http/batchMaker.ts';
import type { RowPlaces } from '../../../../src/engine/sink/http/rowPlaces.ts';
import { randomFrom } from '../../../support/sample.ts';

interface Told {
  readonly lines: string;
  readonly rows: readonly string[];
  readonly numbers: readonly number[];
  readonly offsets: readonly (number | undefined)[];
}

describe('batches of rows', () => {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

  function told(batch: Batch): Told {
    const rows = Array.from({ length: batch.count }, (_, row) => row);
    return {
      lines: text(batch.lines),
      rows: rows.map((row) => text(batch.text(row))),
      numbers: rows.map((row) => batch.place(row).row),
      offsets: rows.map((row) => batch.place(row).offset),
    };
  }

  /** Of rows whose `offset` is their number among all. */
  const placesFrom = (first: number): RowPlaces => ({
    at: (row) => ({ record: undefined, line: undefined, offset: first + row, key: undefined }),
  });

  /** A piece in memory of its own, as it comes from a worker. */
  const pieceOf = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join(''));

  it('are the same wherever pieces begin and end, and whether or not it is known where rows do', () => {
    const random = randomFrom(7);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 300; round++) {
      const lines = Array.from(
        { length: below(40) },
        (_, n) => `{"n":${n},"é":"${'x'.repeat(below(30))}"}\n`,
      );
      // The last line of a file need not have a line end.
      if (lines.length > 0 && random() < 0.5) lines.push(lines.pop()?.slice(0, -1) ?? '');
      const size = { rows: 1 + below(9), bytes: random() < 0.5 ? 1e9 : 1 + below(200) };
      const made = [false, true].map((known) => {
        const maker = new BatchMaker(size);
        const batches: Told[] = [];
        for (let at = 0; at < lines.length;) {
          const to = Math.min(lines.length, at + 1 + below(20));
          const piece = pieceOf(lines.slice(at, to));
          for (const batch of maker.add(piece, placesFrom(at), known ? lineEnds(piece) : undefined)) {
            batches.push(told(batch));
            batch.done();
          }
          at = to;
        }
        for (const batch of maker.finish()) batches.push(told(batch));
        return batches;
      });
      assert.deepEqual(made[1], made[0]);
      const all = made[0].flatMap(({ rows }) => rows);
      assert.deepEqual(
        all,
        lines.map((line) => line.replace('\n', '')),
      );
      const numbers = lines.map((_, n) => n);
      assert.deepEqual(
        made[0].flatMap(({ offsets }) => offsets),
        numbers,
      );
      assert.deepEqual(
        made[0].flatMap((batch) => batch.numbers),
        numbers.map((n) => n + 1),
      );
      for (const [at, { rows, lines }] of made[0].entries()) {
        const isLast = at === made[0].length - 1;
        const length = Buffer.byteLength(lines);
        assert.ok(rows.length <= size.rows);
        assert.ok(isLast || rows.length === size.rows || length >= size.bytes, 'a batch ends too early');
        assert.ok(length - Buffer.byteLength(rows.at(-1) ?? '') - 1 < size.bytes, 'a batch ends too late');
      }
    }
  });

  it('show the bytes of a piece, which are given back when the last of them is done', () => {
    const piece = pieceOf(Array.from({ length: 7 }, (_, n) => `{"n":${n}}\n`));
    const maker = new BatchMaker({ rows: 3, bytes: 1e9 });
    const batches = [...maker.add(piece, undefined, lineEnds(piece))];
    assert.deepEqual(
      batches.map(({ lines }) => lines.buffer === piece.buffer),
      [true, true],
    );
    const [first, second] = batches;
    first.done();
    assert.equal(text(second.text(2)), '{"n":5}');
    second.done();
    assert.equal(piece.length, 0);
    assert.deepEqual([...maker.finish()].map(told), [
      { lines: '{"n":6}\n', rows: ['{"n":6}'], numbers: [7], offsets: [undefined] },
    ]);
  });

  it('keep the bytes of a piece that a connection may still look at', () => {
    const piece = pieceOf(['{"n":0}\n', '{"n":1}\n']);
    const [first, second] = new BatchMaker({ rows: 1, bytes: 1e9 }).add(piece, undefined, lineEnds(piece));
    first.mayBeRead();
    first.done();
    second.done();
    assert.equal(text(piece), '{"n":0}\n{"n":1}\n');
  });
});
