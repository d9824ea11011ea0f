import { daysInMonth } from '../../calendar.ts';
import { utc } from './time.ts';

/** Milliseconds since 1970 of the last day asked for: neighbours in a file are mostly of one day. */
export class DayCache {
  #key = -1;
  #ms = NaN;

  /** NaN where there is no such day. */
  ms(year: number, month: number, day: number): number {
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.#key) {
      this.#key = key;
      const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
      this.#ms = exists ? utc(year, month - 1, day) : NaN;
    }
    return this.#ms;
  }
}

/** Nanoseconds within the millisecond that `readMs` has read last. */
export let readNanos = 0;

/**
 * The millisecond since 1970 of a time as `readTime` takes it, read from its bytes: a date; or a date, T or a space, a time
 * to the second, a fraction and Z or an offset in hours and minutes, if they are there. NaN where the text is anything
 * else, although `readTime` may take it.
 */
export function readMs(bytes: Uint8Array, start: number, end: number, days: DayCache): number {
  const length = end - start;
  if (length < 10 || bytes[start + 4] !== dash || bytes[start + 7] !== dash) return NaN;
  readNanos = 0;
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const day = days.ms(year, two(bytes, start + 5), two(bytes, start + 8));
  if (length === 10) return day;
  const isForm =
    length >= 19 &&
    (bytes[start + 10] === bigT || bytes[start + 10] === space) &&
    bytes[start + 13] === colon &&
    bytes[start + 16] === colon;
  if (!isForm) return NaN;
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  let at = start + 19;
  let fraction = 0;
  if (at < end && bytes[at] === dot) {
    let unit = 100_000_000;
    const digits = ++at;
    for (; at < end && isDigit(bytes[at]); at++, unit /= 10) fraction += (bytes[at] - zero) * unit;
    if (at === digits || at - digits > 9) return NaN;
  }
  let offset = 0;
  if (at < end && bytes[at] === bigZ) {
    at++;
  } else if (end - at === 6 && (bytes[at] === plus || bytes[at] === dash) && bytes[at + 3] === colon) {
    const minutes = two(bytes, at + 1) * 60 + two(bytes, at + 4);
    offset = (bytes[at] === dash ? -minutes : minutes) * 60_000;
    at += 6;
  }
  if (at !== end) return NaN;
  const ms = Math.floor(fraction / 1_000_000);
  readNanos = fraction - ms * 1_000_000;
  return day + ((hour * 60 + minute) * 60 + second) * 1000 + ms - offset;
}

/** Two digits as a number; NaN where they are none. */
function two(bytes: Uint8Array, at: number): number {
  const high = bytes[at];
  const low = bytes[at + 1];
  return isDigit(high) && isDigit(low) ? (high - zero) * 10 + low - zero : NaN;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

const zero = 0x30;
const dash = 0x2d;
const plus = 0x2b;
const colon = 0x3a;
const dot = 0x2e;
const space = 0x20;
const bigT = 0x54;
const bigZ = 0x5a;
