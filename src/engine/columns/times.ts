import { colon, dot, isDigit, minus, plus, quote, space, zero } from '../ascii.ts';
import { dayOf, daysInMonth, digitsOfDay } from '../calendar.ts';
import type { TimePoint } from '../format/fieldColumn.ts';
import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import { partitionPoint } from '../partitionPoint.ts';
import { unpackWholes, widthsFor, WholesWriter, type WholesHead } from './wholes.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Times as whole numbers, where all texts of a block are of one form: 2024-01-31, or that, T or a blank, 10:20:30, a fraction of
 * so many digits, and a zone. Only days of the calendar and times of the clock are taken, so that a text is the one of its
 * number, and the order of the texts is that of the numbers.
 *
 *     0   bits of a number, its bits past 32, digits of the fraction, the byte between date and time (0: dates alone)
 *     1   kind of the texts; in the second byte, whether some records have none; in the third, bytes of the zone
 *     2   the zone, 8 bytes
 *     4   (even) the least day since 1970 as a double, then the least number and the greatest
 *         the numbers less the least one: see `wholes.ts`
 *
 * A number counts ticks, each 10^-digits of a second, from the least day on (dates: days). So it is exact where a time in
 * ticks since 1970 would not be: only a block whose days are so many that its numbers would reach 2^53 is not kept, of
 * nanoseconds 104 days.
 */

const bigT = 0x54;
const bigZ = 0x5a;
const dateLength = 10;
const clockLength = 19;
const secondAt = 17;
const mostDigits = 9;
const daySeconds = 86_400;
const dayMs = daySeconds * 1000;
const nanosPerMs = 1_000_000;
const headWords = 4;
const zoneBytes = 8;

/** A day that no text is. */
const noDay = -1_000_000;
/** What two bytes are that are no digits: more than any sum of others makes up for. */
const noDigits = -1_000_000;

/** How all texts of a block are written. */
interface TimeForm {
  /** Bytes of a text. */
  readonly length: number;
  /** The byte between date and time; 0 where there is no time. */
  readonly separator: number;
  /** Digits of the fraction. */
  readonly digits: number;
  readonly zone: Uint8Array;
}

/** Makes the body of a segment of times. Keeps scratch memory. */
export class TimeEncoder {
  #days = new Int32Array(0);
  #wholes = new Float64Array(0);
  readonly #writer = new WholesWriter();

  /** Answers whether the column's values come back exactly; if not, nothing is written. */
  encode({ bytes, count }: RecordBlock, { kinds, starts, ends }: FieldColumn, out: WordWriter): boolean {
    const text = Kind.Text;
    const nothing = Kind.Null;
    let first = 0;
    while (first < count && kinds[first] !== text) first++;
    const form = first < count ? formOf(bytes, starts[first], ends[first]) : undefined;
    if (form === undefined) return false;
    if (this.#days.length < count) {
      this.#days = new Int32Array(2 * count);
      this.#wholes = new Float64Array(2 * count);
    }
    const days = this.#days;
    const ticks = this.#wholes;
    const { length, separator, digits, zone } = form;
    const hasClock = separator !== 0;
    const unit = 10 ** digits;
    const zoneLength = zone.length;
    const zoneAt = length - zoneLength;
    // Neighbours are mostly of one minute: what is the same as in the text before is not read again.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let lastYear = ~view.getInt32(starts[first]);
    let lastMonth = 0;
    let lastDay = 0;
    let lastHour = 0;
    let lastMinute = 0;
    let day = 0;
    let minute = 0;
    let others = 0;
    let leastDay = Infinity;
    let mostDay = -Infinity;
    for (let i = 0; i < count; i++) {
      const kind = kinds[i];
      if (kind !== text) {
        if (kind > nothing) return false;
        others++;
        continue;
      }
      const start = starts[i];
      if (ends[i] - start !== length) return false;
      const year = view.getInt32(start);
      const month = view.getInt32(start + 4);
      const ofMonth = view.getInt16(start + 8);
      if (year !== lastYear || month !== lastMonth || ofMonth !== lastDay) {
        day = dayIn(bytes, start);
        if (day === noDay) return false;
        if (day < leastDay) leastDay = day;
        if (day > mostDay) mostDay = day;
        lastYear = year;
        lastMonth = month;
        lastDay = ofMonth;
        lastHour = 0;
      }
      days[i] = day;
      if (!hasClock) {
        ticks[i] = 0;
        continue;
      }
      const hour = view.getInt32(start + dateLength);
      const ofHour = view.getInt16(start + dateLength + 4);
      if (hour !== lastHour || ofHour !== lastMinute) {
        minute = minuteIn(bytes, start);
        if (minute < 0 || bytes[start + dateLength] !== separator) return false;
        lastHour = hour;
        lastMinute = ofHour;
      }
      const tens = bytes[start + secondAt] - zero;
      const ones = bytes[start + secondAt + 1] - zero;
      if (tens < 0 || tens > 5 || ones < 0 || ones > 9 || bytes[start + secondAt - 1] !== colon) return false;
      let fraction = 0;
      const end = start + zoneAt;
      if (digits > 0) {
        if (bytes[start + clockLength] !== dot) return false;
        for (let at = start + clockLength + 1; at < end; at++) {
          const digit = bytes[at] - zero;
          if (digit < 0 || digit > 9) return false;
          fraction = fraction * 10 + digit;
        }
      }
      for (let at = 0; at < zoneLength; at++) if (bytes[end + at] !== zone[at]) return false;
      ticks[i] = (minute * 60 + tens * 10 + ones) * unit + fraction;
    }
    const perDay = hasClock ? daySeconds * unit : 1;
    if ((mostDay - leastDay + 1) * perDay > Number.MAX_SAFE_INTEGER) return false;
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== text) continue;
      const whole = (days[i] - leastDay) * perDay + ticks[i];
      ticks[i] = whole;
      if (whole < low) low = whole;
      if (whole > high) high = whole;
    }
    writeHead(form, { firstDay: leastDay, low, high, hasOthers: others > 0 }, out);
    this.#writer.write({ wholes: ticks, low, most: high - low }, kinds, Kind.Text, count, out);
    if (others > 0) this.#writer.writeOthers(kinds, count, out);
    return true;
  }
}

