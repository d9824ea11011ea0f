import { daysInMonth } from '../../calendar.ts';
import { readNumber, toDouble, type Numeric } from './decimal.ts';

/**
 * A point in time: milliseconds since 1970-01-01T00:00:00Z and nanoseconds (0 to 999,999) within them. A text
 * without an offset is taken as UTC. `date` says that it was made as a date and is written as one, `zoned` that it is known to
 * be that point, and not what the clocks of some zone show: only AT TIME ZONE tells the two apart.
 */
export class Timestamp {
  readonly ms: number;
  readonly nanos: number;
  readonly date: boolean;
  readonly zoned: boolean;

  constructor(ms: number, nanos = 0, date = false, zoned = false) {
    this.ms = ms;
    this.nanos = nanos;
    this.date = date;
    this.zoned = zoned;
  }

  /** Midnight of its day, as a date. */
  toDate(): Timestamp {
    return new Timestamp(this.ms - (((this.ms % 86_400_000) + 86_400_000) % 86_400_000), 0, true);
  }

  /** The same, no longer a date and of no zone. */
  toTimestamp(): Timestamp {
    return new Timestamp(this.ms, this.nanos);
  }

  /** The same as a point in time. */
  toZoned(): Timestamp {
    return new Timestamp(this.ms, this.nanos, false, true);
  }

  toString(): string {
    const iso = new Date(this.ms).toISOString();
    const day = iso.startsWith('-') || iso.startsWith('+') ? iso.slice(0, 13) : iso.slice(0, 10);
    if (this.date) return day;
    const fraction = (iso.slice(day.length + 10, -1) + String(this.nanos).padStart(6, '0')).replace(
      /0+$/,
      '',
    );
    const time = iso.slice(day.length + 1, day.length + 9);
    return fraction === '' ? `${day} ${time}` : `${day} ${time}.${fraction}`;
  }
}

/** Months, days and time are kept apart: a month has no fixed number of days. */
export class Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: number;

  constructor(months: number, days: number, micros: number) {
    this.months = months;
    this.days = days;
    this.micros = micros;
  }

  toString(): string {
    const years = Math.trunc(this.months / 12);
    const months = this.months % 12;
    const parts: string[] = [];
    if (years !== 0) parts.push(`${years} year${Math.abs(years) === 1 ? '' : 's'}`);
    if (months !== 0) parts.push(`${months} month${Math.abs(months) === 1 ? '' : 's'}`);
    if (this.days !== 0) parts.push(`${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}`);
    if (this.micros !== 0 || parts.length === 0) {
      const size = Math.abs(this.micros);
      const seconds = Math.floor(size / 1_000_000);
      const two = (value: number): string => String(value).padStart(2, '0');
      const fraction = String(size % 1_000_000)
        .padStart(6, '0')
        .replace(/0+$/, '');
      const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
      parts.push((this.micros < 0 ? '-' : '') + clock + (fraction === '' ? '' : `.${fraction}`));
    }
    return parts.join(' ');
  }
}

/** The furthest from 1970 that a point in time can be, in milliseconds: what a JavaScript Date holds. */
const maxMs = 8.64e15;

/**
 * ISO 8601 as data has it: a date, or a date and a time joined by T or a space, seconds and up to nine digits of a
 * fraction optional, an offset (Z, +02, +0200, +02:00) optional.
 */
const isoText =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * The point in time that the whole trimmed text is by ISO 8601; undefined where it is none, or no day of the
 * calendar.
 */
export function readTime(text: string): Timestamp | undefined {
  const match = isoText.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const dayMs = daysFromCivil(Number(year), Number(month), Number(day));
  if (dayMs === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60)
    return undefined;
  const digits = fraction.padEnd(9, '0');
  const clock = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  if (clock > 86_400_000) return undefined;
  const ms = dayMs + clock + Number(digits.slice(0, 3)) - offsetMs(offset);
  return new Timestamp(ms, Number(digits.slice(3)), match.at(4) === undefined, match.at(8) !== undefined);
}

/** Milliseconds since 1970 at which a day begins; undefined where the calendar has no such day. */
export function daysFromCivil(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return utc(year, month - 1, day);
}

