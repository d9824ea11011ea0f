import assert from 'node:assert/strict';
import { onOneLine } from '../../../src/webview/panel/oneLine.ts';

describe('webview/panel/oneLine', () => {
  for (const [query, line] of [
    ['a = 1\n  AND b = 2', 'a = 1 AND b = 2'],
    ['a = 1\r\nAND b\t= 2', 'a = 1 AND b\t= 2'],
    ["a = 'x\ny'", "a = 'x\ny'"],
    ["a = 'it''s\r\n' \nAND b", "a = 'it''s\r\n' AND b"],
    ['"a\nb" = 1\n|> LIMIT 3', '"a\nb" = 1 |> LIMIT 3'],
    ["a -- it's\nAND b", "a /* it's */ AND b"],
    ['a -- of */ two\n\n AND b --', 'a  AND b --'],
    ["a /* it's\nlong */\nAND 'x\n'", "a /* it's long */ AND 'x\n'"],
    ["a = 'x\ny", "a = 'x\ny"],
    ['a -- x', 'a -- x'],
  ] as const) {
    it(JSON.stringify(query), () => {
      assert.equal(onOneLine(query), line);
    });
  }
});
