import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { createJsonlKernel, type JsonlRequest } from '../../../src/engine/kernel/jsonlKernel.ts';
import { jsonText } from '../../support/jsonText.ts';
import { sampleText } from '../../support/sample.ts';
import { nearlyUtf8 } from '../../support/utf8.ts';

describe('JSONL kernel', () => {
  const kernel = createJsonlKernel();
  const status = { column: 0, below: [0], names: [] };
  const root = {
    column: undefined,
    below: [0],
    names: [{ utf8: new TextEncoder().encode('status'), node: status }],
  };
  const request = { columns: [{ numeric: true }], root, maxDepth: 1024, maxRecordLength: 1_000_000 };

  function suspects(text: Uint8Array, of: JsonlRequest = request): number {
    kernel.reserve(text.length).set(text);
    const lines = { length: text.length, from: 0, until: text.length, final: true };
    return kernel.scan(lines, of).faulty;
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

  /** Whether records that hold these bytes are suspected: all of 66, in which they stand at every place of a block. */
  function suspectsBytes(bytes: readonly number[]): boolean {
    // 65 bytes a line: in each the bytes stand at the next place of a block.
    const line = Buffer.from(`"${'x'.repeat(62)}"\n`);
    line.set(bytes, 30);
    const count = suspects(Buffer.concat(Array.from({ length: 66 }, () => line)));
    const what = bytes.map((byte) => byte.toString(16)).join(' ');
    assert.ok(count === 0 || count === 66, `${count} of 66 with ${what}`);
    assert.equal(count > 0, !isUtf8(line), what);
    return count > 0;
  }

  it('suspects what is not UTF-8, wherever in its blocks two bytes past ASCII stand', () => {
    for (let first = 0x80; first <= 0xff; first++) {
      for (let second = 0x70; second <= 0xff; second += first < 0xc0 || first > 0xdf ? 7 : 1) {
        suspectsBytes([first, second]);
      }
    }
  });

  it('suspects what is not UTF-8 in characters of three and four bytes, and in no other', () => {
    const edges = [0x7f, 0x80, 0xbf, 0xc0];
    let whole = 0;
    for (let first = 0xe0; first <= 0xff; first++) {
      for (let second = 0x7f; second <= 0xc0; second++) {
        for (const third of edges) {
          if (!suspectsBytes([first, second, third])) whole++;
          for (const fourth of edges) if (!suspectsBytes([first, second, third, fourth])) whole++;
        }
      }
    }
    // Three bytes may begin with 960 pairs, four with 256 (RFC 3629); an ASCII character may stand behind the three.
    assert.equal(whole, 2 * 960 * 2 + 4 * 256);
  });

  for (const [how, maxDepth] of [
    ['by their shape', request.maxDepth],
    ['token by token', 4],
  ] as const) {
    it(`suspects what is not UTF-8 wherever it stands by itself, in records that are read ${how}`, () => {
      // Lines of four blocks, of which only one holds other bytes than ASCII.
      const plain = Buffer.from(`"${'x'.repeat(253)}"\n`);
      const lines = Buffer.concat(Array.from({ length: 6 }, () => plain));
      for (const bytes of nearlyUtf8) {
        for (let place = 3 * plain.length + 60; place < 3 * plain.length + 130; place++) {
          const text = Buffer.from(lines);
          text.set(bytes, place);
          const found = suspects(text, { ...request, maxDepth });
          assert.equal(found, isUtf8(text) ? 0 : 1, `${bytes.join(' ')} at ${place}`);
        }
      }
    });
  }

  it('suspects a record with an escape in a name, wherever names and texts of a list begin and end', () => {
    const long = fc
      .array(fc.constantFrom('x', '"', '\\', 'n\n', 'é', ' '.repeat(61), 'y'.repeat(64)), { maxLength: 12 })
      .map((parts) => parts.join(''));
    const element = fc.record({ text: long, isName: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.array(element, { maxLength: 6 }), { minLength: 1, maxLength: 5 }), (lines) => {
        const texts = lines.map((elements) =>
          JSON.stringify(elements.map(({ text, isName }) => (isName ? { [text]: 1 } : text))),
        );
        const escaped = lines.filter((elements) =>
          elements.some(({ text, isName }) => isName && JSON.stringify(text).includes('\\')),
        );
        assert.equal(suspects(new TextEncoder().encode(`${texts.join('\n')}\n`)), escaped.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('looks for the end of a text in a list once, however long it is and whatever is escaped in it', function () {
    // It takes milliseconds; once for each block, twenty seconds.
    this.timeout(10_000);
    const text = Buffer.from(`["${'\\"é'.repeat(512 * 1024)}"]\n`);
    assert.equal(suspects(text, { ...request, maxRecordLength: text.length }), 0);
  });

  it('suspects a malformed record and no other', () => {
    assert.equal(suspects(new TextEncoder().encode('{"a":1}\n{"a":1\n[1]\n')), 1);
  });
});
