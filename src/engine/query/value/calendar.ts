import { secondsOf, timeAt, utc, type Interval, type Timestamp } from './time.ts';

/** Parts of a time, and units that it can be cut to. All of them count in UTC. */
const dayMs = 86_400_000;

interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 for Sunday. */
  readonly weekday: number;
  /** Milliseconds since midnight. */
  readonly clock: number;
}

function civil(time: Timestamp): Civil {
  const date = new Date(time.ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    clock: ((time.ms % dayMs) + dayMs) % dayMs,
  };
}

/** Monday of the week, in milliseconds. */
function weekStart(time: Timestamp): number {
  const { weekday, clock } = civil(time);
  return time.ms - clock - ((weekday + 6) % 7) * dayMs;
}

/** Year and number of the week by ISO 8601: week 1 is the one with the year's first Thursday. */
function isoWeek(time: Timestamp): { year: number; week: number } {
  const thursday = weekStart(time) + 3 * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  return { year, week: Math.floor((thursday - utc(year, 0, 1)) / dayMs / 7) + 1 };
}

/** Microseconds since the full minute. */
function microsInMinute(time: Timestamp): number {
  return (civil(time).clock % 60_000) * 1000 + Math.floor(time.nanos / 1000);
}

const parts = new Map<string, (time: Timestamp) => number>([
  ['year', (time) => civil(time).year],
  ['quarter', (time) => Math.ceil(civil(time).month / 3)],
  ['month', (time) => civil(time).month],
  ['day', (time) => civil(time).day],
  ['dow', (time) => civil(time).weekday],
  ['isodow', (time) => civil(time).weekday || 7],
  ['doy', (time) => Math.floor((time.ms - utc(civil(time).year, 0, 1)) / dayMs) + 1],
  ['week', (time) => isoWeek(time).week],
  ['isoyear', (time) => isoWeek(time).year],
  ['hour', (time) => Math.floor(civil(time).clock / 3_600_000)],
  ['minute', (time) => Math.floor(civil(time).clock / 60_000) % 60],
  ['second', (time) => Math.floor(microsInMinute(time) / 1_000_000)],
  ['millisecond', (time) => Math.floor(microsInMinute(time) / 1000)],
  ['microsecond', microsInMinute],
  ['epoch', (time) => (time.ms * 1000 + Math.floor(time.nanos / 1000)) / 1_000_000],
  ['decade', (time) => Math.floor(civil(time).year / 10)],
  ['century', (time) => Math.ceil(civil(time).year / 100)],
]);

export const partNames: readonly string[] = [...parts.keys()];

const partSynonyms = new Map([
  ['dayofweek', 'dow'],
  ['weekday', 'dow'],
  ['dayofyear', 'doy'],
  ['weekofyear', 'week'],
]);

/** `hours` and `Hour` are both `hour`; undefined where it is no part. */
export function partOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const singular = lower.replace(/s$/, '');
  const known = partSynonyms.get(lower) ?? lower;
  return parts.has(known) ? known : parts.has(singular) ? singular : undefined;
}

/** Undefined where there is no such part. */
export function datePart(part: string, time: Timestamp): number | undefined {
  const compute = parts.get(partOf(part) ?? '');
  return compute?.(time);
}

/** Years and months are parts of its months, and hours to microseconds of its time, as DuckDB has them. */
const intervalParts = new Map<string, (interval: Interval) => number>([
  ['year', ({ months }) => months / 12],
  ['quarter', ({ months }) => Math.trunc((months % 12) / 3) + 1],
  ['month', ({ months }) => months % 12],
  ['day', ({ days }) => days],
  ['hour', ({ micros }) => micros / 3_600_000_000],
  ['minute', ({ micros }) => (micros / 60_000_000) % 60],
  ['second', ({ micros }) => (micros / 1_000_000) % 60],
  ['millisecond', ({ micros }) => (micros / 1000) % 60_000],
  ['microsecond', ({ micros }) => micros % 60_000_000],
  ['decade', ({ months }) => months / 120],
  ['century', ({ months }) => months / 1200],
]);

