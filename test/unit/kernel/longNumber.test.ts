/** Numbers of 16 and 17 digits, which the kernel reads where they are the shortest decimals of their doubles. */
import assert from 'node:assert/strict';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import { numberOf } from '../../../src/engine/query/value/decimal.ts';
import { randomFrom } from '../../support/sample.ts';

describe('the kernel and long numbers', () => {
  const scanner = createKernelJsonlScanner();
  const fields = [{ path: ['n'], numeric: true }];

  function numbersOf(texts: readonly string[]): Float64Array {
    const text = Buffer.from(texts.map((number) => `{"n":${number}}`).join('\n'));
    scanner.reserve(text.length).set(text);
    const { length } = text;
    return scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields }).fields[0].numbers;
  }

  const random = randomFrom(11);
  const bits = new DataView(new ArrayBuffer(8));

  function anyDouble(): number {
    bits.setUint32(0, Math.floor(random() * 2 ** 32));
    bits.setUint32(4, Math.floor(random() * 2 ** 32));
    return bits.getFloat64(0);
  }

  function usualDouble(): number {
    return (random() - 0.5) * 10 ** Math.floor(random() * 20 - 8);
  }

  /** One of the doubles beside it, or itself. */
  function beside(value: number): number {
    bits.setFloat64(0, value);
    bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(Math.floor(random() * 5 - 2)));
    return bits.getFloat64(0);
  }

  const kinds: Readonly<Record<string, () => string>> = {
    'doubles as JavaScript writes them': () => String(usualDouble()),
    'doubles of any size': () => String(anyDouble()),
    'doubles to 17 digits, of which fewer may do': () => usualDouble().toPrecision(17),
    'doubles to 16 digits, which may be those of others': () => usualDouble().toPrecision(16),
    'any 17 digits': () =>
      `0.${String(Math.floor(random() * 1e9) + 1e8)}${String(Math.floor(random() * 1e9))}`,
    'doubles near powers of two': () => String(beside(2 ** Math.floor(random() * 100 - 50))),
    'whole numbers past 2^53': () =>
      String(BigInt(Math.floor(random() * 1e9)) * BigInt(Math.floor(random() * 1e8))),
    'numbers with zeros behind': () => `${usualDouble().toFixed(Math.floor(random() * 8))}000000000`,
    'short decimals in the last digit': () =>
      `${Math.floor(random() * 1000)}.${'0'.repeat(13)}${Math.floor(random() * 100)}`,
  };
  for (const [name, make] of Object.entries(kinds)) {
    it(`reads as what they are, or leaves to the text: ${name}`, () => {
      const texts = Array.from({ length: 20_000 }, () => make()).filter((text) => /^-?\d/.test(text));
      const numbers = numbersOf(texts);
      for (const [at, text] of texts.entries()) {
        const value = numberOf(text);
        const got = numbers[at];
        if (!Number.isNaN(got)) assert.equal(got, value, `${text} is read as ${got}`);
      }
    });
  }

  it('leaves few of those that programs write', () => {
    const texts = Array.from({ length: 20_000 }, () => String(random() * 1000));
    const left = numbersOf(texts).filter((number) => Number.isNaN(number)).length;
    assert.ok(left < 0.03 * texts.length, `${left} of ${texts.length} are left`);
  });
});
