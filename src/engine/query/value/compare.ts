import { compareNumbers, readNumber, type Numeric } from './decimal.ts';
import { JsonList, JsonObject } from './json.ts';
import { compareTimes, Interval, readInterval, readTime, timeOfEpoch, Timestamp } from './time.ts';
import { isNumeric, typeOf, type Value } from './value.ts';

/** Negative, zero or positive; undefined where the two cannot be compared. */
export type Compare = (a: Value, b: Value) => number | undefined;

/**
 * Code point order, which is the order of the UTF-8 bytes; `<` on JavaScript strings differs where surrogates meet
 * U+E000 to U+FFFF.
 */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Lifts surrogates over all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Compares two values that are not NULL: negative, zero or positive, or undefined where the two cannot be compared,
 * which a query sees as NULL. Beside a number, a time, an interval or a boolean, a text is read as one; where it is none,
 * the two cannot be compared. A number beside a time is read as time since 1970. Two different objects give NaN: they
 * are not equal, and neither comes first.
 */
export function compareValues(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (a === null || b === null) return undefined;
  if (isNumeric(a)) {
    if (b instanceof Timestamp) return compareAs(timeOfEpoch(a), b, compareTimes);
    return compareAs(a, asNumber(b), compareNumbers);
  }
  if (isNumeric(b)) return flip(compareValues(b, a));
  if (typeof a === 'boolean') return compareAs(a, asBoolean(b), (x, y) => Number(x) - Number(y));
  if (typeof b === 'boolean') return flip(compareValues(b, a));
  if (a instanceof Timestamp) return compareAs(a, asTime(b), compareTimes);
  if (b instanceof Timestamp) return flip(compareValues(b, a));
  if (a instanceof Interval) return compareAs(a, asInterval(b), (x, y) => intervalSize(x) - intervalSize(y));
  if (b instanceof Interval) return flip(compareValues(b, a));
  if (a instanceof JsonList && b instanceof JsonList) return compareLists(a, b);
  if (a instanceof JsonObject && b instanceof JsonObject) return sameMembers(a, b) ? 0 : NaN;
  return undefined;
}

/**
 * Two fields of a CSV, which have no type of their own: as numbers where both read as one, else as texts.
 */
export function compareLoose(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    const x = readNumber(a);
    const y = x === undefined ? undefined : readNumber(b);
    if (x !== undefined && y !== undefined) return compareNumbers(x, y);
  }
  return compareValues(a, b);
}

/** Two fields of a CSV in the order of ORDER BY: those that read as numbers before texts. */
export function compareFields(a: Value, b: Value): number | undefined {
  const x = typeof a === 'string' ? (readNumber(a) ?? a) : a;
  const y = typeof b === 'string' ? (readNumber(b) ?? b) : b;
  return compareAlike(x, y) ?? compareTexts(typeOf(x), typeOf(y));
}

function flip(order: number | undefined): number | undefined {
  return order === undefined ? undefined : -order;
}

function compareAs<T>(
  a: T | undefined,
  b: T | undefined,
  compare: (a: T, b: T) => number,
): number | undefined {
  return a === undefined || b === undefined ? undefined : compare(a, b);
}

/** The number that a value is beside a number. */
export function asNumber(value: Value): Numeric | undefined {
  if (isNumeric(value)) return value;
  return typeof value === 'string' ? readNumber(value) : undefined;
}

/** The boolean that a value is beside a boolean. */
export function asBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The point in time that a value is beside one. */
export function asTime(value: Value): Timestamp | undefined {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'string') return readTime(value) ?? epochIn(value);
  return isNumeric(value) ? timeOfEpoch(value) : undefined;
}

/** The interval that a value is beside one. */
export function asInterval(value: Value): Interval | undefined {
  if (value instanceof Interval) return value;
  return typeof value === 'string' ? readInterval(value) : undefined;
}

/** Nine digits and more, so that years and days written without dashes are no seconds since 1970. */
function epochIn(text: string): Timestamp | undefined {
  if (!/^\s*\d{9,19}(?:\.\d+)?\s*$/.test(text)) return undefined;
  const number = readNumber(text);
  return number === undefined ? undefined : timeOfEpoch(number);
}

/** What a value says as a condition: a number says whether it is not 0. */
export function truthOf(value: Value): boolean | null {
  if (typeof value === 'boolean') return value;
  if (isNumeric(value)) return value !== 0;
  return asBoolean(value) ?? null;
}

/** Microseconds, a month taken as 30 days. */
export function intervalSize({ months, days, micros }: Interval): number {
  return (months * 30 + days) * 86_400_000_000 + micros;
}

/** @param compare how two items are compared of which neither is NULL */
export function compareLists(a: JsonList, b: JsonList, compare: Compare = compareAlike): number | undefined {
  const length = Math.min(a.items.length, b.items.length);
  for (let at = 0; at < length; at++) {
    const order = compareMembers(a.items[at], b.items[at], compare);
    if (order !== 0) return order;
  }
  return a.items.length - b.items.length;
}

/** Inside a list NULL equals NULL and comes last. Undefined for values of different types. */
export function compareMembers(a: Value, b: Value, compare: Compare = compareAlike): number | undefined {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compare(a, b);
}

/** Undefined for values of different types. */
export function compareAlike(a: Value, b: Value): number | undefined {
  return typeOf(a) === typeOf(b) ? compareValues(a, b) : undefined;
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  if (a.members.size !== b.members.size) return false;
  for (const [key, value] of a.members) {
    const other = b.members.get(key);
    if (other === undefined || !sameMember(value, other)) return false;
  }
  return true;
}

function sameMember(a: Value, b: Value): boolean {
  return a === null || b === null ? a === b : typeOf(a) === typeOf(b) && compareValues(a, b) === 0;
}

/** Whether a text has UTF-8 bytes: an escape can write half a surrogate pair, which has none. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The smallest (-1) or largest (1) of the values that are not NULL. */
export function extreme(values: readonly Value[], wanted: 1 | -1, compare: Compare = compareValues): Value {
  let best: Value = null;
  for (const value of values) {
    if (value === null) continue;
    if (best === null || Math.sign(compare(value, best) ?? 0) === wanted) best = value;
  }
  return best;
}
