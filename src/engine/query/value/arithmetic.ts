import { asNumber, asTime } from './compare.ts';
import { add, divide, divideWhole, multiply, negate, remainder, subtract, type Numeric } from './decimal.ts';
import { JsonList } from './json.ts';
import { joinTexts, longestList, ValueTooLongError } from './longText.ts';
import { addInterval, asDay, Interval, subtractTimes, Timestamp } from './time.ts';
import type { ArithmeticOperator } from '../syntax/tree.ts';
import { isNumeric, textOf, type Value } from './value.ts';

type NumberOperator = Exclude<ArithmeticOperator, '||'>;

/** Exact for + - * // %; `/` rounds to a double. Undefined by zero, and where a result is beyond every double. */
const operations: Record<NumberOperator, (a: Numeric, b: Numeric) => Numeric | undefined> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '//': divideWhole,
  '%': remainder,
};

/** NULL where an operand is NULL or the operator has no meaning for the two. */
export function calculate(operator: ArithmeticOperator, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (operator === '||') return concatenate(a, b);
  if (isNumeric(a) && isNumeric(b)) return operations[operator](a, b) ?? null;
  if (operator === '+' || operator === '-') {
    const time = calculateTime(operator, a, b);
    if (time !== undefined) return time;
  }
  if (operator === '*' && (a instanceof Interval || b instanceof Interval)) return scale(a, b);
  const x = asNumber(a);
  const y = x === undefined ? undefined : asNumber(b);
  if (x !== undefined && y !== undefined) return operations[operator](x, y) ?? null;
  // Fields of a file are texts, whatever they hold.
  return operator === '-' && typeof a === 'string' && typeof b === 'string' ? between(a, b) : null;
}

export function negativeOf(value: Value): Value {
  if (value instanceof Interval) return new Interval(-value.months, -value.days, -value.micros);
  const number = asNumber(value);
  return number === undefined ? null : negate(number);
}

function concatenate(a: Exclude<Value, null>, b: Exclude<Value, null>): Value {
  if (a instanceof JsonList && b instanceof JsonList) {
    if (a.items.length + b.items.length > longestList)
      throw new ValueTooLongError('||', longestList, 'items');
    return new JsonList([...a.items, ...b.items]);
  }
  return joinTexts('||', [textOf(a), textOf(b)]);
}

/** Undefined where neither operand has to do with time. */
function calculateTime(operator: '+' | '-', a: Value, b: Value): Value | undefined {
  const sign = operator === '+' ? 1 : -1;
  if (a instanceof Interval && b instanceof Interval) {
    return new Interval(a.months + sign * b.months, a.days + sign * b.days, a.micros + sign * b.micros);
  }
  if (b instanceof Interval) {
    const time = asTime(a);
    return time === undefined ? null : (addInterval(time, b, sign) ?? null);
  }
  if (a instanceof Interval && operator === '+') return calculateTime('+', b, a);
  if (a instanceof Timestamp || b instanceof Timestamp) {
    // A date and a number of days.
    if (a instanceof Timestamp && a.date && isNumeric(b)) return asDay(a, b, sign) ?? null;
    if (operator === '+') return null;
    return between(a, b);
  }
  return undefined;
}

/** From a time to an earlier one: days between two dates. NULL where one of them is no time. */
function between(later: Value, earlier: Value): Value {
  const to = asTime(later);
  const from = to && asTime(earlier);
  if (to === undefined || from === undefined) return null;
  return to.date && from.date ? Math.round((to.ms - from.ms) / 86_400_000) : subtractTimes(to, from);
}

function scale(a: Value, b: Value): Value {
  const interval = a instanceof Interval ? a : b;
  const factor = asNumber(a instanceof Interval ? b : a);
  if (!(interval instanceof Interval) || typeof factor !== 'number') return null;
  const { months, days, micros } = interval;
  const round = (value: number): number => Math.trunc(value);
  return new Interval(round(months * factor), round(days * factor), Math.round(micros * factor));
}
