import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chosenRecords } from '../../../src/engine/tools/chosenRecords.ts';

describe('records chosen at random', () => {
  it('are so many different ones of those there are, in order, and the same for a seed', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(200), fc.nat(), (total, size, seed) => {
        const chosen = chosenRecords(total, size, seed);
        assert.equal(chosen.length, Math.min(total, size));
        assert.ok(chosen.every((record, at) => record < total && (at === 0 || record > chosen[at - 1])));
        assert.deepEqual(chosenRecords(total, size, seed), chosen);
      }),
    );
  });

  it('are as likely as any others', () => {
    const [total, size, seeds] = [20, 5, 20_000];
    const counts = new Array<number>(total).fill(0);
    for (let seed = 0; seed < seeds; seed++)
      for (const record of chosenRecords(total, size, seed)) counts[record]++;
    const expected = (seeds * size) / total;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 19 degrees of freedom: one in a thousand is above 43.8.
    assert.ok(chi < 43.8, `chi-squared ${chi}`);
  });
});
