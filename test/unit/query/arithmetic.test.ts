import assert from 'node:assert/strict';
import { calculate } from '../../../src/engine/query/value/arithmetic.ts';
import { textOf, type Value } from '../../../src/engine/query/value/value.ts';

describe('arithmetic of texts', () => {
  const cases: readonly (readonly [Value, '+' | '-', Value, string | null])[] = [
    // A date and days, two dates, two times, a time and an interval.
    ['2024-05-02', '-', 1, '2024-05-01'],
    [1, '+', '2024-05-02', '2024-05-03'],
    ['2024-05-02', '-', '2024-05-01', '1'],
    ['2024-05-02 10:00:00', '-', '2024-05-01 10:00:00', '1 day'],
    ['2024-05-02 10:00:00', '-', '1 day', '2024-05-01 10:00:00'],
    // A number beside a time or an interval is no time since 1970, and no number of anything.
    ['2024-05-02 10:00:00', '-', 1, null],
    ['2024-05-02 10:00:00', '+', 1, null],
    [5, '-', '2024-05-02', null],
    [5, '-', '2024-05-02 10:00:00', null],
    [5, '+', '1 day', null],
    ['1 day', '-', 5, null],
    [5, '-', '01:30:00', null],
  ];
  for (const [left, operator, right, expected] of cases) {
    it(`is what it says, or NULL: ${textOf(left ?? '')} ${operator} ${textOf(right ?? '')}`, () => {
      const value = calculate(operator, left, right);
      assert.equal(value === null ? null : textOf(value), expected);
    });
  }
});
