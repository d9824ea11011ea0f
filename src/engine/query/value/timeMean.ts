import { addedIntervals, Interval, readIsoInterval, readTime, timeAt, Timestamp } from './time.ts';
import type { Value } from './value.ts';

/**
 * The time or the interval that a value is to a mean: itself, or a text by ISO 8601. Other texts of intervals, such as
 * `5 m`, may as well be something else.
 */
export function momentOf(value: Value): Timestamp | Interval | undefined {
  const moment = typeof value === 'string' ? (readTime(value) ?? readIsoInterval(value)) : value;
  if (moment instanceof Timestamp) return moment;
  // One that is beyond every number is none.
  return moment instanceof Interval && partsOfInterval(moment).every(Number.isFinite) ? moment : undefined;
}

/** Whole numbers that say what a time or an interval is: they can be added up. */
export type MomentParts = readonly [number, number, number];
type SummedParts = readonly [bigint, bigint, bigint];

export function partsOfTime({ ms, nanos }: Timestamp): MomentParts {
  const micros = Math.floor(nanos / 1000);
  return [ms, micros, nanos - micros * 1000];
}

export function partsOfInterval({ months, days, micros }: Interval): MomentParts {
  return [months, days, micros];
}

/**
 * The mean of times whose parts have been added up. In microseconds, and in nanoseconds where one of the times has some: the
 * nearest one, and of two the earlier one, as DuckDB has it from 1970 on.
 */
export function meanTime([ms, micros, nanos]: SummedParts, count: number): Timestamp | undefined {
  const unit = nanos === 0n ? 1000n : 1n;
  const sum = (ms * 1_000_000n + micros * 1000n + nanos) / unit;
  const of = BigInt(count);
  const rest = ((sum % of) + of) % of;
  const below = (sum - rest) / of;
  return timeOfNanos((rest * 2n > of ? below + 1n : below) * unit);
}

function timeOfNanos(nanos: bigint): Timestamp | undefined {
  const rest = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return timeAt(Number((nanos - rest) / 1_000_000n), Number(rest));
}

function nanosOf({ ms, nanos }: Timestamp): bigint {
  return BigInt(ms) * 1_000_000n + BigInt(nanos);
}

/** The sum of intervals whose parts have been added up. */
export function intervalOfParts([months, days, micros]: SummedParts): Interval {
  return new Interval(Number(months), Number(days), Number(micros));
}

/** Their mean: what is left of months goes over to days, and what is left of days to the time, a month as 30 days. */
export function meanInterval(sum: SummedParts, count: number): Interval {
  return shareOfInterval(sum, 1n, BigInt(count));
}

/** What lies between two times at a fraction of the way, in microseconds or, as the mean, in nanoseconds. */
export function timeBetween(low: Timestamp, high: Timestamp, fraction: number): Timestamp | undefined {
  const unit = low.nanos % 1000 === 0 && high.nanos % 1000 === 0 ? 1000n : 1n;
  const from = nanosOf(low);
  const way = ((nanosOf(high) - from) / unit) * partOf(fraction);
  const whole = way / whole53;
  const twice = (way % whole53) * 2n;
  // As DuckDB rounds: a half to the even number.
  const isUp = twice > whole53 || (twice === whole53 && whole % 2n === 1n);
  const time = timeOfNanos(from + (isUp ? whole + 1n : whole) * unit);
  return low.zoned && high.zoned ? time?.toZoned() : time;
}

export function intervalBetween(low: Interval, high: Interval, fraction: number): Interval {
  const [from, to] = [wholesOf(low), wholesOf(high)];
  const way: SummedParts = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  return addedIntervals(low, shareOfInterval(way, partOf(fraction), whole53), 1);
}

/** A fraction is a whole number of such parts. */
const whole53 = 2n ** 53n;

function partOf(fraction: number): bigint {
  return BigInt(Math.round(fraction * 2 ** 53));
}

function wholesOf({ months, days, micros }: Interval): SummedParts {
  return [BigInt(months), BigInt(days), BigInt(micros)];
}

/** So much of an interval, the microseconds to the nearest one. */
function shareOfInterval([months, days, micros]: SummedParts, part: bigint, of: bigint): Interval {
  const allMonths = months * part;
  const allDays = (allMonths % of) * 30n + days * part;
  const allMicros = (allDays % of) * 86_400_000_000n + micros * part;
  const half = allMicros < 0n ? -of / 2n : of / 2n;
  return intervalOfParts([allMonths / of, allDays / of, (allMicros + half) / of]);
}
