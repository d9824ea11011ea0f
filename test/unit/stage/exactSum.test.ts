import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExactSums } from '../../../src/engine/stage/aggregate/exactSum.ts';

describe('stage/exactSum', () => {
  it('adds whole numbers in one go as it does one by one', () => {
    const part = fc.record({
      wholes: fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 20 }),
      // Times the number of records it may be past 2^53.
      low: fc.maxSafeInteger().map((low) => low % 1e15),
      scale: fc.nat({ max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const together = new ExactSums();
        const single = new ExactSums();
        for (const { wholes, low, scale } of parts) {
          const sum = wholes.reduce((all, whole) => all + whole, 0);
          together.addWholes(0, sum, wholes.length, low, scale);
          for (const whole of wholes) single.addWholes(0, whole, 1, low, scale);
        }
        assert.equal(String(together.sum(0)), String(single.sum(0)));
        const exact = parts
          .map(
            ({ wholes, low, scale }) =>
              wholes.reduce((all, whole) => all + BigInt(whole) + BigInt(low), 0n) * 10n ** BigInt(6 - scale),
          )
          .reduce((all, whole) => all + whole, 0n);
        single.addWholes(0, 0, 0, 0, 6);
        const written = String(single.sum(0));
        const [whole, decimals = ''] = written.split('.');
        if (!written.includes('e')) assert.equal(BigInt(whole + decimals.padEnd(6, '0')), exact);
      }),
    );
  });
});
