import { colon, dot, isDigit, minus, plus, space, zero } from '../../ascii.ts';
import { dayOf, daysInMonth } from '../../calendar.ts';

export type TimeForm = 'date' | 'zoned' | 'local';

const [bigT, smallT, bigZ, smallZ] = [0x54, 0x74, 0x5a, 0x7a];
const dayMs = 86_400_000;

/**
 * Reads times that are written by ISO 8601, of years of four digits, with hours to 23 and seconds to 59 only: another way to
 * write a time must not become the text's own.
 */
export class IsoReader {
  form: TimeForm = 'date';
  /** Since 1970, and nanoseconds within the last millisecond. */
  ms = 0;
  nanos = 0;
  year = 0;

  /** @returns false where the whole of `bytes[start, end)` is no such time */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length < 10 || bytes[start + 4] !== minus || bytes[start + 7] !== minus) return false;
    const century = twoDigits(bytes, start);
    const ofCentury = twoDigits(bytes, start + 2);
    const month = twoDigits(bytes, start + 5);
    const day = twoDigits(bytes, start + 8);
    if (century < 0 || ofCentury < 0 || month < 1 || month > 12 || day < 1) return false;
    const year = century * 100 + ofCentury;
    if (day > daysInMonth(year, month)) return false;
    this.year = year;
    this.ms = dayOf(year, month, day) * dayMs;
    this.nanos = 0;
    this.form = 'date';
    return length === 10 || this.#clock(bytes, start + 10, end);
  }

  #clock(bytes: Uint8Array, at: number, end: number): boolean {
    const joint = bytes[at];
    if (joint !== bigT && joint !== space && joint !== smallT) return false;
    if (end - at < 6 || bytes[at + 3] !== colon) return false;
    const hour = twoDigits(bytes, at + 1);
    const minute = twoDigits(bytes, at + 4);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    this.ms += (hour * 60 + minute) * 60_000;
    this.form = 'local';
    at += 6;
    if (at < end && bytes[at] === colon) {
      if (end - at < 3) return false;
      const second = twoDigits(bytes, at + 1);
      if (second < 0 || second > 59) return false;
      this.ms += second * 1000;
      at += 3;
      if (at < end && bytes[at] === dot) {
        at = this.#fraction(bytes, at + 1, end);
        if (at < 0) return false;
      }
    }
    return at === end || this.#offset(bytes, at, end);
  }

  /** The index after the digits; -1 where they are none, or too many. */
  #fraction(bytes: Uint8Array, at: number, end: number): number {
    const from = at;
    let digits = 0;
    while (at < end && isDigit(bytes[at]) && at - from < 10) digits = digits * 10 + bytes[at++] - zero;
    const count = at - from;
    if (count === 0 || count > 9) return -1;
    for (let more = count; more < 9; more++) digits *= 10;
    const millis = Math.floor(digits / 1_000_000);
    this.ms += millis;
    this.nanos = digits - millis * 1_000_000;
    return at;
  }

  #offset(bytes: Uint8Array, at: number, end: number): boolean {
    this.form = 'zoned';
    const sign = bytes[at];
    if (sign === bigZ || sign === smallZ) return at + 1 === end;
    if ((sign !== minus && sign !== plus) || end - at < 3) return false;
    let minutes = twoDigits(bytes, at + 1) * 60;
    if (minutes < 0) return false;
    at += 3;
    if (at < end) {
      if (bytes[at] === colon) at++;
      if (end - at !== 2) return false;
      const more = twoDigits(bytes, at);
      if (more < 0) return false;
      minutes += more;
    }
    this.ms -= (sign === minus ? -minutes : minutes) * 60_000;
    return true;
  }
}

/** -1 where they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at];
  const ones = bytes[at + 1];
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : -1;
}