/** `Date.UTC` without its rule that years below 100 are of the twentieth century. */
export function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || !/^[+-]/.test(offset)) return 0;
  const digits = offset.replace(':', '');
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/**
 * A number as a point in time since 1970: by its size as seconds (below 1e11: to the year 5138), milliseconds
 * (below 1e14), microseconds (below 1e17) or nanoseconds.
 */
export function timeOfEpoch(value: Numeric): Timestamp | undefined {
  const size = Math.abs(toDouble(value));
  if (size > maxMs * 1_000_000) return undefined;
  // What most are, without big numbers.
  if (typeof value === 'number' && size < 1e14 && Number.isInteger(value))
    return timeAt(size < 1e11 ? value * 1000 : value, 0, false, true);
  const nanosPerUnit = size < 1e11 ? 1_000_000_000 : size < 1e14 ? 1_000_000 : size < 1e17 ? 1000 : 1;
  const [whole, fraction = ''] = plainDigits(value).split('.');
  const negative = whole.startsWith('-');
  const digits = fraction.padEnd(9, '0').slice(0, 9);
  const part = (BigInt(digits) * BigInt(nanosPerUnit)) / 1_000_000_000n;
  const nanos = BigInt(whole) * BigInt(nanosPerUnit) + (negative ? -part : part);
  const ms = nanos / 1_000_000n - (nanos % 1_000_000n < 0n ? 1n : 0n);
  return timeAt(Number(ms), Number(nanos - ms * 1_000_000n), false, true);
}

function plainDigits(value: Numeric): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const double = toDouble(value);
  return Math.abs(double) < 1 ? '0' : String(BigInt(Math.trunc(double)));
}

/** Undefined where it is beyond what a date can be. */
export function timeAt(ms: number, nanos: number, date = false, zoned = false): Timestamp | undefined {
  return Math.abs(ms) <= maxMs ? new Timestamp(ms, nanos, date, zoned) : undefined;
}

export function compareTimes(a: Timestamp, b: Timestamp): number {
  return a.ms === b.ms ? a.nanos - b.nanos : a.ms - b.ms;
}

/** Microseconds in a unit of time, its days or its months. */
const units = new Map<string, { months?: number; days?: number; micros?: number }>([
  ['microsecond', { micros: 1 }],
  ['millisecond', { micros: 1000 }],
  ['second', { micros: 1_000_000 }],
  ['minute', { micros: 60_000_000 }],
  ['hour', { micros: 3_600_000_000 }],
  ['day', { days: 1 }],
  ['week', { days: 7 }],
  ['month', { months: 1 }],
  ['quarter', { months: 3 }],
  ['year', { months: 12 }],
  ['decade', { months: 120 }],
  ['century', { months: 1200 }],
]);

