import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rawPieces } from '../../../src/webview/problems/raw.ts';

describe('webview/problems/raw', () => {
  it('shows bytes that are no UTF-8, and the place of the fault', () => {
    const raw = Uint8Array.of(0x61, 0xe9, 0x62, 0xc3, 0xa9, 0xff);
    assert.deepEqual(rawPieces(raw, 3), [
      { kind: 'text', text: 'a', here: false },
      { kind: 'byte', text: '\\xE9', here: false },
      { kind: 'text', text: 'b', here: false },
      { kind: 'text', text: '\u00e9', here: true },
      { kind: 'byte', text: '\\xFF', here: false },
    ]);
  });

  it('shows UTF-8 as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const found = rawPieces(new TextEncoder().encode(text), -1);
        assert.equal(found.map((piece) => piece.text).join(''), text);
        assert(found.every((piece) => piece.kind === 'text'));
      }),
    );
  });

  it('takes any bytes, a byte at least at a time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (raw, at) => {
        const found = rawPieces(raw, at);
        assert.equal(found.filter((piece) => piece.here).length > 0, at < raw.length);
      }),
    );
  });
});
