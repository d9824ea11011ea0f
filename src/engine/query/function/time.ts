import { said } from '../../../said/said.ts';
import {
  bucketOf,
  datePart,
  intervalPart,
  lastDayOf,
  partNames,
  partOf,
  timeDifference,
  truncateTime,
} from '../value/calendar.ts';
import { asInterval, asNumber, asTime } from '../value/compare.ts';
import { toDouble } from '../value/decimal.ts';
import {
  daysFromCivil,
  secondsOf,
  timeAt,
  timeOfEpoch,
  Timestamp,
  unitNames,
  unitOf,
} from '../value/time.ts';
import { formatTime, unknownPart } from '../value/timeFormat.ts';
import { zoneOf } from '../value/zone.ts';
import type { ScalarFunction } from './scalar.ts';
import { text, whole } from './argument.ts';

function dayAt(
  year: number | undefined,
  month: number | undefined,
  day: number | undefined,
): number | undefined {
  return year === undefined || month === undefined || day === undefined
    ? undefined
    : daysFromCivil(year, month, day);
}

export const timeFunctions: readonly ScalarFunction[] = [
  {
    name: 'now',
    group: 'time',
    gives: 'timestamp',
    signature: 'now()',
    summary: said`The time at which the query started, in UTC. It is the same in every row.`,
    example: ["date_diff('day', now(), now() + INTERVAL '1 day')", '1'],
    evaluate: () => new Timestamp(Date.now()).toZoned(),
  },
  {
    name: 'today',
    group: 'time',
    gives: 'timestamp',
    signature: 'today()',
    summary: said`The day on which the query started, in UTC.`,
    example: ["date_diff('day', today(), now())", '0'],
    evaluate: () => new Timestamp(Date.now()).toDate(),
  },
  {
    name: 'date_trunc',
    group: 'time',
    gives: 'timestamp',
    signature: 'date_trunc(unit, time)',
    summary: said`The start of the unit that contains the time. Units: ${unitNames.join(', ')}.`,
    example: ["date_trunc('hour', '2024-05-31T18:45:10Z')", "TIMESTAMP '2024-05-31 18:00:00'"],
    evaluate: ([unit, value]) => {
      const time = asTime(value);
      if (time === undefined) return null;
      const start = truncateTime(unitOf(text(unit)) ?? '', time);
      return (time.zoned ? start?.toZoned() : start) ?? null;
    },
  },
  {
    name: 'date_part',
    group: 'time',
    gives: 'number',
    takesIntervals: true,
    signature: 'date_part(part, time)',
    summary: said`A part of a time as a number. The same as EXTRACT(part FROM time). Parts: ${partNames.join(', ')}. An interval and a time of day have those that they are made of.`,
    example: ["date_part('hour', '2024-05-31T18:45:10Z')", '18'],
    evaluate: ([part, value]) => {
      const time = asTime(value);
      if (time !== undefined) return datePart(text(part), time) ?? null;
      const interval = asInterval(value);
      return interval === undefined ? null : (intervalPart(text(part), interval) ?? null);
    },
  },
  {
    name: 'timezone',
    group: 'time',
    gives: 'timestamp',
    signature: 'timezone(zone, time)',
    summary: said`The same as time AT TIME ZONE zone: see below.`,
    example: [
      "timezone('Europe/Berlin', TIMESTAMPTZ '2024-05-31 18:45:10')",
      "TIMESTAMP '2024-05-31 20:45:10'",
    ],
    evaluate: ([name, value]) => {
      const time = asTime(value);
      const zone = zoneOf(text(name));
      if (time === undefined || zone === undefined) return null;
      const { ms, nanos, zoned } = time;
      return timeAt(zoned ? zone.localOf(ms) : zone.instantOf(ms), nanos, false, !zoned) ?? null;
    },
  },
  {
    name: 'date_diff',
    group: 'time',
    gives: 'number',
    signature: 'date_diff(unit, from, to)',
    summary: said`The number of unit boundaries between two times.`,
    example: ["date_diff('day', '2024-01-31', '2024-02-02')", '2'],
    evaluate: ([unit, from, to]) => {
      const a = asTime(from);
      const b = asTime(to);
      if (a === undefined || b === undefined) return null;
      return timeDifference(unitOf(text(unit)) ?? '', a, b) ?? null;
    },
  },
  {
    name: 'strftime',
    group: 'time',
    gives: 'text',
    signature: 'strftime(time, format)',
    summary: said`The time as a text, by a format: see below.`,
    example: ["strftime('2024-05-31T18:45:10Z', '%d.%m.%Y %H:%M')", "'31.05.2024 18:45'"],
    evaluate: ([value, format]) => {
      const time = asTime(value);
      return time === undefined ? null : (formatTime(time, text(format)) ?? null);
    },
  },
  {
    name: 'epoch',
    group: 'time',
    gives: 'number',
    takesIntervals: true,
    signature: 'epoch(time)',
    summary: said`Seconds since 1970, or those of an interval: \`avg(epoch(ended - began))\`. A month of an interval has 30 days, and a year 365.25.`,
    example: ["epoch('2024-01-01')", '1704067200'],
    evaluate: ([value]) => {
      const time = asTime(value);
      if (time !== undefined) return datePart('epoch', time) ?? null;
      const interval = asInterval(value);
      return interval === undefined ? null : secondsOf(interval);
    },
  },
  {
    name: 'epoch_ms',
    group: 'time',
    signature: 'epoch_ms(time)',
    summary: said`Milliseconds since 1970. Of a number of milliseconds, the time that it is.`,
    example: ["epoch_ms('2024-01-01')", '1704067200000'],
    evaluate: ([value]) => {
      const number = asNumber(value);
      if (number !== undefined) return timeAt(Math.trunc(toDouble(number)), 0, false, true) ?? null;
      return asTime(value)?.ms ?? null;
    },
  },
  {
    name: 'time_bucket',
    group: 'time',
    gives: 'timestamp',
    signature: 'time_bucket(width, time)',
    summary: said`The start of the interval of this width that contains the time: of months, counted from 2000-01-01, of others, from Monday 2000-01-03.`,
    example: [
      "time_bucket(INTERVAL '15 minutes', TIMESTAMP '2024-05-31 18:50:10')",
      "TIMESTAMP '2024-05-31 18:45:00'",
    ],
    evaluate: ([width, value]) => {
      const time = asTime(value);
      const interval = asInterval(width);
      if (time === undefined || interval === undefined) return null;
      const start = bucketOf(interval, time);
      return (time.date ? start?.toDate() : time.zoned ? start?.toZoned() : start) ?? null;
    },
  },
  {
    name: 'last_day',
    group: 'time',
    gives: 'timestamp',
    signature: 'last_day(time)',
    summary: said`The last day of the month that contains the time.`,
    example: ["last_day('2024-02-05')", "DATE '2024-02-29'"],
    evaluate: ([value]) => {
      const time = asTime(value);
      return time === undefined ? null : (lastDayOf(time) ?? null);
    },
  },
  {
    name: 'make_date',
    group: 'time',
    gives: 'timestamp',
    signature: 'make_date(year, month, day)',
    summary: said`The day with these numbers. NULL if there is no such day.`,
    example: ['make_date(2024, 2, 29)', "DATE '2024-02-29'"],
    evaluate: (values) => {
      const [year, month, day] = values.map(whole);
      const ms = dayAt(year, month, day);
      return ms === undefined ? null : (timeAt(ms, 0, true) ?? null);
    },
  },
  {
    name: 'make_timestamp',
    group: 'time',
    gives: 'timestamp',
    signature: 'make_timestamp(year, month, day, hour, minute, second)',
    summary: said`The time with these numbers. NULL if there is no such time.`,
    example: ['make_timestamp(2024, 2, 29, 18, 45, 10.5)', "TIMESTAMP '2024-02-29 18:45:10.5'"],
    evaluate: ([...values]) => {
      const second = asNumber(values.pop() ?? null);
      const [year, month, day, hour, minute] = values.map(whole);
      const ms = dayAt(year, month, day);
      if (ms === undefined || hour === undefined || minute === undefined || second === undefined) return null;
      const micros = Math.round(toDouble(second) * 1_000_000);
      const isClock =
        hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && micros >= 0 && micros < 61_000_000;
      if (!isClock && !(hour === 24 && minute === 0 && micros === 0)) return null;
      const clock = (hour * 60 + minute) * 60_000 + Math.floor(micros / 1000);
      return timeAt(ms + clock, (micros % 1000) * 1000) ?? null;
    },
  },
  {
    name: 'to_timestamp',
    group: 'time',
    gives: 'timestamp',
    signature: 'to_timestamp(number)',
    summary: said`A number as time since 1970, in seconds, milliseconds, microseconds or nanoseconds depending on its size.`,
    example: ['to_timestamp(1704067200)', "TIMESTAMP '2024-01-01 00:00:00'"],
    evaluate: ([value]) => {
      const number = asNumber(value);
      return number === undefined ? null : (timeOfEpoch(number) ?? null);
    },
  },
];

/** What the first argument of a function may name. */
export interface NamedUnits {
  readonly read: (name: string) => string | undefined;
  readonly names: readonly string[];
  readonly what: 'unit' | 'part';
}

/** By the name of the function. */
export const namedUnits: ReadonlyMap<string, NamedUnits> = new Map<string, NamedUnits>([
  ['date_trunc', { read: unitOf, names: unitNames, what: 'unit' }],
  ['date_diff', { read: unitOf, names: unitNames, what: 'unit' }],
  ['date_part', { read: partOf, names: partNames, what: 'part' }],
]);

/** What the formats that a function takes cannot have, by the name of the function. */
export const timeFormats: ReadonlyMap<string, (format: string) => string | undefined> = new Map([
  ['strftime', (format: string) => unknownPart(format, false)],
  ['strptime', (format: string) => unknownPart(format, true)],
]);
