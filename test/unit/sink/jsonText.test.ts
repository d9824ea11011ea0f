import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteBuilder } from '../../../src/engine/byteBuilder.ts';
import { appendJsonString, appendOnOneLine, appendUnescaped } from '../../../src/engine/sink/jsonText.ts';
import { anyCharacter } from '../../support/anyCharacter.ts';
import { jsonText } from '../../support/jsonText.ts';

function built(append: (out: ByteBuilder) => void): string {
  const out = new ByteBuilder();
  append(out);
  return Buffer.from(out.view()).toString();
}

const text = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\0', '\u2028', 'é', '😀', 'x'.repeat(70_000)) }),
);

describe('JSON text', () => {
  it('says any text as a string that JSON.parse reads', () => {
    fc.assert(
      fc.property(text, fc.nat(3), (content, margin) => {
        const bytes = Buffer.from(`${'"'.repeat(margin)}${content}${'"'.repeat(margin)}`);
        const written = built((out) => appendJsonString(out, bytes, margin, bytes.length - margin));
        assert.equal(JSON.parse(written), content);
      }),
    );
  });

  it('unescapes as JSON.parse does', () => {
    const unit = fc.constantFrom(
      'a',
      'é',
      '\\n',
      '\\/',
      '\\"',
      '\\\\',
      '\\u00e9',
      '\\uD83D',
      '\\ude00',
      '\\u0000',
    );
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const bytes = Buffer.from(`"${units.join('')}"\\`);
        const parsed = JSON.parse(bytes.subarray(0, -1).toString()) as string;
        assert.equal(
          built((out) => appendUnescaped(out, bytes, 1, bytes.length - 2)),
          Buffer.from(parsed).toString(),
        );
      }),
    );
  });

  it('puts a value on one line', () => {
    const space = fc.constantFrom('\n', '\r\n  ', ' ', '\t');
    fc.assert(
      fc.property(jsonText(), space, (line, gap) => {
        const value: unknown = JSON.parse(line);
        const bytes = Buffer.from(JSON.stringify(value, undefined, gap));
        const written = built((out) => appendOnOneLine(out, bytes, 0, bytes.length));
        assert.equal(JSON.stringify(JSON.parse(written)), JSON.stringify(value));
        assert.ok(!/[\r\n]/.test(written));
      }),
    );
  });
});
