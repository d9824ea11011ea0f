import assert from 'node:assert/strict';
import { actionOf, type GridAction, type Keystroke, type Step } from '../../../src/webview/grid/keys.ts';
import { navigate, type Focus } from '../../../src/webview/grid/navigate.ts';
import { areaOf, covers, isOneCell, selectCell, within } from '../../../src/webview/grid/selection.ts';

const bounds = { rows: 1_000_000_000, lanes: 5 };

function key(name: string, modifiers = ''): Keystroke {
  return {
    key: name,
    ctrlKey: modifiers.includes('c'),
    metaKey: modifiers.includes('m'),
    shiftKey: modifiers.includes('s'),
    altKey: modifiers.includes('a'),
  };
}

function isStep(action: GridAction | undefined): action is Step {
  return (
    action?.type === 'move' || action?.type === 'page' || action?.type === 'edge' || action?.type === 'select'
  );
}

/** Presses keys, given as "Down", "End:cs", and tells where that leads. */
function press(from: Focus, ...strokes: string[]): Focus {
  return strokes.reduce((focus, stroke) => {
    const [name = '', modifiers = ''] = stroke.split(':');
    const action = actionOf(key(name, modifiers), focus.inHeader);
    assert(isStep(action), `${stroke} leads nowhere`);
    return navigate(focus, action, bounds, 30, 77);
  }, from);
}

function at(row: number, lane: number, inHeader = false): Focus {
  return { selection: selectCell({ row, lane }), inHeader };
}

describe('webview/grid/navigate', () => {
  const cases: readonly [string, Focus, string[], [row: number, lane: number, inHeader?: boolean]][] = [
    ['steps', at(5, 2), ['ArrowDown', 'ArrowRight', 'ArrowDown'], [7, 3]],
    ['stops at the edges', at(0, 4), ['ArrowRight', 'ArrowDown'], [1, 4]],
    ['goes onto the record number', at(3, 0), ['ArrowLeft', 'ArrowLeft'], [3, -1]],
    ['turns pages', at(5, 2), ['PageDown', 'PageDown', 'PageUp'], [35, 2]],
    ['reaches the last row', at(5, 2), ['End'], [999_999_999, 2]],
    ['reaches the first row', at(5, 2), ['Home'], [0, 2]],
    ['reaches the last cell', at(5, 2), ['End:c'], [999_999_999, 4]],
    ['reaches the first cell', at(5, 2), ['Home:c'], [0, 0]],
    ['reaches the last column', at(5, 2), ['ArrowRight:c'], [5, 4]],
    ['goes up into the header', at(0, 2), ['ArrowUp'], [0, 2, true]],
    ['goes along the header', at(9, 2, true), ['ArrowRight', 'ArrowRight:c'], [9, 4, true]],
    ['goes down from the header to what is in sight', at(9, 2, true), ['ArrowDown'], [77, 2]],
  ];
  for (const [name, from, strokes, [row, lane, inHeader = false]] of cases) {
    it(name, () => {
      const focus = press(from, ...strokes);
      assert.deepEqual([focus.selection.active, focus.inHeader], [{ row, lane }, inHeader]);
      assert(isOneCell(focus.selection) === lane >= 0);
    });
  }

  it('stretches the selection with Shift, and gives it up without', () => {
    const stretched = press(at(5, 2), 'ArrowDown:s', 'ArrowLeft:s', 'End:s');
    assert.deepEqual(areaOf(stretched.selection, bounds), { top: 5, bottom: 999_999_999, left: 1, right: 2 });
    assert(isOneCell(press(stretched, 'ArrowUp').selection));
  });

  it('selects rows, columns and everything', () => {
    const row = press(at(5, 2), ' ').selection;
    assert.deepEqual(areaOf(row, bounds), { top: 5, bottom: 5, left: 0, right: 4 });
    const column = press(at(5, 2), ' :c').selection;
    assert.deepEqual(areaOf(column, bounds), { top: 0, bottom: 999_999_999, left: 2, right: 2 });
    const all = press(at(5, 2), 'a:c').selection;
    assert(covers(areaOf(all, bounds), 123_456, 4));
    assert.deepEqual(areaOf(press(at(5, 2), ' ', 'ArrowDown:s').selection, bounds), {
      top: 5,
      bottom: 6,
      left: 0,
      right: 4,
    });
  });

  it('leaves keys alone that are not its own', () => {
    for (const stroke of [key('x'), key('PageDown', 'c'), key('Tab'), key('ArrowLeft', 'a'), key('f', 'c')]) {
      assert.equal(actionOf(stroke, false), undefined);
    }
    assert.deepEqual(actionOf(key('c', 'm'), false), { type: 'copy' });
    assert.deepEqual(actionOf(key('ArrowLeft', 'a'), true), { type: 'resize', pixels: -16 });
    assert.deepEqual(actionOf(key('ArrowLeft', 'cs'), true), { type: 'moveColumn', lanes: -1 });
  });

  it('fits into fewer rows and lanes', () => {
    const selection = selectCell({ row: 900, lane: 4 });
    assert.deepEqual(within(selection, { rows: 10, lanes: 2 }).active, { row: 9, lane: 1 });
    assert.equal(within(selection, bounds), selection);
    assert.deepEqual(within(selection, { rows: 0, lanes: 0 }).active, { row: 0, lane: -1 });
  });
});
