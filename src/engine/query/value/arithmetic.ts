import { asInterval, asNumber, asTime } from './compare.ts';
import { add, divide, divideWhole, multiply, negate, remainder, subtract, type Numeric } from './decimal.ts';
import { JsonList } from './json.ts';
import { joinTexts, longestList, ValueTooLongError } from './longText.ts';
import { addedIntervals, addInterval, asDay, Interval, readTime, subtractTimes, Timestamp } from './time.ts';
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
  if (operator !== '+' && operator !== '-') return null;
  return dayBeside(operator, a, b) ?? beside(operator, a, b);
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
    return addedIntervals(a, b, sign);
  }
  if (b instanceof Interval) {
    const time = asTime(a);
    if (time !== undefined) return addInterval(time, b, sign) ?? null;
    const interval = asInterval(a);
    return interval === undefined ? null : addedIntervals(interval, b, sign);
  }
  if (a instanceof Interval && operator === '+') return calculateTime('+', b, a);
  if (a instanceof Timestamp || b instanceof Timestamp) {
    return dayBeside(operator, a, b) ?? beside(operator, a, b);
  }
  return undefined;
}

/** A date and a number of days; undefined where it is not that. */
function dayBeside(operator: '+' | '-', a: Value, b: Value): Timestamp | undefined {
  const date = dateIn(a);
  if (date === undefined)
    return operator === '+' && dateIn(b) !== undefined ? dayBeside('+', b, a) : undefined;
  // So many digits in a text are a time since 1970.
  const days = isNumeric(b) ? b : asTime(b) === undefined ? asNumber(b) : undefined;
  return days === undefined ? undefined : asDay(date, days, operator === '+' ? 1 : -1);
}

function dateIn(value: Value): Timestamp | undefined {
  const time = typeof value === 'string' ? readTime(value) : value;
  return time instanceof Timestamp && time.date ? time : undefined;
}

/** A time and an interval or another time, of which one at least may be a text. */
function beside(operator: '+' | '-', a: Value, b: Value): Value {
  // A text beside a number is none of both: `at - 1` is no time since 1970.
  if ((isNumeric(a) && typeof b === 'string') || (typeof a === 'string' && isNumeric(b))) return null;
  const interval = asInterval(b);
  if (interval !== undefined && asTime(b) === undefined) return calculateTime(operator, a, interval) ?? null;
  if (operator === '-') return between(a, b);
  return asInterval(a) === undefined || asTime(a) !== undefined ? null : beside('+', b, a);
}

/** From a time to an earlier one: days between two dates. NULL where one of them is no time. */
function between(later: Value, earlier: Value): Value {
  const to = asTime(later);
  const from = to && asTime(earlier);
  if (to === undefined || from === undefined) return null;
  return to.date && from.date ? Math.round((to.ms - from.ms) / 86_400_000) : subtractTimes(to, from);
}

/** From a time to an earlier one as an interval, also between two dates; else what `-` gives. */
export function intervalBetween(later: Value, earlier: Value): Value {
  const to = dateIn(later);
  const from = to && dateIn(earlier);
  if (to === undefined || from === undefined) return calculate('-', later, earlier);
  return subtractTimes(to, from);
}

function scale(a: Value, b: Value): Value {
  const interval = a instanceof Interval ? a : b;
  const factor = asNumber(a instanceof Interval ? b : a);
  if (!(interval instanceof Interval) || typeof factor !== 'number') return null;
  const { months, days, micros } = interval;
  const round = (value: number): number => Math.trunc(value);
  return new Interval(round(months * factor), round(days * factor), Math.round(micros * factor));
}
