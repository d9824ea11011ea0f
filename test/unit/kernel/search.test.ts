import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createJsonlKernel } from '../../../src/engine/kernel/jsonlKernel.ts';

describe('kernel search', () => {
  const kernel = createJsonlKernel();

  function found(
    text: Uint8Array,
    needle: Uint8Array,
    foldCase: boolean,
    from: number,
    to: number,
  ): number[] {
    kernel.reserve(text.length).set(text);
    return [...(kernel.search(from, to, { bytes: needle, foldCase }) ?? assert.fail('too long'))];
  }

  /** By comparing at every place. */
  function expected(
    text: Uint8Array,
    needle: Uint8Array,
    foldCase: boolean,
    from: number,
    to: number,
  ): number[] {
    const lower = (byte: number): number => (foldCase && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
    const places: number[] = [];
    for (let at = from; at + needle.length <= to; at++) {
      if (needle.every((byte, index) => lower(byte) === lower(text[at + index]))) places.push(at);
    }
    return places;
  }

  it('finds what comparing at every place finds', () => {
    const text = fc
      .uint8Array({ minLength: 1, maxLength: 300 })
      .map((bytes) => bytes.map((byte) => byte % 5));
    // Bytes that differ in the bit of a letter's case, letters and others.
    const alphabet = [0x41, 0x61, 0x40, 0x60, 0xc1];
    fc.assert(
      fc.property(
        text,
        fc.nat(),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.nat(),
        (numbers, at, length, foldCase, cut) => {
          const bytes = numbers.map((number) => alphabet[number]);
          const start = at % bytes.length;
          const needle = bytes.slice(start, start + length);
          if (foldCase) for (const [index, byte] of needle.entries()) if (byte === 0x61) needle[index] = 0x41;
          const from = cut % bytes.length;
          const to = bytes.length - (cut % (bytes.length - from));
          assert.deepEqual(
            found(bytes, needle, foldCase, from, to),
            expected(bytes, needle, foldCase, from, to),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds more places than it has room for at once', () => {
    const text = new Uint8Array(100_000).fill(0x61);
    assert.equal(found(text, text.subarray(0, 3), false, 0, text.length).length, text.length - 2);
  });

  it('takes a needle of 256 bytes and none that is longer', () => {
    const text = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
    assert.deepEqual(found(text, text.subarray(300, 556), false, 0, 1000), [49, 300, 551]);
    assert.equal(kernel.search(0, 1000, { bytes: text.subarray(0, 257), foldCase: false }), undefined);
  });
});
