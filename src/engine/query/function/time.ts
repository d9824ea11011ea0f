import { said } from '../../../said/said.ts';
import { datePart, partNames, partOf, timeDifference, truncateTime } from '../value/calendar.ts';
import { asNumber, asTime } from '../value/compare.ts';
import { timeOfEpoch, Timestamp, unitNames, unitOf } from '../value/time.ts';
import { formatTime, unknownPart } from '../value/timeFormat.ts';
import type { ScalarFunction } from './scalar.ts';
import { text } from './text.ts';

export const timeFunctions: readonly ScalarFunction[] = [
  {
    name: 'now',
    group: 'time',
    gives: 'timestamp',
    signature: 'now()',
    summary: said`The time at which the query started, in UTC. It is the same in every row.`,
    example: ["date_diff('day', now(), now() + INTERVAL '1 day')", '1'],
    evaluate: () => new Timestamp(Date.now()),
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
      return time === undefined ? null : (truncateTime(unitOf(text(unit)) ?? '', time) ?? null);
    },
  },
  {
    name: 'date_part',
    group: 'time',
    gives: 'number',
    signature: 'date_part(part, time)',
    summary: said`A part of a time as a number. The same as EXTRACT(part FROM time). Parts: ${partNames.join(', ')}.`,
    example: ["date_part('hour', '2024-05-31T18:45:10Z')", '18'],
    evaluate: ([part, value]) => {
      const time = asTime(value);
      return time === undefined ? null : (datePart(text(part), time) ?? null);
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
    signature: 'epoch(time)',
    summary: said`Seconds since 1970.`,
    example: ["epoch('2024-01-01')", '1704067200'],
    evaluate: ([value]) => {
      const time = asTime(value);
      return time === undefined ? null : (datePart('epoch', time) ?? null);
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
