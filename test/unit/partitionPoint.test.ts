import assert from 'node:assert/strict';
import fc from 'fast-check';
import { partitionPoint } from '../../src/engine/partitionPoint.ts';

describe('the partition point', () => {
  it('is the first number that a condition does not hold for, among as many as there may be', () => {
    const number = fc.nat(2 ** 40);
    fc.assert(
      fc.property(number, number, number, (from, length, first) => {
        const to = from + length;
        const found = partitionPoint(from, to, (at) => at < first);
        assert.equal(found, Math.min(to, Math.max(from, first)));
      }),
    );
  });

  it('is where it looks from, of no numbers', () => {
    assert.equal(
      partitionPoint(3, 3, () => true),
      3,
    );
  });
});
