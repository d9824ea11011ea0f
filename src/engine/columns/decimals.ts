import { dot, minus, zero } from '../ascii.ts';
import { exactNumber } from '../format/number.ts';
import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import type { PackedDecimals } from '../kernel/ranges.ts';
import { unpackWholes, widthsFor, WholesWriter, type WholesHead } from './wholes.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Decimal numbers as whole numbers: 12.50 with two decimals is 1250, of which the least of the block is taken off. A number
 * is taken only if its text comes back as it was: plain digits, `least` decimals or more, and more of them only without a
 * zero at the end. So all of a column may be written as 12.50, as 12.5, or as 12.0 beside 12.25.
 *
 *     0   bits of a number, its bits past 32, scale, least decimals, a byte each
 *     1   kind of the numbers; in the second byte, whether some records have none
 *     2   (even) the least number as a double, then the greatest
 *         the numbers less the least one: see `wholes.ts`
 *
 * Numbers are what `exactNumber` of their text is: both factors are exact doubles, so the quotient is the one that it
 * rounds to as well. A whole number below 10^15 is found again from that: it is the nearest to number times power.
 *
 * That a text is the plain one of its number is told by its length. It ends in digits, with a point before them or none, so
 * it has no exponent; whatever else stood before them (blanks, a plus, marks between groups) would make it longer.
 */

/** Digits that a double surely tells apart, as in `exactNumber`. */
const most = 1e15;
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const mostDecimals = 15;
const nine = zero + 9;

/** Makes the body of a segment of numbers. Keeps scratch memory. */
export class DecimalEncoder {
  #wholes = new Float64Array(0);
  #endings = new Uint8Array(0);
  readonly #writer = new WholesWriter();

  /** Answers whether the column's values come back exactly; if not, nothing is written. */
  encode({ bytes, count }: RecordBlock, field: FieldColumn, kind: Kind, out: WordWriter): boolean {
    const packed = field.ranges?.decimals(kind);
    if (packed === 'other') return false;
    if (packed) {
      writeHead(kind, { ...packed, widthHigh: 0 }, out);
      out.append(packed.words);
      if (packed.others > 0) this.#writer.writeOthers(field.kinds, count, out);
      return true;
    }
    return this.#encodePlain({ bytes, count }, field, kind, out);
  }

  /** For columns that the kernel does not have, or cannot pack; what both pack, they pack alike. */
  #encodePlain(
    { bytes, count }: Pick<RecordBlock, 'bytes' | 'count'>,
    field: FieldColumn,
    kind: Kind,
    out: WordWriter,
  ): boolean {
    if (this.#wholes.length < count) {
      this.#wholes = new Float64Array(2 * count);
      this.#endings = new Uint8Array(2 * count);
    }
    const { kinds, starts, ends } = field;
    const wholes = this.#wholes;
    const endings = this.#endings;
    let scale = 0;
    let least = 255;
    let others = 0;
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== kind) {
        if (kinds[i] > Kind.Null) return false;
        others++;
        continue;
      }
      const ending = endingOf(bytes, starts[i], ends[i]);
      if (ending < 0) return false;
      endings[i] = ending;
      const after = ending & places;
      if (after > scale) scale = after;
      if (after < least) least = after;
    }
    if (others === count) return false;
    const isKnown = field.numbers.length > 0;
    const { numbers } = field;
    const power = powers[scale];
    let low = Infinity;
    let high = -Infinity;
    let digits = 1;
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== kind) continue;
      const number = isKnown ? numbers[i] : exactNumber(bytes, starts[i], ends[i]);
      const size = Math.abs(number);
      const whole = scale === 0 ? size : Math.round(size * power);
      // What reads numbers otherwise, such as 1.234 for a thousand, says so here or by its length.
      if (!(whole < most && (scale === 0 || whole / power === size))) return false;
      const after = endings[i] & places;
      const written = after === scale ? whole : whole / powers[scale - after];
      while (written >= powers[digits]) digits++;
      while (digits > 1 && written < powers[digits - 1]) digits--;
      const negative = (endings[i] & isNegative) !== 0;
      const length = (digits > after ? digits : after + 1) + (after > 0 ? 1 : 0) + (negative ? 1 : 0);
      if (length !== ends[i] - starts[i] || negative !== number < 0) return false;
      if (after > least && (endings[i] & endsWithZero) !== 0) return false;
      const signed = negative ? -whole : whole;
      wholes[i] = signed;
      if (signed < low) low = signed;
      if (signed > high) high = signed;
    }
    const found = { scale, least, low, high, others, ...widthsFor(high - low) };
    writeHead(kind, found, out);
    this.#writer.write({ wholes, low, most: high - low }, kinds, kind, count, out);
    if (others > 0) this.#writer.writeOthers(kinds, count, out);
    return true;
  }
}

function writeHead(
  kind: Kind,
  found: Omit<PackedDecimals, 'words'> & { readonly widthHigh: number },
  out: WordWriter,
): void {
  const { width, widthHigh, scale, least, low, high, others } = found;
  const head = out.take(2);
  out.words[head] = width | (widthHigh << 8) | (scale << 16) | (least << 24);
  out.words[head + 1] = kind | (others > 0 ? 1 << 8 : 0);
  out.align();
  out.double(low);
  out.double(high);
}

