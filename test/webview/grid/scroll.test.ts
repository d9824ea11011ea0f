import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  endRow,
  exactEnd,
  firstRow,
  maxCanvas,
  mustSettle,
  pageRows,
  scaleOf,
  scrolled,
  smallMove,
  startOf,
  type ScrollMove,
  type ScrollState,
} from '../../../src/webview/grid/scroll.ts';

const rowHeight = 22;
const viewport = 700;
const sizes = [0, 1, 2, 31, 32, 1e3, 363_636, 363_700, 1e6, 1e9];

function at(rows: number, ...moves: ScrollMove[]): ScrollState {
  return moves.reduce(scrolled, startOf(scaleOf(rows, rowHeight, viewport)));
}

function native(position: number, thumb = false): ScrollMove {
  return { type: 'native', native: position, thumb };
}

describe('webview/grid/scroll', () => {
  for (const rows of sizes) {
    describe(`${rows.toLocaleString('en')} rows`, () => {
      const scale = scaleOf(rows, rowHeight, viewport);

      it('keeps the canvas within what a browser can hold', () => {
        assert(scale.canvas <= maxCanvas);
        assert(scale.canvas >= viewport);
        assert.equal(scale.topMax, Math.max(0, rows * rowHeight - viewport));
      });

      it('reaches the first and the last row by the thumb', () => {
        const end = at(rows, native(scale.nativeMax, true));
        assert.equal(endRow(end), rows);
        assert.equal(end.top, scale.topMax);
        const back = scrolled(end, native(0, true));
        assert.deepEqual([back.top, back.native, firstRow(back)], [0, 0, 0]);
      });

      it('reaches both ends by small moves, however it got near them', () => {
        for (const from of [0.5, 0.001, 0.999]) {
          let state = at(rows, native(scale.nativeMax * from, true));
          const near = Math.max(0, scale.topMax - 200_000);
          state = scrolled(state, { type: 'to', top: near });
          for (let notch = 0; notch < 3000 && state.top < scale.topMax; notch++) {
            state = scrolled(state, native(state.native + 100));
          }
          assert.equal(state.top, scale.topMax);
          assert.equal(endRow(state), rows);
          state = scrolled(state, { type: 'to', top: Math.min(scale.topMax, 200_000) });
          for (let notch = 0; notch < 3000 && state.top > 0; notch++) {
            state = scrolled(state, native(state.native - 100));
          }
          assert.equal(state.top, 0);
        }
      });

      it('moves by a wheel notch as many pixels as the notch has', () => {
        for (const share of [0.1, 0.5, 0.9]) {
          const state = at(rows, native(scale.nativeMax * share, true));
          const down = scrolled(state, native(state.native + 100));
          assert.equal(
            down.top,
            Math.min(scale.topMax, state.top + Math.min(100, scale.nativeMax - state.native)),
          );
          assert(Math.abs(firstRow(down) - firstRow(state)) <= 5);
          const up = scrolled(down, native(down.native - 100));
          assert(Math.abs(up.top - state.top) < 1e-3 || up.top === 0);
        }
      });

      it('shows the next page without gap or overlap on Page Down', () => {
        const step = pageRows(scale) * rowHeight;
        const first = at(rows, { type: 'to', top: Math.floor(rows / 2) * rowHeight });
        const next = scrolled(first, { type: 'by', pixels: step });
        assert.equal(next.top, Math.min(scale.topMax, first.top + step));
      });

      it('leaves the rows where they are when scrolling rests', () => {
        const state = at(rows, native(scale.nativeMax / 2, true), native(scale.nativeMax / 2 + 90));
        assert.equal(scrolled(state, { type: 'settle' }).top, state.top);
      });

      it('reveals any row whole, and only as far as it must', () => {
        for (const row of [0, 1, Math.floor(rows / 3), rows - 1].filter((row) => row >= 0 && row < rows)) {
          const state = at(rows, { type: 'to', top: scale.topMax / 2 }, { type: 'reveal', row });
          assert(state.top <= row * rowHeight);
          assert(state.top + viewport >= (row + 1) * rowHeight);
          assert.deepEqual(scrolled(state, { type: 'reveal', row }), state);
        }
      });

      it('reveals a row that is far away with its neighbours, and a near one by the shortest way', () => {
        if (rows < 1000) return;
        const middle = Math.floor(rows / 2);
        const far = at(rows, { type: 'reveal', row: middle });
        assert(firstRow(far) < middle - 5 && endRow(far) > middle + 5);
        const next = scrolled(far, { type: 'reveal', row: endRow(far) + 1 });
        assert.equal(next.top, far.top + (endRow(far) + 2) * rowHeight - (far.top + viewport));
      });

      it('shows no row outside of the view', () => {
        for (const share of [0, 0.3, 1]) {
          const state = at(rows, native(scale.nativeMax * share, true));
          assert(firstRow(state) >= 0);
          assert(endRow(state) <= rows);
          assert(endRow(state) - firstRow(state) <= Math.ceil(viewport / rowHeight) + 1);
        }
      });
    });
  }

  it('lands by the thumb where the scale says', () => {
    const half = at(1e9, native(scaleOf(1e9, rowHeight, viewport).nativeMax / 2, true));
    assert(Math.abs(firstRow(half) - 5e8) < 20);
  });

  it('takes a leap for the thumb even where nobody saw the pointer', () => {
    const state = at(1e9, { type: 'to', top: 11e9 });
    const leapt = scrolled(state, native(state.native + smallMove + 1));
    assert(leapt.top - state.top > 1e6);
    const stepped = scrolled(state, native(state.native + smallMove));
    assert.equal(stepped.top - state.top, smallMove);
  });

  it('turns a page where the pointer is pressed beside the thumb', () => {
    const state = at(1e9, { type: 'to', top: 11e9 });
    const paged = scrolled(state, native(state.native + viewport * 0.875, true));
    assert(Math.abs(paged.top - state.top - viewport * 0.875) < 1e-3);
  });

  it('asks to settle before small moves run out of room', () => {
    let state = at(1e9, { type: 'to', top: 11e9 });
    let settled = 0;
    for (let notch = 0; notch < 100_000; notch++) {
      const before = state.top;
      state = scrolled(state, native(state.native - 1000));
      assert.equal(before - state.top, 1000);
      if (mustSettle(state)) {
        state = scrolled(state, { type: 'settle' });
        settled++;
      }
    }
    assert(settled > 0 && settled < 1000);
  });

  it('keeps the row at the upper edge when rows or heights change', () => {
    const state = at(1e9, { type: 'to', top: 22 * 777_777 });
    const grown = scrolled(state, { type: 'scale', scale: scaleOf(2e9, rowHeight, 500), keep: -1 });
    assert.equal(firstRow(grown), 777_777);
    const larger = scrolled(state, { type: 'scale', scale: scaleOf(1e9, 30, viewport), keep: -1 });
    assert.equal(firstRow(larger), 777_777);
    const fewer = scrolled(state, { type: 'scale', scale: scaleOf(100, rowHeight, viewport), keep: -1 });
    assert.equal(endRow(fewer), 100);
  });

  it('keeps a row in sight when the height shrinks, and leaves one alone that was out of sight', () => {
    const state = at(1e9, { type: 'reveal', row: 999_999_999 });
    const lower = scaleOf(1e9, rowHeight, viewport - 60);
    assert.equal(endRow(scrolled(state, { type: 'scale', scale: lower, keep: 999_999_999 })), 1e9);
    const elsewhere = scrolled(state, { type: 'scale', scale: lower, keep: 5 });
    assert.equal(firstRow(elsewhere), firstRow(state));
  });

  it('keeps its promises through any moves', () => {
    const move = fc.oneof(
      fc.record({
        type: fc.constant('native' as const),
        native: fc.double({ min: -10, max: maxCanvas, noNaN: true }),
        thumb: fc.boolean(),
      }),
      fc.record({
        type: fc.constant('by' as const),
        pixels: fc.double({ min: -1e10, max: 1e10, noNaN: true }),
      }),
      fc.record({ type: fc.constant('reveal' as const), row: fc.nat(1e9) }),
      fc.record({ type: fc.constant('settle' as const) }),
    );
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 3000 }), fc.array(move), (rows, height, moves) => {
        const scale = scaleOf(rows, rowHeight, height);
        const end = moves.reduce<ScrollState>(scrolled, startOf(scale));
        assert(end.top >= 0 && end.top <= scale.topMax);
        assert(end.native >= 0 && end.native <= scale.nativeMax);
        const settled = scrolled(end, { type: 'settle' });
        assert.equal(settled.top, end.top);
        // Where it settles, the thumb put at the same place lands on the same row.
        const again = scrolled(startOf(scale), native(settled.native, true));
        const slack = scale.topMax > scale.nativeMax ? Math.max(1, scale.topMax * 1e-9) : 0.001;
        if (settled.native > height) assert(Math.abs(again.top - end.top) <= slack);
        if (end.top <= Math.min(exactEnd, scale.nativeMax / 4)) assert.equal(settled.native, end.top);
      }),
    );
  });
});
