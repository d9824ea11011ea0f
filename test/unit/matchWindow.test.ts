import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  everything,
  isEverything,
  takenOf,
  windowAfter,
  windowAmong,
  windowEnd,
  windowWithin,
  type MatchWindow,
} from '../../src/engine/matchWindow.ts';

const few = fc.integer({ min: 0, max: 12 });
/** More than a window skips and takes. */
const many = fc.integer({ min: 0, max: 30 });
const window: fc.Arbitrary<MatchWindow> = fc.record({
  skip: few,
  take: fc.oneof(few, fc.constant(Infinity)),
});

/** What a window takes of rows, by the arrays' own method. */
function taken<T>(rows: readonly T[], { skip, take }: MatchWindow): readonly T[] {
  return rows.slice(skip, skip + take);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe('a window over rows', () => {
  it('takes as many rows as a slice has', () => {
    fc.assert(
      fc.property(window, many, (given, count) => {
        assert.equal(takenOf(given, count), taken(numbers(count), given).length);
      }),
    );
  });

  it('inside another one takes what a slice of the slice has', () => {
    fc.assert(
      fc.property(window, window, many, (outer, inner, count) => {
        const rows = numbers(count);
        assert.deepEqual(taken(rows, windowWithin(outer, inner)), taken(taken(rows, outer), inner));
      }),
    );
  });

  it('takes the same rows where they come in several pieces', () => {
    fc.assert(
      fc.property(window, fc.array(few, { maxLength: 6 }), (given, counts) => {
        const rows = numbers(counts.reduce((sum, count) => sum + count, 0));
        const found: number[] = [];
        let before = 0;
        for (const count of counts) {
          const piece = rows.slice(before, before + count);
          const among = windowAmong(given, before, count);
          assert.ok(among.take <= count, 'no more than there are');
          assert.deepEqual(taken(piece, windowAfter(given, before)), taken(piece, among));
          found.push(...taken(piece, among));
          before += count;
        }
        assert.deepEqual(found, taken(rows, given));
      }),
    );
  });

  it('takes nothing from its end on', () => {
    fc.assert(
      fc.property(window, few, (given, more) => {
        const end = windowEnd(given);
        fc.pre(end < Infinity);
        assert.equal(windowAfter(given, end + more).take, 0);
        assert.equal(windowAmong(given, end, 5).take, 0);
        if (given.take > 0) assert.equal(windowAfter(given, end - 1).take, 1);
      }),
    );
  });

  it('is everything where it leaves nothing out', () => {
    assert.equal(isEverything(everything), true);
    assert.equal(isEverything({ skip: 1, take: Infinity }), false);
    assert.equal(isEverything({ skip: 0, take: 1e9 }), false);
  });
});
