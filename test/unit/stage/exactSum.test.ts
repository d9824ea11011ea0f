import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExactSums } from '../../../src/engine/stage/aggregate/exactSum.ts';
import { ByteReader, ByteWriter } from '../../../src/engine/stage/bytes.ts';

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

  it('adds doubles as their shortest decimals, in any order and divided in any way', () => {
    const double = fc
      .oneof(
        fc.double({ min: -1e100, max: 1e100, noNaN: true }),
        fc.double({ min: -1000, max: 1000, noNaN: true }),
        fc.integer({ min: -1e9, max: 1e9 }).map((whole) => whole / 100),
        fc.constantFrom(1e21, 123456789012345680000, 1.5e-99, 9007199254740991, -9007199254740993.5, 1e-7),
      )
      // A sum of more than 400 digits is rounded.
      .map((value) => (Math.abs(value) < 1e-100 ? 0 : value));
    fc.assert(
      fc.property(
        fc.array(fc.array(double, { maxLength: 30 }), { maxLength: 4 }),
        fc.nat({ max: 3 }),
        (parts, left) => {
          const all = new ExactSums();
          all.reserve(1);
          for (const [at, values] of parts.entries()) {
            const one = new ExactSums();
            one.reserve(1);
            for (const value of values) one.add(0, value);
            if (at === left) for (const value of values) one.subtract(0, value);
            const out = new ByteWriter(64);
            one.write(0, out);
            all.merge(0, new ByteReader(out.view()));
          }
          const exact = parts
            .flatMap((values, at) => (at === left ? [] : values))
            .reduce((sum, value) => sum + scaled(value), 0n);
          const sum = all.sum(0);
          assert.ok(sum !== undefined);
          assert.equal(
            typeof sum === 'number' ? scaled(sum) : sum.coefficient * 10n ** BigInt(sum.exponent + 400),
            exact,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('adds more doubles than fit into one number', () => {
    const sums = new ExactSums();
    sums.reserve(1);
    // 21 digits are the most that are written without an exponent.
    const value = 999999999999999900000;
    for (let i = 0; i < 30_000; i++) sums.add(0, value);
    assert.equal(String(sums.sum(0)), String(999999999999999900000n * 30_000n));
  });
});

/** A double's shortest decimal times 10 to the 400. */
function scaled(value: number): bigint {
  const [mantissa, power = '0'] = String(value).split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(400 + Number(power) - fraction.length);
}
