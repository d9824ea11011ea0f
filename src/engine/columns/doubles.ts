import { dot, isDigit, minus, zero } from '../ascii.ts';
import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import { WholesWriter, type WholesHead } from './wholes.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Doubles whose texts are their shortest decimals without an exponent, as most programs write coordinates, features and
 * weights: `0.8794664280709446`. Such a text comes back from its double.
 *
 *     0   kind of the numbers; in the second byte, whether some records have none
 *     1   (even) the least and the greatest
 *         the doubles; in place of those that are none, anything
 *         which records have none: see `wholes.ts`
 */

/** Bytes of the longest text: -0.0000012345678901234567. */
export const longestDouble = 25;

/** Numbers of this size are written without an exponent (ECMA-262, Number::toString). */
const [leastPlain, mostPlain] = [1e-6, 1e21];

/** Makes the body of a segment of doubles. Keeps scratch memory. */
export class DoubleEncoder {
  readonly #writer = new WholesWriter();

  /** Answers whether the column's values come back exactly; if not, what was written is to be thrown away. */
  encode({ bytes, count }: RecordBlock, field: FieldColumn, kind: Kind, out: WordWriter): boolean {
    const { kinds, starts, ends, numbers } = field;
    const head = out.take(1);
    out.align();
    const bounds = out.take(4) / 2;
    const at = out.take(2 * count) / 2;
    let [low, high] = [Infinity, -Infinity];
    let others = 0;
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== kind) {
        if (kinds[i] > Kind.Null) return false;
        others++;
        out.doubles[at + i] = NaN;
        continue;
      }
      const known = numbers.length > 0 ? numbers[i] : NaN;
      const number = Number.isNaN(known) ? shortestDouble(bytes, starts[i], ends[i]) : known;
      if (number === undefined || !isPlain(bytes, starts[i], ends[i], number)) return false;
      out.doubles[at + i] = number;
      if (number < low) low = number;
      if (number > high) high = number;
    }
    if (others === count) return false;
    out.doubles[bounds] = low;
    out.doubles[bounds + 1] = high;
    out.words[head] = kind | (others > 0 ? 1 << 8 : 0);
    if (others > 0) this.#writer.writeOthers(kinds, count, out);
    return true;
  }
}

/** Of a text that a scanner has left to be read: undefined where it is not how its double is written. */
export function shortestDouble(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > longestDouble) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const number = Number(text);
  return String(number) === text ? number : undefined;
}

/**
 * Whether a text is written as JavaScript writes numbers: digits, at most a minus before them and a point among them, and no
 * zero that does not count.
 * @param number what it stands for, of which it is the shortest decimal but for such zeros
 */
function isPlain(bytes: Uint8Array, start: number, end: number, number: number): boolean {
  const size = Math.abs(number);
  if (size === 0) return end - start === 1 && bytes[start] === zero;
  if (size < leastPlain || size >= mostPlain || end - start > longestDouble) return false;
  let at = bytes[start] === minus ? start + 1 : start;
  if (bytes[at] === zero && bytes[at + 1] !== dot) return false;
  let [digits, point] = [0, end];
  for (; at < end; at++) {
    const byte = bytes[at];
    if (isDigit(byte)) digits = digits * 10 + (byte - zero);
    else if (byte === dot && point === end) point = at;
    else return false;
  }
  if (point === end) return nearlyEqual(digits, size);
  const after = end - 1 - point;
  return after > 0 && bytes[end - 1] !== zero && nearlyEqual(digits / 10 ** after, size);
}

/** Whether the digits are those of the number, which is not so where `1.234` is a thousand. */
function nearlyEqual(read: number, size: number): boolean {
  return Math.abs(read - size) <= 1e-12 * size;
}

/** What is said of the doubles before them: two words a record, as of whole numbers of 64 bits. */
export interface DoubleHead extends WholesHead {
  readonly kind: number;
  readonly low: number;
  readonly high: number;
}

/** @param body where what the encoding says begins, in words */
export function doubleHeadOf(words: Uint32Array, body: number): DoubleHead {
  const at = body + 1 + ((body + 1) % 2);
  const [low, high] = new Float64Array(words.buffer, words.byteOffset + at * 4, 2);
  return {
    low,
    high,
    width: 32,
    widthHigh: 32,
    kind: words[body] & 0xff,
    hasOthers: words[body] >>> 8 !== 0,
    at: at + 4,
  };
}

export function doublesOf(
  { buffer, byteOffset }: Uint32Array,
  { at }: DoubleHead,
  count: number,
): Float64Array {
  return new Float64Array(buffer, byteOffset + at * 4, count);
}
