import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ColumnInfo } from '../../../src/protocol/file.ts';
import {
  laneAt,
  lanesBetween,
  laneOf,
  layOut,
  minWidth,
  noPrefs,
  withHidden,
  withMoved,
  withPinned,
  withWidth,
  type ColumnPrefs,
} from '../../../src/webview/grid/columns.ts';

function columns(...names: string[]): ColumnInfo[] {
  return names.map((name, id) => ({ id, name, path: name, type: 'text' }));
}

const five = columns('a', 'b', 'c', 'd', 'e');
const lay = (prefs: ColumnPrefs, list = five) => layOut(list, prefs, () => 100);
const names = (prefs: ColumnPrefs, list = five) =>
  lay(prefs, list)
    .lanes.map((lane) => lane.column.name)
    .join('');

describe('webview/grid/columns', () => {
  it('lays pinned columns first, hidden ones nowhere', () => {
    const prefs = withHidden(withPinned(withPinned(noPrefs, 'd', true), 'b', true), 'c', true);
    const layout = lay(prefs);
    assert.equal(names(prefs), 'dbae');
    assert.deepEqual(
      [layout.pinned, layout.pinnedWidth, layout.scrolledWidth, layout.hidden],
      [2, 200, 200, 1],
    );
    assert.deepEqual(
      layout.lanes.map((lane) => lane.left),
      [0, 100, 0, 100],
    );
    assert.equal(names(withPinned(prefs, 'd', false)), 'bade');
    assert.equal(names(withHidden(prefs, 'c', false)), 'dbace');
  });

  it('keeps widths within bounds, and those of names that objects have too', () => {
    const odd = columns('__proto__', 'constructor', 'a');
    const prefs = withWidth(noPrefs, 'a', 1);
    assert.deepEqual(
      lay(prefs, odd).lanes.map((lane) => lane.width),
      [100, 100, minWidth],
    );
  });

  it('moves columns to either side', () => {
    const move = (prefs: ColumnPrefs, from: number, to: number) =>
      withMoved(prefs, five, lay(prefs), from, to);
    assert.equal(names(move(noPrefs, 0, 2)), 'bcade');
    assert.equal(names(move(noPrefs, 4, 1)), 'aebcd');
    assert.equal(names(move(move(noPrefs, 0, 4), 4, 0)), 'abcde');
    assert.equal(move(noPrefs, 2, 2), noPrefs);
    assert.equal(move(noPrefs, 2, 9), noPrefs);
  });

  it('pins and unpins what is moved across the edge', () => {
    const pinned = withPinned(noPrefs, 'c', true);
    const into = withMoved(pinned, five, lay(pinned), 3, 0);
    assert.deepEqual([names(into), into.pinned], ['dcabe', ['d', 'c']]);
    const out = withMoved(pinned, five, lay(pinned), 0, 2);
    assert.deepEqual([names(out), out.pinned], ['abcde', []]);
  });

  it('puts columns that are seen later at the end, also where others were moved', () => {
    const moved = withMoved(noPrefs, five, lay(noPrefs), 0, 4);
    assert.equal(names(moved, [...five, ...columns('a', 'b', 'c', 'd', 'e', 'f').slice(5)]), 'bcdeaf');
  });

  it('keeps every column exactly once through any changes', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('move' as const), from: fc.nat(6), to: fc.nat(6) }),
      fc.record({
        kind: fc.constantFrom('pin' as const, 'hide' as const),
        path: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        on: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let prefs = noPrefs;
        for (const change of steps) {
          if (change.kind === 'move') prefs = withMoved(prefs, five, lay(prefs), change.from, change.to);
          else if (change.kind === 'pin') prefs = withPinned(prefs, change.path, change.on);
          else prefs = withHidden(prefs, change.path, change.on);
        }
        const layout = lay(prefs);
        const shown = layout.lanes.map((lane) => lane.column.path);
        assert.deepEqual([...shown, ...prefs.hidden].sort(), ['a', 'b', 'c', 'd', 'e']);
        assert(layout.lanes.every((lane, index) => lane.pinned === index < layout.pinned));
      }),
    );
  });

  it('finds the lanes in sight as a search through all of them would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }),
        fc.nat(3),
        fc.nat(9000),
        fc.nat(2000),
        (widths, pins, left, span) => {
          const list = columns(...widths.map((_, index) => `c${index}`));
          const pinned = list.slice(0, pins).map((column) => column.path);
          const layout = layOut(list, { ...noPrefs, pinned }, (column) => widths.at(column.id) ?? 0);
          const [from, to] = lanesBetween(layout, left, left + span);
          const seen = layout.lanes.flatMap((lane, index) =>
            !lane.pinned && lane.left + lane.width > left && lane.left < left + span ? [index] : [],
          );
          assert.deepEqual(
            Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index),
            seen,
          );
        },
      ),
    );
  });

  it('knows the lane under a place', () => {
    const layout = lay(withPinned(noPrefs, 'c', true));
    assert.equal(laneAt(layout, -1, 0), -1);
    assert.equal(laneAt(layout, 50, 300), 0);
    assert.equal(laneAt(layout, 150, 0), 1);
    assert.equal(laneAt(layout, 150, 249), 3);
    assert.equal(laneAt(layout, 150, 250), 4);
    assert.equal(laneAt(layout, 5000, 0), 4);
    assert.equal(laneOf(layout, 2), 0);
    assert.equal(laneOf(layout, 99), -1);
  });
});
