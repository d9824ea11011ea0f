import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesIn, fieldsOf, message, textIn, WireError } from '../../../src/engine/remote/wire.ts';

describe('Protocol Buffers on the wire', () => {
  it('writes the example of the documentation', () => {
    assert.deepEqual([...message([1, 150])], [0x08, 0x96, 0x01]);
    assert.deepEqual([...message([2, 'testing'])], [0x12, 7, ...Buffer.from('testing')]);
  });

  it('reads what it has written', () => {
    const value = fc.oneof(
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
    );
    const fields = fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), value));
    fc.assert(
      fc.property(fields, (written) => {
        const read = [...fieldsOf(message(...written))];
        assert.equal(read.length, written.length);
        for (const [i, [number, value]] of written.entries()) {
          assert.equal(read[i].number, number);
          if (typeof value === 'number') assert.equal(read[i].value, value);
          else assert.deepEqual(Buffer.from(read[i].bytes), Buffer.from(value));
        }
      }),
    );
  });

  it('passes over fields of a fixed length, and takes the last of a number', () => {
    const bytes = Buffer.concat([
      Buffer.from([0x0d, 1, 2, 3, 4, 0x09, 1, 2, 3, 4, 5, 6, 7, 8]),
      message([3, 'first'], [3, 'last']),
    ]);
    assert.equal(textIn(bytes, 3), 'last');
    assert.equal(bytesIn(bytes, 4), undefined);
    assert.equal(textIn(bytes, 4), '');
  });

  it('refuses messages that are cut short', () => {
    for (const bytes of [[0x08], [0x08, 0x96], [0x12, 7, 1], [0x0b]]) {
      assert.throws(() => [...fieldsOf(Uint8Array.from(bytes))], WireError);
    }
  });
});
