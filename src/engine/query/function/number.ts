import { said } from '../../../said/said.ts';
import { asNumber, extreme } from '../value/compare.ts';
import { compareNumbers, negate, remainder, rounded, toDouble, type Numeric } from '../value/decimal.ts';
import { ceilNumber, floorNumber, roundNumber, truncateNumber } from '../value/round.ts';
import type { ScalarFunction } from './scalar.ts';
import { whole } from './argument.ts';

/** A function of one number; NULL where the value is none, or the result is. */
function ofNumber(compute: (value: Numeric) => Numeric | undefined): ScalarFunction['evaluate'] {
  return ([value]) => {
    const number = asNumber(value);
    return number === undefined ? null : (compute(number) ?? null);
  };
}

/** The same with a double, as the standard library of C has it. */
function ofDouble(compute: (value: number) => number): ScalarFunction['evaluate'] {
  return ofNumber((value) => rounded(compute(toDouble(value))));
}

export const numberFunctions: readonly ScalarFunction[] = [
  {
    name: 'abs',
    group: 'number',
    gives: 'number',
    signature: 'abs(number)',
    summary: said`The absolute value.`,
    example: ['abs(-1.5)', '1.5'],
    evaluate: ofNumber((value) => (compareNumbers(value, 0) < 0 ? negate(value) : value)),
  },
  {
    name: 'round',
    group: 'number',
    gives: 'number',
    signature: 'round(number, digits?)',
    summary: said`Rounds to a number of digits after the decimal point (before it if negative), half away from zero.`,
    example: ['round(2.345, 2)', '2.35'],
    evaluate: ([value, digits = 0]) => {
      const number = asNumber(value);
      const places = whole(digits);
      return number === undefined || places === undefined ? null : roundNumber(number, places);
    },
  },
  {
    name: 'floor',
    group: 'number',
    gives: 'number',
    signature: 'floor(number)',
    summary: said`The largest whole number that is not greater.`,
    example: ['floor(-1.5)', '-2'],
    evaluate: ofNumber(floorNumber),
  },
  {
    name: 'ceil',
    group: 'number',
    gives: 'number',
    signature: 'ceil(number)',
    summary: said`The smallest whole number that is not less.`,
    example: ['ceil(1.2)', '2'],
    evaluate: ofNumber(ceilNumber),
  },
  {
    name: 'trunc',
    group: 'number',
    gives: 'number',
    signature: 'trunc(number, digits?)',
    summary: said`The number without its fraction, or with a number of digits after the decimal point (before it if negative).`,
    example: ['trunc(-1.78, 1)', '-1.7'],
    evaluate: ([value, digits = 0]) => {
      const number = asNumber(value);
      const places = whole(digits);
      return number === undefined || places === undefined ? null : truncateNumber(number, places);
    },
  },
  {
    name: 'sign',
    group: 'number',
    gives: 'number',
    signature: 'sign(number)',
    summary: said`-1, 0 or 1.`,
    example: ['sign(-3)', '-1'],
    evaluate: ofNumber((value) => Math.sign(compareNumbers(value, 0))),
  },
  {
    name: 'mod',
    group: 'number',
    gives: 'number',
    signature: 'mod(number, divisor)',
    summary: said`The remainder of a division, with the sign of the number. The same as %.`,
    example: ['mod(7, 3)', '1'],
    evaluate: ([value, divisor]) => {
      const a = asNumber(value);
      const b = asNumber(divisor);
      return a === undefined || b === undefined ? null : (remainder(a, b) ?? null);
    },
  },
  {
    name: 'sqrt',
    group: 'number',
    gives: 'number',
    signature: 'sqrt(number)',
    summary: said`The square root. NULL for a negative number.`,
    example: ['sqrt(9)', '3'],
    evaluate: ofDouble(Math.sqrt),
  },
  {
    name: 'pow',
    group: 'number',
    gives: 'number',
    signature: 'pow(number, exponent)',
    summary: said`The number raised to a power.`,
    example: ['pow(2, 10)', '1024'],
    evaluate: ([value, exponent]) => {
      const a = asNumber(value);
      const b = asNumber(exponent);
      return a === undefined || b === undefined ? null : (rounded(toDouble(a) ** toDouble(b)) ?? null);
    },
  },
  {
    name: 'exp',
    group: 'number',
    gives: 'number',
    signature: 'exp(number)',
    summary: said`e raised to a power.`,
    example: ['exp(0)', '1'],
    evaluate: ofDouble(Math.exp),
  },
  {
    name: 'ln',
    group: 'number',
    gives: 'number',
    signature: 'ln(number)',
    summary: said`The natural logarithm. NULL for zero and negative numbers.`,
    example: ['ln(1)', '0'],
    evaluate: ofDouble(Math.log),
  },
  {
    name: 'log10',
    group: 'number',
    gives: 'number',
    signature: 'log10(number)',
    summary: said`The logarithm to base 10. NULL for zero and negative numbers.`,
    example: ['log10(1000)', '3'],
    evaluate: ofDouble(Math.log10),
  },
  {
    name: 'log2',
    group: 'number',
    gives: 'number',
    signature: 'log2(number)',
    summary: said`The logarithm to base 2. NULL for zero and negative numbers.`,
    example: ['log2(8)', '3'],
    evaluate: ofDouble(Math.log2),
  },
  {
    name: 'greatest',
    group: 'any',
    signature: 'greatest(value, ...)',
    summary: said`The largest of the values. NULL is ignored.`,
    example: ['greatest(1, NULL, 3)', '3'],
    seesNull: true,
    keepsLoose: true,
    compares: true,
    evaluate: (values, compare) => extreme(values, 1, compare),
  },
  {
    name: 'least',
    group: 'any',
    signature: 'least(value, ...)',
    summary: said`The smallest of the values. NULL is ignored.`,
    example: ['least(1, NULL, 3)', '1'],
    seesNull: true,
    keepsLoose: true,
    compares: true,
    evaluate: (values, compare) => extreme(values, -1, compare),
  },
];
