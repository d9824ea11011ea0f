/*
 * Times as texts mostly have them: a date, or with hours, minutes, seconds, up to nine digits behind these, and `Z` or an offset.
 */

const ZERO: u8 = 0x30;
const DASH: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const DOT: u8 = 0x2e;
const COLON: u8 = 0x3a;
const SPACE: u8 = 0x20;
const BIG_T: u8 = 0x54;
const BIG_Z: u8 = 0x5a;

/** A date alone, a time without an offset, and one with it. */
export const DATE: u32 = 1;
export const LOCAL: u32 = 2;
export const ZONED: u32 = 4;

/** The time that was read last: milliseconds since 1970, nanoseconds within those, its form, and the year that is written there. */
export let timeMs: f64 = 0;
export let timeNanos: u32 = 0;
export let timeForm: u32 = DATE;
export let timeYear: u32 = 0;
/** The last date read, by its bytes: neighbours in a file are mostly of one day. */
let dayHead: u64 = 0;
let dayTail: u16 = 0;
let dayMs: f64 = 0;

/** Reads what `readMs` of query/value/timeBytes.ts reads. */
export function readTime(start: usize, end: usize): bool {
  const length = u32(end - start);
  if (length < 10 || load<u8>(start + 4) != DASH || load<u8>(start + 7) != DASH) return false;
  const head = load<u64>(start);
  const tail = load<u16>(start + 8);
  if (head != dayHead || tail != dayTail) {
    if (!readDay(start)) return false;
    dayHead = head;
    dayTail = tail;
  }
  timeNanos = 0;
  timeMs = dayMs;
  timeForm = DATE;
  if (length == 10) return true;
  if (length < 19) return false;
  const between = load<u8>(start + 10);
  if (between != BIG_T && between != SPACE) return false;
  if (load<u8>(start + 13) != COLON || load<u8>(start + 16) != COLON) return false;
  const hour = two(start + 11);
  const minute = two(start + 14);
  const second = two(start + 17);
  if (hour > 23 || minute > 59 || second > 59) return false;
  let at = start + 19;
  let fraction: u32 = 0;
  if (at < end && load<u8>(at) == DOT) {
    const digits = ++at;
    while (at < end && load<u8>(at) - ZERO <= 9) {
      if (at - digits < 9) fraction = fraction * 10 + u32(load<u8>(at) - ZERO);
      at++;
    }
    const found = u32(at - digits);
    if (found == 0 || found > 9) return false;
    for (let left = found; left < 9; left++) fraction *= 10;
  }
  let offset: f64 = 0;
  timeForm = LOCAL;
  if (at < end && load<u8>(at) == BIG_Z) {
    timeForm = ZONED;
    at++;
  } else if (end - at == 6 && (load<u8>(at) == PLUS || load<u8>(at) == DASH) && load<u8>(at + 3) == COLON) {
    const hours = two(at + 1);
    const minutes = two(at + 4);
    if (hours > 99 || minutes > 99) return false;
    const all = f64(hours * 60 + minutes) * 60000;
    offset = load<u8>(at) == DASH ? -all : all;
    timeForm = ZONED;
    at += 6;
  }
  if (at != end) return false;
  const millis = fraction / 1000000;
  timeNanos = fraction - millis * 1000000;
  timeMs = dayMs + f64(((hour * 60 + minute) * 60 + second) * 1000 + millis) - offset;
  return true;
}

/** Two digits as a number; more than 99 where they are none. */
// @ts-ignore: decorator
@inline
function two(at: usize): u32 {
  const high = u32(load<u8>(at)) - ZERO;
  const low = u32(load<u8>(at + 1)) - ZERO;
  return high <= 9 && low <= 9 ? high * 10 + low : 1000;
}

function readDay(start: usize): bool {
  const century = two(start);
  const rest = two(start + 2);
  const month = two(start + 5);
  const day = two(start + 8);
  if (century > 99 || rest > 99 || month < 1 || month > 12) return false;
  const year = century * 100 + rest;
  const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const days: u32 =
    month == 2 ? (isLeap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  if (day < 1 || day > days) return false;
  // Howard Hinnant's days_from_civil, for years from 0 on.
  const y = i32(year) - (month <= 2 ? 1 : 0);
  const era = (y >= 0 ? y : y - 399) / 400;
  const ofEra = y - era * 400;
  const ofYear = (153 * (i32(month) + (month > 2 ? -3 : 9)) + 2) / 5 + i32(day) - 1;
  const inEra = ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear;
  timeYear = year;
  dayMs = f64(era * 146097 + inEra - 719468) * 86400000;
  return true;
}
