import assert from 'node:assert/strict';
import { Fault } from '../../src/engine/fault.ts';
import { faultReason } from '../../src/engine/faultReason.ts';
import { createPlainJsonlScanner } from '../../src/engine/format/json/lines.ts';
import { reasonIn } from '../../src/engine/format/recordBlocks.ts';
import { gatheredWords } from '../support/gatheredWords.ts';

describe('faultReason', () => {
  /** Why the scanner finds a record malformed. */
  function reason(text: string): string {
    const bytes = new TextEncoder().encode(text);
    const scanner = createPlainJsonlScanner();
    scanner.reserve(bytes.length).set(bytes);
    const length = bytes.length;
    return reasonIn(scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields: [] }), 0);
  }

  const cases: Readonly<Record<string, readonly string[]>> = {
    'Single quotes are not JSON; strings and names need double quotes.': ["{'a':1}", `{"a":'x'}`, "['x']"],
    'Comments are not JSON.': ['{"a":1 /* x */}', '// x', '# x', '{"a":1, // x'],
    'This is not a JSON number; of others, NaN, Infinity and -Infinity are read.': [
      ...['{"a":-NaN}', '{"a":+Infinity}', '{"a":-inf}', '[nan]', '[INF, 1]', '[Nan]'],
    ],
    'A comma before a closing bracket is not JSON.': ['{"a":1,}', '{"a":[1, ]}'],
    'True, False and None are not JSON; it has true, false and null.': ['{"a":True}', '[None]'],
    'undefined is not JSON.': ['{"a":undefined}'],
    'A name without double quotes is not JSON.': ['{a:1}', '{"a":1, b_c:2}'],
    'A comma or colon is missing.': ['{"a" 1}', '{"a":1 "b":2}', '[1 2]'],
    'This is not a JSON number.': ['{"a":.5}', '{"a":01}', '{"a":+1}'],
    'This is not JSON.': [']', '{"a":=}', '<a>', 'not json at all', 'hello', '{"a":truex}'],
  };

  for (const [words, texts] of Object.entries(cases)) {
    it(words, () => {
      for (const text of texts) assert.equal(reason(text), words, text);
    });
  }

  it('says of each fault something of its own that can be translated', async () => {
    const bundle = await gatheredWords();
    const codes = Object.values(Fault).filter((code) => code !== Fault.None);
    const said = codes.map((code) => faultReason(code, new Uint8Array(), 0).text);
    const unknown = faultReason(200, new Uint8Array(), 0).text;
    assert.deepEqual(
      [...said, unknown, ...Object.keys(cases)].filter((text) => !Object.hasOwn(bundle, text)),
      [],
    );
    assert.equal(new Set([...said, unknown]).size, codes.length + 1);
  });
});