const abbreviations = new Map([
  ['us', 'microsecond'],
  ['ms', 'millisecond'],
  ['s', 'second'],
  ['sec', 'second'],
  ['m', 'minute'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['hr', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mon', 'month'],
  ['y', 'year'],
  ['yr', 'year'],
]);

export const unitNames: readonly string[] = [...units.keys()];

/** `days`, `Day` and `d` are all `day`; undefined where it is no unit. */
export function unitOf(text: string): string | undefined {
  const name = text.toLowerCase();
  const singular = name.endsWith('ies')
    ? `${name.slice(0, -3)}y`
    : name.length > 3
      ? name.replace(/s$/, '')
      : name;
  if (units.has(singular)) return singular;
  return abbreviations.get(name) ?? abbreviations.get(singular);
}

export function intervalOf(count: number, unit: string): Interval {
  const { months = 0, days = 0, micros = 0 } = units.get(unit) ?? {};
  const wholeMonths = Math.trunc(count * months);
  const fractionDays = months === 0 ? 0 : (count * months - wholeMonths) * 30;
  const wholeDays = Math.trunc(count * days + fractionDays);
  const restMicros = (count * days + fractionDays - wholeDays) * 86_400_000_000;
  return new Interval(wholeMonths, wholeDays, Math.round(count * micros + restMicros));
}

/** A duration by ISO 8601: of years to seconds each at most once, the last of which may have a fraction. */
const isoDuration =
  /^([+-]?)P(?=.)(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?=.)(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/;
const isoUnits = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'];

/** `1 day`, `2 hours 30 minutes`, `-1 month`, `01:30:00`, `P1DT2H`; undefined where it is none. */
export function readInterval(text: string): Interval | undefined {
  return readIsoInterval(text) ?? readWords(text);
}

/** The interval that the whole trimmed text is by ISO 8601, such as `P1DT2H`; undefined where it is none. */
export function readIsoInterval(text: string): Interval | undefined {
  const iso = isoDuration.exec(text.trim());
  if (iso === null) return undefined;
  const [, sign, ...written] = iso;
  const counts = written.map((count: string | undefined) => (count === undefined ? 0 : Number(count)));
  if (counts.some(Number.isNaN)) return undefined;
  const pieces = counts.map((count, at) => intervalOf(sign === '-' ? -count : count, isoUnits[at]));
  return pieces.reduce((all, one) => addedIntervals(all, one, 1));
}

export function addedIntervals(a: Interval, b: Interval, sign: 1 | -1): Interval {
  return new Interval(a.months + sign * b.months, a.days + sign * b.days, a.micros + sign * b.micros);
}

function readWords(text: string): Interval | undefined {
  let months = 0;
  let days = 0;
  let micros = 0;
  const parts = text.trim().match(/[+-]?\d+:\d\d(?::\d\d(?:\.\d+)?)?|[+-]?[\d.]+|[a-z]+/gi) ?? [];
  if (parts.join('') !== text.replace(/\s/g, '') || parts.length === 0) return undefined;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    if (part.includes(':')) {
      const [hours, minutes, seconds = '0'] = part.replace(/^[+-]/, '').split(':').map(Number).map(String);
      const size = Number(hours) * 3.6e9 + Number(minutes) * 6e7 + Math.round(Number(seconds) * 1e6);
      micros += part.startsWith('-') ? -size : size;
      continue;
    }
    const count = readNumber(part);
    const unit = unitOf(parts.at(at + 1) ?? '');
    if (count === undefined || unit === undefined) return undefined;
    const piece = intervalOf(toDouble(count), unit);
    months += piece.months;
    days += piece.days;
    micros += piece.micros;
    at++;
  }
  return new Interval(months, days, micros);
}

/** Its seconds as DuckDB counts them: a year is 365.25 days, and a month beside years 30. */
export function secondsOf({ months, days, micros }: Interval): number {
  const years = Math.trunc(months / 12);
  return (years * 365.25 + (months - years * 12) * 30 + days) * 86_400 + micros / 1e6;
}

/**
 * Months first, cut to the last day of the month that is reached, then days, then time: as DuckDB and
 * PostgreSQL do.
 */
export function addInterval(time: Timestamp, interval: Interval, sign: 1 | -1): Timestamp | undefined {
  let { ms } = time;
  const months = sign * interval.months;
  if (months !== 0) {
    const date = new Date(ms);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
    const year = Math.floor(month / 12);
    const day = Math.min(date.getUTCDate(), daysInMonth(year, (month % 12) + 1));
    ms = utc(year, ((month % 12) + 12) % 12, day) + (((ms % dayMs) + dayMs) % dayMs);
  }
  ms += sign * interval.days * dayMs;
  const micros = sign * interval.micros;
  const wholeMs = Math.floor(micros / 1000);
  const nanos = time.nanos + (micros - wholeMs * 1000) * 1000;
  const carried = Math.floor(nanos / 1_000_000);
  return timeAt(ms + wholeMs + carried, nanos - carried * 1_000_000, false, time.zoned);
}

const dayMs = 86_400_000;

/** The date a number of days later or earlier. */
export function asDay(date: Timestamp, days: Numeric, sign: 1 | -1): Timestamp | undefined {
  const count = toDouble(days);
  return Number.isInteger(count) ? timeAt(date.ms + sign * count * dayMs, 0, true) : undefined;
}

/** Days and time between two points, as DuckDB gives it. */
export function subtractTimes(later: Timestamp, earlier: Timestamp): Interval {
  const ms = later.ms - earlier.ms;
  const days = Math.trunc(ms / dayMs);
  return new Interval(0, days, (ms - days * dayMs) * 1000 + Math.trunc((later.nanos - earlier.nanos) / 1000));
}
