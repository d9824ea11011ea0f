import assert from 'node:assert/strict';
import fc from 'fast-check';
import { freshPage, readSaved, type SavedPage } from '../../../src/webview/model/saved.ts';

describe('webview/model/saved', () => {
  it('reads back what was kept', () => {
    const page: SavedPage = {
      version: 1,
      query: 'a > 1',
      columns: { order: ['b', 'a'], hidden: ['c'], pinned: ['b'], widths: { a: 120 } },
      place: { top: 12.5, row: 20, path: 'a' },
      side: 'problems',
      split: 0.5,
    };
    assert.deepEqual(readSaved(JSON.parse(JSON.stringify(page))), page);
  });

  it('takes a fresh page for what it does not know', () => {
    for (const state of [undefined, null, 7, 'x', [], {}, { version: 2 }])
      assert.deepEqual(readSaved(state), freshPage);
  });

  it('never fails, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(1),
          query: fc.anything(),
          columns: fc.anything(),
          place: fc.anything(),
          side: fc.anything(),
          split: fc.anything(),
        }),
        (state) => {
          const { split, place, columns } = readSaved(state);
          assert(split >= 0.15 && split <= 0.8);
          assert(Number.isInteger(place.row) && place.row >= 0);
          assert(columns.order.every((path) => typeof path === 'string'));
        },
      ),
    );
  });
});
