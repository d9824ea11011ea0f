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