/** What the first text of a block says of the others; undefined where it is no time. */
function formOf(bytes: Uint8Array, start: number, end: number): TimeForm | undefined {
  const length = end - start;
  if (length === dateLength) return { length, separator: 0, digits: 0, zone: new Uint8Array(0) };
  const separator = bytes[start + dateLength];
  if (length < clockLength || (separator !== bigT && separator !== space)) return undefined;
  let at = start + clockLength;
  let digits = 0;
  if (at < end && bytes[at] === dot) {
    at++;
    while (at + digits < end && isDigit(bytes[at + digits])) digits++;
    if (digits === 0 || digits > mostDigits) return undefined;
    at += digits;
  }
  const zone = bytes.slice(at, end);
  return isZone(zone) ? { length, separator, digits, zone } : undefined;
}

/** None, Z, or an offset of hours and minutes. */
function isZone(zone: Uint8Array): boolean {
  if (zone.length === 0) return true;
  if (zone.length === 1) return zone[0] === bigZ;
  const hasColon = zone.length === 6 && zone[3] === colon;
  if ((zone[0] !== plus && zone[0] !== minus) || !(hasColon || zone.length === 5)) return false;
  return two(zone, 1) >= 0 && two(zone, hasColon ? 4 : 3) >= 0;
}

/** Milliseconds that a time in a zone is ahead of UTC. */
function aheadOf(zone: Uint8Array): number {
  if (zone.length < 5) return 0;
  const minutes = two(zone, 1) * 60 + two(zone, zone.length - 2);
  return (zone[0] === minus ? -minutes : minutes) * 60_000;
}

function dayIn(bytes: Uint8Array, start: number): number {
  if (bytes[start + 4] !== minus || bytes[start + 7] !== minus) return noDay;
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  const exists = year > 0 && month > 0 && month <= 12 && day > 0 && day <= daysInMonth(year, month);
  return exists ? dayOf(year, month, day) : noDay;
}

/** Minutes since midnight; less than 0 where it is no time. */
function minuteIn(bytes: Uint8Array, start: number): number {
  if (bytes[start + 13] !== colon) return -1;
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  return hour < 24 && minute >= 0 && minute < 60 ? hour * 60 + minute : -1;
}

function two(bytes: Uint8Array, at: number): number {
  const high = bytes[at] - zero;
  const low = bytes[at + 1] - zero;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : noDigits;
}

function writeHead(
  { separator, digits, zone }: TimeForm,
  {
    firstDay,
    low,
    high,
    hasOthers,
  }: { readonly firstDay: number; readonly low: number; readonly high: number; readonly hasOthers: boolean },
  out: WordWriter,
): void {
  const { width, widthHigh } = widthsFor(high - low);
  const head = out.take(headWords);
  out.words[head] = width | (widthHigh << 8) | (digits << 16) | (separator << 24);
  out.words[head + 1] = Kind.Text | (hasOthers ? 1 << 8 : 0) | (zone.length << 16);
  const padded = new Uint8Array(zoneBytes);
  padded.set(zone);
  out.bytes.set(padded, (head + 2) * 4);
  out.align();
  out.double(firstDay);
  out.double(low);
  out.double(high);
}

/** What is said of the times before them. */
export interface TimeHead extends WholesHead, TimeForm {
  readonly kind: number;
  readonly firstDay: number;
  /** The least and the greatest number. */
  readonly low: number;
  readonly high: number;
}

/** @param body where what the encoding says begins, in words */
export function timeHeadOf(words: Uint32Array, body: number): TimeHead {
  const at = body + headWords + (body % 2);
  const [firstDay, low, high] = new Float64Array(words.buffer, words.byteOffset + at * 4, 3);
  const digits = (words[body] >>> 16) & 0xff;
  const separator = words[body] >>> 24;
  const zone = new Uint8Array(
    words.buffer,
    words.byteOffset + (body + 2) * 4,
    (words[body + 1] >>> 16) & 0xff,
  );
  const clock = clockLength + (digits > 0 ? 1 : 0) + digits + zone.length;
  return {
    width: words[body] & 0xff,
    widthHigh: (words[body] >>> 8) & 0xff,
    hasOthers: ((words[body + 1] >>> 8) & 0xff) !== 0,
    kind: words[body + 1] & 0xff,
    length: separator === 0 ? dateLength : clock,
    separator,
    digits,
    zone,
    firstDay,
    low,
    high,
    at: at + 6,
  };
}