/** Digits behind the point, and what else a text says by its first byte and its last one. */
const places = 0x1f;
const isNegative = 0x40;
const endsWithZero = 0x80;

/** Read in one go, as texts are far apart; -1 where the text does not end as a plain number does. */
function endingOf(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at >= start && bytes[at] >= zero && bytes[at] <= nine) at--;
  if (at === end - 1) return -1;
  const negative = bytes[start] === minus;
  const ending = (negative ? isNegative : 0) | (bytes[end - 1] === zero ? endsWithZero : 0);
  if (at < start) return ending;
  const after = end - 1 - at;
  if (bytes[at] === dot) return at > start && after <= mostDecimals ? ending | after : -1;
  return at === start && negative ? ending : -1;
}

/** What is said of the numbers before them. */
export interface DecimalHead extends WholesHead {
  readonly scale: number;
  readonly least: number;
  readonly kind: number;
  /** The least and the greatest number, times 10 to the `scale`. */
  readonly low: number;
  readonly high: number;
}

/** @param body where what the encoding says begins, in words */
export function decimalHeadOf(words: Uint32Array, body: number): DecimalHead {
  const at = body + 2 + (body % 2);
  const doubles = new Float64Array(words.buffer, words.byteOffset + at * 4, 2);
  return {
    width: words[body] & 0xff,
    widthHigh: (words[body] >>> 8) & 0xff,
    scale: (words[body] >>> 16) & 0xff,
    least: words[body] >>> 24,
    kind: words[body + 1] & 0xff,
    hasOthers: words[body + 1] >>> 8 !== 0,
    low: doubles[0],
    high: doubles[1],
    at: at + 4,
  };
}

/**
 * Fills in the numbers; in place of those that are none, anything.
 * @param scratch room for `count` words
 */
export function decimalNumbers(
  words: Uint32Array,
  head: DecimalHead,
  count: number,
  numbers: Float64Array,
  scratch: Uint32Array,
): void {
  unpackWholes(words, head, count, { low: head.low, power: powers[head.scale] }, numbers, scratch);
}

/** The least and the greatest number. */
export function numbersOf({ low, high, scale }: DecimalHead): {
  readonly low: number;
  readonly high: number;
} {
  return { low: low / powers[scale], high: high / powers[scale] };
}

/** The number that a whole one less the least stands for. */
export function decimalOf(whole: number, { low, scale }: DecimalHead): number {
  return (whole + low) / powers[scale];
}

/** The whole numbers whose value is in [low, high], as offsets from the least number; none where `from` is past `to`. */
export function rangeOfWholes(
  low: number,
  high: number,
  head: DecimalHead,
): { readonly from: number; readonly to: number } {
  // Beyond what there is, one more or less says the same.
  const from = Math.max(0, firstWhole(low, head) - head.low);
  const to = Math.min(head.high - head.low, lastWhole(high, head) - head.low);
  return { from, to };
}

/** The least whole number at a scale whose value is not below `low`, of those that are kept and one past the greatest. */
export function firstWholeFrom(low: number, scale: number): number {
  return firstWhole(low, { low: -most, high: most, scale });
}

/** The least whole number whose value is not below `low`, of those from the least there is to one past the greatest. */
function firstWhole(
  low: number,
  { low: least, high: greatest, scale }: Pick<DecimalHead, 'low' | 'high' | 'scale'>,
): number {
  const power = powers[scale];
  let whole = Math.min(greatest + 1, Math.max(least, Math.ceil(low * power) - 1));
  while (whole <= greatest && whole / power < low) whole++;
  while (whole > least && (whole - 1) / power >= low) whole--;
  return whole;
}

/** The greatest one whose value is not above `high`, of those from one before the least there is on. */
function lastWhole(high: number, { low: least, high: greatest, scale }: DecimalHead): number {
  const power = powers[scale];
  let whole = Math.max(least - 1, Math.min(greatest, Math.floor(high * power) + 1));
  while (whole >= least && whole / power > high) whole--;
  while (whole < greatest && (whole + 1) / power <= high) whole++;
  return whole;
}

/** Bytes that the longest of the texts takes. */
export function longestDecimal({ low, high, scale }: DecimalHead): number {
  const digits = String(Math.max(high, -low)).length;
  return Math.max(digits, scale + 1) + 2;
}

/**
 * Writes the text of a number.
 * @param number of those that `decimalNumbers` gives
 * @returns where it ends
 */
export function writeDecimal(
  number: number,
  { scale, least }: DecimalHead,
  bytes: Uint8Array,
  at: number,
): number {
  let rest = Math.round(Math.abs(number) * powers[scale]);
  let decimals = scale;
  while (decimals > least && rest % 10 === 0) {
    rest /= 10;
    decimals--;
  }
  if (number < 0) bytes[at++] = minus;
  let digits = 1;
  while (digits < powers.length - 1 && rest >= powers[digits]) digits++;
  if (digits <= decimals) digits = decimals + 1;
  const end = at + digits + (decimals > 0 ? 1 : 0);
  let to = end;
  for (let i = 0; i < digits; i++) {
    if (i === decimals && i > 0) bytes[--to] = dot;
    const next = Math.floor(rest / 10);
    bytes[--to] = zero + (rest - next * 10);
    rest = next;
  }
  return end;
}
