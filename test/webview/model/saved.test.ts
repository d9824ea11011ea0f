import assert from 'node:assert/strict';
import fc from 'fast-check';
import { freshPage, readSaved, type SavedPage } from '../../../src/webview/model/saved.ts';

describe('webview/model/saved', () => {
  it('reads back what was kept', () => {
    const page: SavedPage = {
      version: 2,
      query: 'a > 1',
      took: 1234,
      columns: { order: ['b', 'a'], hidden: ['c'], pinned: ['b'], widths: { a: 120 } },
      place: { top: 12.5, active: { row: 20, path: 'a' }, anchor: { row: 7, path: 'b' }, shape: 'rows' },
      side: 'problems',
      plots: true,
      timeline: true,
      split: 0.5,
    };
    assert.deepEqual(readSaved(JSON.parse(JSON.stringify(page))), page);
  });

  it('takes a fresh page for what it does not know', () => {
    for (const state of [undefined, null, 7, 'x', [], {}, { version: 1 }])
      assert.deepEqual(readSaved(state), freshPage);
  });

  it('takes what is missing, and what is not as it should be, from a fresh page', () => {
    assert.deepEqual(readSaved({ version: 2 }), freshPage);
    assert.equal(freshPage.place.active.row, 0);
    for (const number of [-1, NaN, Infinity, '7', null]) {
      const place = { top: number, active: { row: number, path: 7 }, anchor: { row: number }, shape: 'x' };
      const state = { version: 2, query: 7, took: number, place, side: 'x', plots: 1, timeline: 'true' };
      assert.deepEqual(readSaved({ ...state, split: number }), freshPage, String(number));
    }
    const columns = { order: 'a', hidden: [1, 'b'], widths: { a: 120, b: 0, c: -1, d: '9', e: 0.5 } };
    const read = readSaved({ version: 2, columns, place: { active: { row: 2.7, path: 'a' } } });
    assert.deepEqual(read.columns, { order: [], hidden: ['b'], pinned: [], widths: { a: 120, e: 0.5 } });
    assert.deepEqual(read.place.active, { row: 2, path: 'a' });
  });

  it('keeps each side, and the share of the window within its bounds', () => {
    for (const side of ['detail', 'column', 'problems', 'none'])
      assert.equal(readSaved({ version: 2, side }).side, side);
    const splits = [0.1, 0.15, 0.5, 0.8, 0.9].map((split) => readSaved({ version: 2, split }).split);
    assert.deepEqual(splits, [0.15, 0.15, 0.5, 0.8, 0.8]);
  });

  it('never fails, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(2),
          query: fc.anything(),
          took: fc.anything(),
          columns: fc.anything(),
          place: fc.oneof(
            fc.anything(),
            fc.record({ active: fc.anything(), anchor: fc.anything(), shape: fc.anything() }),
          ),
          side: fc.anything(),
          split: fc.anything(),
        }),
        (state) => {
          const { split, place, columns } = readSaved(state);
          assert(split >= 0.15 && split <= 0.8);
          for (const { row, path } of [place.active, place.anchor]) {
            assert(Number.isInteger(row) && row >= 0 && typeof path === 'string');
          }
          assert(['cells', 'rows', 'columns', 'all'].includes(place.shape));
          assert(columns.order.every((path) => typeof path === 'string'));
        },
      ),
    );
  });
});
