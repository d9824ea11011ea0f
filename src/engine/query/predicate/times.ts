import { Kind } from '../../format/record.ts';
import type { ComparisonOperator } from '../syntax/tree.ts';
import { daysInMonth, utc, type Timestamp } from '../value/time.ts';
import type { AcceptsValue, ReadValue, Selector } from './selector.ts';

/**
 * Records whose text is a time before or after another. Texts of the form 2024-05-31T18:30:00, with a fraction and a Z
 * or without, are read from their bytes; whatever else they hold, and what falls into the same millisecond, is left
 * to the value.
 */
export function selectTime(
  field: number,
  operator: ComparisonOperator,
  time: Timestamp,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const takesLess = operator === '<' || operator === '<=' || operator === '<>';
  const takesGreater = operator === '>' || operator === '>=' || operator === '<>';
  const days = new DayCache();
  return {
    cost: 10,
    select(block, selection, count) {
      const { kinds, starts, ends } = block.fields[field];
      const { bytes } = block;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const kind = kinds[record];
        const ms = kind === Kind.Text ? readMs(bytes, starts[record], ends[record], days) : NaN;
        if (ms < time.ms) {
          selection[kept] = record;
          kept += takesLess ? 1 : 0;
        } else if (ms > time.ms) {
          selection[kept] = record;
          kept += takesGreater ? 1 : 0;
        } else if (kind > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}

/** Milliseconds since 1970 of the last day asked for: neighbours in a file are mostly of one day. */
class DayCache {
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

/** The millisecond of a time in the usual form; NaN where the text is of another. */
function readMs(bytes: Uint8Array, start: number, end: number, days: DayCache): number {
  const length = end - start;
  const isForm =
    length >= 19 &&
    bytes[start + 4] === dash &&
    bytes[start + 7] === dash &&
    (bytes[start + 10] === bigT || bytes[start + 10] === space) &&
    bytes[start + 13] === colon &&
    bytes[start + 16] === colon;
  if (!isForm) return NaN;
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const day = days.ms(year, two(bytes, start + 5), two(bytes, start + 8));
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  let at = start + 19;
  let ms = 0;
  if (at < end && bytes[at] === dot) {
    let unit = 100;
    const digits = ++at;
    for (; at < end && isDigit(bytes[at]); at++) {
      ms += (bytes[at] - zero) * Math.floor(unit);
      unit /= 10;
    }
    if (at === digits || at - digits > 9) return NaN;
  }
  if (at < end && bytes[at] === bigZ) at++;
  return at === end ? day + ((hour * 60 + minute) * 60 + second) * 1000 + ms : NaN;
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
const colon = 0x3a;
const dot = 0x2e;
const space = 0x20;
const bigT = 0x54;
const bigZ = 0x5a;
