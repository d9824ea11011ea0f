import { Kind } from '../format/record.ts';
import { packedKernel, type Marks, type PackedNumbers, type PackedOthers } from '../kernel/packed.ts';
import { bitsOf, pack, packedWords, unpack } from './bits.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Whole numbers from 0 to 2^53 - 1, one a record, as segments keep them:
 *
 *         their lower 32 bits, then what is above, each in as many bits as the greatest number takes
 *         2 bits a record, where some have no number: 0 a number, 1 NULL, 2 missing
 */

/** What a segment says of them before. */
export interface WholesHead {
  readonly width: number;
  /** Bits past 32. */
  readonly widthHigh: number;
  readonly hasOthers: boolean;
  /** Where they begin, in words. */
  readonly at: number;
}

const highUnit = 2 ** 32;

const noNumber = { [Kind.Null]: 1, [Kind.Missing]: 2 } as const;

/** @param most the greatest number */
export function widthsFor(most: number): Pick<WholesHead, 'width' | 'widthHigh'> {
  return most < highUnit
    ? { width: bitsOf(most), widthHigh: 0 }
    : { width: 32, widthHigh: bitsOf(Math.floor(most / highUnit)) };
}

/** Writes whole numbers. Keeps scratch memory. */
export class WholesWriter {
  #low = new Uint32Array(0);
  #high = new Uint32Array(0);

  /**
   * The numbers less the least of them, of the records of a kind; the others have none.
   * @param most how far the greatest lies above the least
   */
  write(
    { wholes, low, most }: { readonly wholes: Float64Array; readonly low: number; readonly most: number },
    kinds: Uint8Array,
    kind: Kind,
    count: number,
    out: WordWriter,
  ): void {
    this.#reserve(count);
    const { width, widthHigh } = widthsFor(most);
    const lows = this.#low;
    const highs = this.#high;
    for (let i = 0; i < count; i++) {
      const number = kinds[i] === kind ? wholes[i] - low : 0;
      const high = widthHigh > 0 ? Math.floor(number / highUnit) : 0;
      lows[i] = number - high * highUnit;
      highs[i] = high;
    }
    append(lows, count, width, out);
    append(highs, count, widthHigh, out);
  }

  /** Says which records have none. */
  writeOthers(kinds: Uint8Array, count: number, out: WordWriter): void {
    this.#reserve(count);
    const others = this.#low;
    for (let i = 0; i < count; i++) {
      const own = kinds[i];
      others[i] = own === Kind.Null || own === Kind.Missing ? noNumber[own] : 0;
    }
    append(others, count, 2, out);
  }

  #reserve(count: number): void {
    if (this.#low.length >= count) return;
    this.#low = new Uint32Array(2 * count);
    this.#high = new Uint32Array(2 * count);
  }
}

function append(numbers: Uint32Array, count: number, width: number, out: WordWriter): void {
  const at = out.take(packedWords(count, width));
  pack(numbers, count, width, out.words.subarray(at, out.length));
}

/**
 * Fills in (number + low) / power; in place of those that are none, anything.
 * @param scratch room for `count` words
 */
export function unpackWholes(
  words: Uint32Array,
  head: WholesHead,
  count: number,
  { low, power }: { readonly low: number; readonly power: number },
  numbers: Float64Array,
  scratch: Uint32Array,
): void {
  const { at, width, widthHigh } = head;
  if (widthHigh === 0) {
    packedKernel().numbers({ words, at, count, width }, low, power, numbers);
    return;
  }
  unpack(words.subarray(at), count, width, scratch);
  for (let i = 0; i < count; i++) numbers[i] = scratch[i] + low;
  unpack(words.subarray(at + packedWords(count, width)), count, widthHigh, scratch);
  for (let i = 0; i < count; i++) numbers[i] = (numbers[i] + scratch[i] * highUnit) / power;
}

/** Which records have no number; undefined where all have one. */
export function othersIn(
  words: Uint32Array,
  { at, width, widthHigh, hasOthers }: WholesHead,
  count: number,
): PackedOthers | undefined {
  if (!hasOthers) return undefined;
  return { words, at: at + packedWords(count, width) + packedWords(count, widthHigh), count };
}

/** The records whose number is in [from, to] (`inside`) or outside, where both are numbers that may be there. */
export function markWholes(
  words: Uint32Array,
  head: WholesHead,
  count: number,
  from: number,
  to: number,
  inside: boolean,
): Marks {
  const { at, width, widthHigh } = head;
  const kernel = packedKernel();
  const marks =
    widthHigh === 0
      ? kernel.inRange({ words, at, count, width }, from, to, inside)
      : markWide(words, head, count, from, to, inside);
  return withNumbers(marks, othersIn(words, head, count));
}

/** Those of the marked records that have a number; the set is that then. */
export function withNumbers(marks: Marks, others: PackedOthers | undefined): Marks {
  return others ? packedKernel().keep(marks, others, true, false, false) : marks;
}

/** Of numbers past 32 bits. */
function markWide(
  words: Uint32Array,
  head: WholesHead,
  count: number,
  from: number,
  to: number,
  inside: boolean,
): Marks {
  if (inside) return markBetween(words, head, count, from, to);
  const most = highUnit * 2 ** head.widthHigh - 1;
  if (from === 0) return markBetween(words, head, count, to + 1, most);
  const before = markBetween(words, head, count, 0, from - 1);
  return to < most ? before.or(markBetween(words, head, count, to + 1, most)) : before;
}

/** What is above 32 bits decides, where it is not that of a bound. */
function markBetween(
  words: Uint32Array,
  { at, width, widthHigh }: WholesHead,
  count: number,
  from: number,
  to: number,
): Marks {
  const kernel = packedKernel();
  const lows: PackedNumbers = { words, at, count, width };
  const highs: PackedNumbers = { words, at: at + packedWords(count, width), count, width: widthHigh };
  const [fromHigh, toHigh] = [Math.floor(from / highUnit), Math.floor(to / highUnit)];
  const beside = (high: number, least: number, most: number): Marks =>
    kernel.inRange(highs, high, high, true).and(kernel.inRange(lows, least, most, true));
  if (fromHigh === toHigh) return beside(fromHigh, from % highUnit, to % highUnit);
  const marks = beside(fromHigh, from % highUnit, highUnit - 1).or(beside(toHigh, 0, to % highUnit));
  return toHigh - fromHigh > 1 ? marks.or(kernel.inRange(highs, fromHigh + 1, toHigh - 1, true)) : marks;
}
