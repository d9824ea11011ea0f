import assert from 'node:assert/strict';
import { CellKind } from '../../../src/protocol/preview.ts';
import { inOneLine, lookOf } from '../../../src/webview/grid/look.ts';

const cell = (kind: number, text: string, cut = false) => ({ kind, text, cut });

describe('webview/grid/look', () => {
  it('shows a list or an object without the layout that it was written in', () => {
    const value = [{ sku: 'S 20', note: 'a "b"\n  c\\', qty: 5 }, []];
    const written = JSON.stringify(value, null, 2);
    assert.equal(inOneLine(cell(CellKind.Json, written)), JSON.stringify(value));
    assert.equal(lookOf(cell(CellKind.Json, written), 1000).text, JSON.stringify(value));
    // What was cut may end within a text.
    for (let end = 0; end <= written.length; end++) {
      const start = inOneLine(cell(CellKind.Json, written.slice(0, end), true));
      if (written.slice(0, end).includes('\n')) assert(JSON.stringify(value).startsWith(start), start);
    }
  });

  it('leaves a value in one line and the line breaks of a text as they are', () => {
    assert.equal(inOneLine(cell(CellKind.Json, '{"a": 1, "b": [ ]}')), '{"a": 1, "b": [ ]}');
    assert.equal(inOneLine(cell(CellKind.Text, '[\n 1]')), '[\n 1]');
  });
});