/** Undefined where an interval has no such part. */
export function intervalPart(part: string, interval: Interval): number | undefined {
  const name = partOf(part) ?? '';
  if (name === 'epoch') return secondsOf(interval);
  const value = intervalParts.get(name)?.(interval);
  return value === undefined ? undefined : Math.trunc(value) + 0;
}

/** The beginning of the unit that the time lies in; undefined where there is no such unit. */
export function truncateTime(unit: string, time: Timestamp): Timestamp | undefined {
  const { year, month, clock } = civil(time);
  const midnight = time.ms - clock;
  switch (unit) {
    case 'microsecond':
      return timeAt(time.ms, time.nanos - (time.nanos % 1000));
    case 'millisecond':
      return timeAt(time.ms, 0);
    case 'second':
      return timeAt(midnight + clock - (clock % 1000), 0);
    case 'minute':
      return timeAt(midnight + clock - (clock % 60_000), 0);
    case 'hour':
      return timeAt(midnight + clock - (clock % 3_600_000), 0);
    case 'day':
      return timeAt(midnight, 0);
    case 'week':
      return timeAt(weekStart(time), 0);
    case 'month':
      return timeAt(utc(year, month - 1, 1), 0);
    case 'quarter':
      return timeAt(utc(year, month - 1 - ((month - 1) % 3), 1), 0);
    case 'year':
      return timeAt(utc(year, 0, 1), 0);
    case 'decade':
      return timeAt(utc(year - (((year % 10) + 10) % 10), 0, 1), 0);
    case 'century':
      return timeAt(utc(year - (((year % 100) + 100) % 100), 0, 1), 0);
    default:
      return undefined;
  }
}

/** Monday, and the first day of a month, from which intervals are counted. */
const firstMonday = utc(2000, 0, 3);
const firstMonth = 2000 * 12;

/**
 * The beginning of the interval of this width that the time lies in, as DuckDB counts them; undefined where the width is
 * not positive, or has both months and other parts.
 */
export function bucketOf(width: Interval, time: Timestamp): Timestamp | undefined {
  const { months, days, micros } = width;
  if (months > 0 && days === 0 && micros === 0) {
    const { year, month } = civil(time);
    const since = year * 12 + month - 1 - firstMonth;
    return timeAt(utc(2000, Math.floor(since / months) * months, 1), 0);
  }
  const size = BigInt(days) * 86_400_000_000n + BigInt(Math.round(micros));
  if (months !== 0 || size <= 0n) return undefined;
  const at = BigInt(time.ms - firstMonday) * 1000n + BigInt(Math.floor(time.nanos / 1000));
  const rest = at % size;
  const start = at - rest - (rest < 0n ? size : 0n);
  const part = ((start % 1000n) + 1000n) % 1000n;
  return timeAt(firstMonday + Number((start - part) / 1000n), Number(part) * 1000);
}

export function lastDayOf(time: Timestamp): Timestamp | undefined {
  const { year, month } = civil(time);
  return timeAt(utc(year, month, 0), 0, true);
}

/** How many beginnings of the unit lie between two times; undefined where there is no such unit. */
export function timeDifference(unit: string, from: Timestamp, to: Timestamp): number | undefined {
  const a = civil(from);
  const b = civil(to);
  const months = (b.year - a.year) * 12 + b.month - a.month;
  switch (unit) {
    case 'year':
      return b.year - a.year;
    case 'quarter':
      return (b.year - a.year) * 4 + Math.ceil(b.month / 3) - Math.ceil(a.month / 3);
    case 'month':
      return months;
    case 'decade':
      return Math.floor(b.year / 10) - Math.floor(a.year / 10);
    case 'century':
      return Math.floor(b.year / 100) - Math.floor(a.year / 100);
    case 'week':
      return (weekStart(to) - weekStart(from)) / (7 * dayMs);
    case 'microsecond':
      return (to.ms - from.ms) * 1000 + Math.floor(to.nanos / 1000) - Math.floor(from.nanos / 1000);
    default: {
      const size = sizes.get(unit);
      return size === undefined ? undefined : Math.floor(to.ms / size) - Math.floor(from.ms / size);
    }
  }
}

const sizes = new Map([
  ['millisecond', 1],
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', dayMs],
]);
