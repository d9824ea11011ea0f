import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { createJsonlKernel } from '../../../src/engine/kernel/jsonlKernel.ts';
import { jsonText } from '../../support/jsonText.ts';
import { sampleText } from '../../support/sample.ts';

describe('JSONL kernel', () => {
  const kernel = createJsonlKernel();
  const status = { column: 0, below: [0], names: [] };
  const root = {
    column: undefined,
    below: [0],
    names: [{ utf8: new TextEncoder().encode('status'), node: status }],
  };
  const request = { columns: [{ numeric: true }], root, maxDepth: 1024, maxRecordLength: 1_000_000 };

  function suspects(text: Uint8Array): number {
    kernel.reserve(text.length).set(text);
    const lines = { length: text.length, from: 0, until: text.length, final: true };
    return kernel.scan(lines, request).faulty;
  }

  it('suspects no ordinary record', () => {
    assert.equal(suspects(Buffer.concat([...sampleText('jsonl', 1_000_000)])), 0);
  });

  it('suspects no JSON without escapes in names', () => {
    fc.assert(
      fc.property(jsonText(), (text) => {
        if (!/\\[^"]*"[ \t\r]*:/.test(text)) assert.equal(suspects(new TextEncoder().encode(text)), 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('suspects what is not UTF-8, wherever in its blocks two bytes past ASCII stand', () => {
    for (let first = 0x80; first <= 0xff; first++) {
      for (let second = 0x70; second <= 0xff; second += first < 0xc0 || first > 0xdf ? 7 : 1) {
        // 65 bytes a line: in each the two stand at the next place of a block.
        const line = Buffer.from(`"${'x'.repeat(62)}"\n`);
        line[30] = first;
        line[31] = second;
        const lines = Buffer.concat(Array.from({ length: 66 }, () => line));
        assert.equal(suspects(lines), isUtf8(line) ? 0 : 66, `${first} ${second}`);
      }
    }
  });

  it('suspects a malformed record and no other', () => {
    assert.equal(suspects(new TextEncoder().encode('{"a":1}\n{"a":1\n[1]\n')), 1);
  });
});
