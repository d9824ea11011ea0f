import { daysInMonth, monthNames } from '../../calendar.ts';

/** In which order a date has its day, month and year. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export const dateOrders: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];

const dayFirst = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?=\D|$)(.*)$/;
/** As web servers, mail and Oracle write dates: 10/Oct/2026:13:55:36 -0700, Sat, 10 Oct 2026 13:55:36 GMT, 10-OCT-2026. */
const dayAndName = /^(?:[a-z]{3}, )?(\d{1,2})([./ -])([a-z]{3,9})\2(\d{4}|\d\d)(?=\D|$)(.*)$/i;
/** October 10, 2026 */
const nameAndDay = /^([a-z]{3,9})( )(\d{1,2}),? (\d{4})(?=\D|$)(.*)$/i;
/** As C's `ctime` and Apache's error log have it: Sat Oct 10 13:55:36 2026. */
const nameAndClock = /^(?:[a-z]{3} )?([a-z]{3})( ) ?(\d{1,2})( \d\d:\d\d:\d\d(?:\.\d{1,9})?) (\d{4})$/i;
/**
 * With two digits for the year: 5/31/24, 31.05.24. A version such as 1.2.10 has no such zeros, and between dashes the year
 * may come first.
 */
const shortYear = /^(?:(\d{1,2})(\/)(\d{1,2})\/|(\d\d)(\.)(\d\d)\.)(\d\d)(?=\D|$)(.*)$/;
const yearFirst = /^(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?=\D|$)(.*)$/;
const clock =
  /^(?:[Tt:]|,? {1,2})(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/;

/** What a text has of a date whose order is not known. */
export interface DateParts {
  readonly numbers: readonly [string, string, string];
  readonly separator: string;
  /** The time of day, written as in ISO 8601 behind a space; '' where there is none. */
  readonly time: string;
  readonly yearFirst: boolean;
  /** Whether the year was written with two digits. */
  readonly short?: boolean;
  /** The only order that it can have, as the month is a name. */
  readonly order?: DateOrder;
}

/** Undefined where the whole trimmed text is no date with a day, a month and a year. */
export function readDateParts(text: string): DateParts | undefined {
  // Nothing longer is one, and most texts are told by what they begin with.
  const trimmed = text.trim();
  if (trimmed.length > 50) return undefined;
  const first = trimmed.charCodeAt(0);
  const named = first > 0x39 || /^\d{1,2}[./ -][a-z]/i.test(trimmed);
  if (named) return readNamed(trimmed);
  if (first < 0x30) return undefined;
  const short = shortYear.exec(trimmed);
  if (short !== null) return readShort(short);
  const ahead = yearFirst.exec(trimmed);
  const match = ahead ?? dayFirst.exec(trimmed);
  if (match === null) return undefined;
  const time = readClock(match[5]);
  if (time === undefined) return undefined;
  return {
    numbers: [match[1], match[3], match[4]],
    separator: match[2],
    time,
    yearFirst: ahead !== null,
  };
}

function readShort([, day, slash, month, first, point, second, year, text]: RegExpExecArray):
  DateParts | undefined {
  const time = readClock(text);
  if (time === undefined) return undefined;
  const [one, separator, other] = point ? [first, point, second] : [day, slash, month];
  return { numbers: [one, other, fullYear(year)], separator, time, yearFirst: false, short: true };
}

/** As POSIX reads `%y`: 69 to 99 are of the twentieth century. */
function fullYear(year: string): string {
  if (year.length > 2) return year;
  return (Number(year) < 69 ? '20' : '19') + year;
}

function readNamed(text: string): DateParts | undefined {
  const behind = dayAndName.exec(text);
  if (behind) {
    const [, day, separator, name, year, time] = behind;
    const parts = namedParts(name, (month) => [day, month, fullYear(year)], separator, time, 'dmy');
    return parts && year.length === 2 ? { ...parts, short: true } : parts;
  }
  const late = nameAndClock.exec(text);
  const match = late ?? nameAndDay.exec(text);
  if (!match) return undefined;
  const [, name, separator, day, fourth, fifth] = match;
  const [time, year] = late ? [fourth, fifth] : [fifth, fourth];
  return namedParts(name, (month) => [month, day, year], separator, time, 'mdy');
}

function namedParts(
  name: string,
  numbers: (month: string) => DateParts['numbers'],
  separator: string,
  clockText: string,
  order: DateOrder,
): DateParts | undefined {
  const month = monthOf(name);
  const time = month === undefined ? undefined : readClock(clockText);
  if (month === undefined || time === undefined) return undefined;
  return { numbers: numbers(month), separator, time, yearFirst: false, order };
}

const lowerMonths = monthNames.map((name) => name.toLowerCase());

/** The number of a month by its English name, or the first three or four letters of it. */
function monthOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const at = lowerMonths.findIndex(
    (month) => month === lower || (lower.length <= 4 && month.startsWith(lower)),
  );
  return at === -1 ? undefined : String(at + 1);
}

function readClock(text: string): string | undefined {
  if (text === '') return '';
  const match = clock.exec(text);
  if (match === null) return undefined;
  const [, hour, minute, second = '00', fraction = '', half = '', offset = ''] = match;
  let hours = Number(hour);
  if (half !== '') {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const point = fraction === '' ? '' : `.${fraction}`;
  return ` ${String(hours).padStart(2, '0')}:${minute}:${second}${point}${offset === 'GMT' ? 'Z' : offset}`;
}

/** The date by an order, as ISO 8601 has it; undefined where it has another, or is no day of the calendar. */
export function dateBy(parts: DateParts, order: DateOrder): string | undefined {
  if (parts.yearFirst !== (order === 'ymd') || (parts.order ?? order) !== order) return undefined;
  const [a, b, c] = parts.numbers;
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  const exists = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1;
  if (!exists || Number(day) > daysInMonth(Number(year), Number(month))) return undefined;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${parts.time}`;
}

/** The date that the whole text is by an order, as ISO 8601 has it; undefined where it is none. */
export function rewriteDate(text: string, order: DateOrder): string | undefined {
  const parts = readDateParts(text);
  return parts && dateBy(parts, order);
}
