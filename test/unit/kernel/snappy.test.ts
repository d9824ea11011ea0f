import assert from 'node:assert/strict';
import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { compressSnappy } from '../../../src/engine/kernel/snappy.ts';
import { runs } from '../../support/long.ts';

/** Bytes with repetitions near and far, of one byte and of many. */
const bytes = fc
  .array(
    fc.record({
      piece: fc.uint8Array({ maxLength: 70 }),
      times: fc.oneof(fc.nat(3), fc.nat(3000)),
      other: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.flatMap(({ piece, times, other }) =>
        Array.from({ length: times }, (_, at) => (other ? Buffer.from([...piece, at & 0xff]) : piece)),
      ),
    ),
  );

describe('bytes that are compressed by Snappy', () => {
  it('are what the library makes of them, and read back as they were', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const compressed = compressSnappy(input);
        assert.ok(Buffer.from(compressed).equals(snappyCompress(input)));
        const output = new Uint8Array(input.length);
        if (input.length > 0) snappyUncompress(compressed, output);
        assert.ok(input.equals(output));
      }),
      { numRuns: runs(200, 20_000) },
    );
  });

  it('may be of any length below those that fill a table, and beyond what a copy reaches', () => {
    const text = Buffer.from(Array.from({ length: 40_000 }, (_, at) => `${at % 977},${at};`).join(''));
    for (const length of [
      0,
      1,
      2,
      14,
      15,
      16,
      17,
      31,
      32,
      33,
      60,
      61,
      255,
      256,
      65_535,
      65_536,
      text.length,
    ]) {
      const input = text.subarray(0, length);
      assert.ok(Buffer.from(compressSnappy(input)).equals(snappyCompress(input)), String(length));
    }
  });
});
