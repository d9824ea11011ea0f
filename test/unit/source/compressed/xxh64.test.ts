import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Xxh64 } from '../../../../src/engine/source/compressed/xxh64.ts';

describe('XXH64', () => {
  const of = (...parts: readonly Uint8Array[]): number => {
    const hash = new Xxh64();
    for (const part of parts) hash.update(part);
    return hash.low32();
  };

  it('is what others compute', () => {
    for (const [text, low] of [
      ['', 0x51d8e999],
      ['a', 0xa98c6e5b],
      ['abc', 0xad770999],
      ['The quick brown fox jumps over the lazy dog', 0x1fda71bc],
    ] as const) {
      assert.equal(of(Buffer.from(text)), low);
    }
  });

  it('is what the definition says, in whatever pieces the bytes come', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat({ max: 200 }),
        fc.nat({ max: 200 }),
        (bytes, a, b) => {
          const [first, second] = [Math.min(a, b), Math.max(a, b)];
          const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
          assert.equal(of(...parts), Number(defined(bytes) & 0xffffffffn));
        },
      ),
      { numRuns: 500 },
    );
  });
});

const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const cut = (value: bigint): bigint => BigInt.asUintN(64, value);
const turn = (value: bigint, bits: bigint): bigint => cut((value << bits) | (value >> (64n - bits)));
const round = (lane: bigint, word: bigint): bigint => cut(turn(cut(lane + word * p2), 31n) * p1);

/** XXH64 as its specification writes it. */
function defined(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash = p5;
  if (bytes.length >= 32) {
    const lanes = [cut(p1 + p2), p2, 0n, cut(-p1)];
    for (; at + 32 <= bytes.length; at += 32) {
      lanes.forEach((lane, i) => (lanes[i] = round(lane, view.getBigUint64(at + 8 * i, true))));
    }
    hash = lanes.reduce((sum, lane, i) => cut(sum + turn(lane, [1n, 7n, 12n, 18n][i])), 0n);
    for (const lane of lanes) hash = cut((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = cut(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8)
    hash = cut(turn(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
  if (at + 4 <= bytes.length) {
    hash = cut(turn(hash ^ cut(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = cut(turn(hash ^ cut(BigInt(bytes[at]) * p5), 11n) * p1);
  hash = cut((hash ^ (hash >> 33n)) * p2);
  hash = cut((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}
