import assert from 'node:assert/strict';
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

  it('suspects a malformed record and no other', () => {
    assert.equal(suspects(new TextEncoder().encode('{"a":1}\n{"a":1\n[1]\n')), 1);
  });
});