/** Bytes that a text takes with the quotes around it, which are those of JSON. */
export function timeRoom({ length }: TimeHead): number {
  return length + 2;
}

/** Writes texts of one form, where neighbours are mostly of one day. */
export class TimeWriter {
  readonly #head: TimeHead;
  readonly #perDay: number;
  readonly #unit: number;
  readonly #date = new Uint8Array(dateLength);
  #day = NaN;

  constructor(head: TimeHead) {
    this.#head = head;
    this.#unit = 10 ** head.digits;
    this.#perDay = head.separator === 0 ? 1 : daySeconds * this.#unit;
  }

  /** Writes the text of a number less the least one; answers where it ends. */
  write(number: number, bytes: Uint8Array, at: number): number {
    const { low, firstDay, separator, digits, zone, length } = this.#head;
    const whole = number + low;
    const day = Math.floor(whole / this.#perDay);
    if (day !== this.#day) {
      this.#day = day;
      const date = digitsOfDay(firstDay + day);
      writeDigits(Math.floor(date / 10_000), 4, this.#date, 0);
      this.#date[4] = this.#date[7] = minus;
      writeDigits(Math.floor(date / 100) % 100, 2, this.#date, 5);
      writeDigits(date % 100, 2, this.#date, 8);
    }
    for (let i = 0; i < dateLength; i++) bytes[at + i] = this.#date[i];
    if (separator === 0) return at + length;
    const tick = whole - day * this.#perDay;
    const seconds = Math.floor(tick / this.#unit);
    const minutes = Math.floor(seconds / 60);
    const hour = Math.floor(minutes / 60);
    bytes[at + 10] = separator;
    writeDigits(hour, 2, bytes, at + 11);
    bytes[at + 13] = colon;
    writeDigits(minutes - hour * 60, 2, bytes, at + 14);
    bytes[at + 16] = colon;
    writeDigits(seconds - minutes * 60, 2, bytes, at + secondAt);
    if (digits > 0) {
      bytes[at + clockLength] = dot;
      writeDigits(tick - seconds * this.#unit, digits, bytes, at + clockLength + 1);
    }
    const zoneAt = at + length - zone.length;
    for (let i = 0; i < zone.length; i++) bytes[zoneAt + i] = zone[i];
    return at + length;
  }
}

/** Writes them all, each between quotes: an empty text in place of those that are none. */
export function writeTimes(
  { words, count, bytes, base }: { words: Uint32Array; count: number; bytes: Uint8Array; base: number },
  head: TimeHead,
  kinds: Uint8Array,
  places: { readonly starts: Uint32Array; readonly ends: Uint32Array },
  scratch: { readonly numbers: Float64Array; readonly words: Uint32Array },
): void {
  const { starts, ends } = places;
  const { numbers } = scratch;
  unpackWholes(words, head, count, { low: 0, power: 1 }, numbers, scratch.words);
  const room = timeRoom(head);
  const writer = new TimeWriter(head);
  for (let i = 0; i < count; i++) {
    let at = base + i * room;
    bytes[at++] = quote;
    starts[i] = at;
    ends[i] = kinds[i] === head.kind ? writer.write(numbers[i], bytes, at) : at;
    bytes[ends[i]] = quote;
  }
}

function writeDigits(number: number, digits: number, bytes: Uint8Array, at: number): void {
  let rest = number;
  for (let i = digits - 1; i >= 0; i--) {
    const next = Math.floor(rest / 10);
    bytes[at + i] = zero + (rest - next * 10);
    rest = next;
  }
}

/** The first number, less the least one, of a text that is not before another in the order of bytes; one past the last where none is. */
export function firstFromText(text: Uint8Array, head: TimeHead): number {
  const writer = new TimeWriter(head);
  const own = new Uint8Array(head.length);
  // The texts are in the order of their numbers.
  return partitionPoint(0, head.high - head.low + 1, (number) => {
    writer.write(number, own, 0);
    return Buffer.compare(own, text) < 0;
  });
}

/** The first number, less the least one, of a time that is not before another; beyond what there is, any. */
export function firstFromTime({ ms, nanos }: TimePoint, head: TimeHead): number {
  const { digits, separator, zone, firstDay, low } = head;
  // In UTC the least day begins so much later.
  const sinceMs = ms + aheadOf(zone) - firstDay * dayMs;
  const msPerTick = separator === 0 ? dayMs : 1000 / 10 ** digits;
  if (msPerTick >= 1) return Math.ceil((sinceMs + (nanos > 0 ? 1 : 0)) / msPerTick) - low;
  const ticksPerMs = 10 ** (digits - 3);
  return sinceMs * ticksPerMs + Math.ceil(nanos / (nanosPerMs / ticksPerMs)) - low;
}
