import { bigE, comma, dot, isDigit, minus, plus, smallE, space, zero } from '../../ascii.ts';
import { exactNumber } from '../number.ts';
import { Kind, type FieldColumn } from '../record.ts';

/** What stands between the whole and the fraction of a number. */
export type DecimalMark = ',' | '.';

/** Longer cells are no numbers that anybody wrote. In bytes. */
const longest = 400;
/** The number that was read last, as the language writes it. */
const written = new Uint8Array(longest + 2);

/**
 * The number that the whole text is by its decimal mark, as the language writes it: `1.234,50` is `1234.50`.
 * Undefined where it is none. Its digits may be in groups of three, separated by the mark that is not the decimal
 * one, by apostrophes or by spaces. Blanks around it are not looked at.
 */
export function rewriteNumber(text: string, decimal: DecimalMark): string | undefined {
  if (text.length > longest) return undefined;
  const bytes = Buffer.from(text);
  const length = rewrite(bytes, 0, bytes.length, decimal);
  return length < 0 ? undefined : Buffer.from(written.buffer, 0, length).toString('latin1');
}

/** What is needed of a `FieldColumn`. */
export type NumberColumn = Pick<FieldColumn, 'kinds' | 'starts' | 'ends' | 'numbers'>;

/** Sets what `FieldColumn.numbers` says of a column whose numbers have this decimal mark. */
export function readNumbers(
  bytes: Uint8Array,
  { kinds, starts, ends, numbers }: NumberColumn,
  decimal: DecimalMark,
): void {
  for (let record = 0; record < numbers.length; record++) {
    const length = kinds[record] === Kind.Text ? rewrite(bytes, starts[record], ends[record], decimal) : -1;
    numbers[record] = length < 0 ? NaN : exactNumber(written, 0, length);
  }
}

/** Puts the number that `bytes[start, end)` is into `written`. Answers its length; -1 where it is none. */
function rewrite(bytes: Uint8Array, start: number, end: number, decimal: DecimalMark): number {
  let at = start;
  let to = end;
  for (let blank = blankLength(bytes, at); at < to && blank > 0; blank = blankLength(bytes, at)) at += blank;
  for (let blank = blankBefore(bytes, to, at); blank > 0; blank = blankBefore(bytes, to, at)) to -= blank;
  if (to - at > longest) return -1;

  let length = 0;
  const sign = signLength(bytes, at);
  if (sign > 0 && bytes[at] !== plus) written[length++] = minus;
  at += sign;

  const mark = decimal === ',' ? comma : dot;
  const other = decimal === ',' ? dot : comma;
  const wholeAt = length;
  /** What separates the groups, 0 before the first one has ended; and the digits since. */
  let separator = 0;
  let run = 0;
  while (at < to) {
    const byte = bytes[at];
    if (isDigit(byte)) {
      written[length++] = byte;
      at++;
      run++;
      continue;
    }
    const width = byte === other ? 1 : apostropheLength(bytes, at) || blankLength(bytes, at);
    if (width === 0) break;
    const kind = byte === other ? other : apostropheLength(bytes, at) > 0 ? apostrophe : space;
    const ends =
      separator === 0 ? run >= 1 && run <= 3 && written[wholeAt] !== zero : kind === separator && run === 3;
    if (!ends) return -1;
    separator = kind;
    run = 0;
    at += width;
  }
  if (separator !== 0 && run !== 3) return -1;

  const hasWhole = length > wholeAt;
  if (!hasWhole) written[length++] = zero;
  const pointAt = length;
  if (at < to && bytes[at] === mark) {
    at++;
    written[length++] = dot;
    while (at < to && isDigit(bytes[at])) written[length++] = bytes[at++];
    if (length === pointAt + 1) length = pointAt;
  }
  if (!hasWhole && length === pointAt) return -1;

  if (at < to && (bytes[at] === smallE || bytes[at] === bigE)) {
    at++;
    written[length++] = smallE;
    if (at < to && (bytes[at] === minus || bytes[at] === plus)) written[length++] = bytes[at++];
    const digitsAt = length;
    while (at < to && isDigit(bytes[at])) written[length++] = bytes[at++];
    if (length === digitsAt) return -1;
  }
  return at === to ? length : -1;
}

const apostrophe = 0x27;

/** Of + and -, and of the minus sign U+2212, in bytes; 0 where none stands here. */
function signLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === minus || bytes[at] === plus) return 1;
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x88 && bytes[at + 2] === 0x92 ? 3 : 0;
}

/** Of ' and of U+2019. */
function apostropheLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === apostrophe) return 1;
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0x99 ? 3 : 0;
}

/** Of a space, tab, no-break space (U+00A0), thin space (U+2009) or narrow no-break space (U+202F). */
function blankLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === space || bytes[at] === 0x09) return 1;
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0;
  const isWide = bytes[at] === 0xe2 && bytes[at + 1] === 0x80;
  return isWide && (bytes[at + 2] === 0x89 || bytes[at + 2] === 0xaf) ? 3 : 0;
}

/** The same of a blank that ends before `end`. */
function blankBefore(bytes: Uint8Array, end: number, start: number): number {
  for (let length = 1; length <= 3 && end - length >= start; length++)
    if (blankLength(bytes, end - length) === length) return length;
  return 0;
}
