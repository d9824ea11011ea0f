import { bigE, comma, dot, isDigit, minus, plus, smallE, space, zero } from '../../ascii.ts';
import { exactNumber } from '../number.ts';

/** What stands between the whole and the fraction of a number. */
export type DecimalMark = ',' | '.';

/** Longer cells are no numbers that anybody wrote. In bytes. */
const longest = 400;
/** The number that was read last, as the language writes it. */
const written = new Uint8Array(longest + 2);

/** How a number is written. */
export interface NumberForm {
  readonly decimal: DecimalMark;
  /**
   * What stands before or behind it: the sign or the code of a currency, or `%`. A number without it fits a currency
   * as well. No percentage is made a fraction: `12.5 %` is 12.5.
   */
  readonly unit?: string | undefined;
}

/**
 * The number that the whole text is in this form, as the language writes it: `1.234,50` is `1234.50`. Undefined where it
 * is none. Its digits may be in groups of three, separated by the mark that is not the decimal one, by apostrophes or by
 * spaces. It is negative with a minus before or behind it, or in parentheses, as accountants write it. Blanks around it
 * are not looked at.
 */
export function rewriteNumber(text: string, form: NumberForm): string | undefined {
  if (text.length > longest) return undefined;
  const bytes = Buffer.from(text);
  const length = rewrite(bytes, 0, bytes.length, form);
  return length < 0 ? undefined : Buffer.from(written.buffer, 0, length).toString('latin1');
}

/** The number that `bytes[start, end)` is in this form, as a double; NaN where it is none. */
export function numberIn(bytes: Uint8Array, start: number, end: number, form: NumberForm): number {
  const length = rewrite(bytes, start, end, form);
  return length < 0 ? NaN : exactNumber(written, 0, length);
}

/** Puts the number that `bytes[start, end)` is into `written`. Answers its length; -1 where it is none. */
function rewrite(bytes: Uint8Array, start: number, end: number, { decimal, unit }: NumberForm): number {
  let at = afterBlanks(bytes, start, end);
  let to = beforeBlanks(bytes, end, at);
  if (to - at > longest) return -1;

  const sought = unit === undefined ? undefined : bytesOf(unit);
  let hasUnit = false;
  // Excel's accounting format has the sign of the currency before the parentheses.
  if (sought && bytes[to - 1] === closing && isAt(bytes, at, to, sought)) {
    at = afterBlanks(bytes, at + sought.length, to);
    hasUnit = true;
  }
  const inParentheses = to - at > 2 && bytes[at] === opening && bytes[to - 1] === closing;
  if (inParentheses) {
    at = afterBlanks(bytes, at + 1, to);
    to = beforeBlanks(bytes, to - 1, at);
  }
  let sign = signLength(bytes, at);
  let isNegative = sign > 0 && bytes[at] !== plus;
  if (sign > 0) at = afterBlanks(bytes, at + sign, to);
  if (sought && !hasUnit) {
    if (isAt(bytes, at, to, sought)) at = afterBlanks(bytes, at + sought.length, to);
    else if (isAt(bytes, to - sought.length, to, sought) && to - sought.length >= at)
      to = beforeBlanks(bytes, to - sought.length, at);
    else if (unit === percent) return -1;
  }
  const signAt = sign === 0 ? signLength(bytes, at) : 0;
  if (signAt > 0) {
    isNegative = bytes[at] !== plus;
    at += signAt;
    sign = signAt;
  }
  // SAP writes it behind the number. Behind the decimal mark it stands for no cents: 5,- and CHF 5.-
  if (sign === 0 && to - at > 1 && bytes[to - 1] === minus) {
    to = beforeBlanks(bytes, to - 1, at);
    if (bytes[to - 1] === (decimal === ',' ? comma : dot)) to--;
    else {
      isNegative = true;
      sign = 1;
    }
  }
  if (inParentheses && sign > 0) return -1;
  let length = 0;
  if (isNegative || inParentheses) written[length++] = minus;

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
const opening = 0x28;
const closing = 0x29;

export const percent = '%';

const unitBytes = new Map<string, Uint8Array>();

function bytesOf(unit: string): Uint8Array {
  let bytes = unitBytes.get(unit);
  if (bytes === undefined) unitBytes.set(unit, (bytes = Buffer.from(unit)));
  return bytes;
}

function isAt(bytes: Uint8Array, at: number, to: number, sought: Uint8Array): boolean {
  if (at < 0 || at + sought.length > to) return false;
  for (let i = 0; i < sought.length; i++) if (bytes[at + i] !== sought[i]) return false;
  return true;
}

function afterBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let blank = blankLength(bytes, at); at < end && blank > 0; blank = blankLength(bytes, at)) at += blank;
  return at;
}

function beforeBlanks(bytes: Uint8Array, end: number, start: number): number {
  let to = end;
  for (let blank = blankBefore(bytes, to, start); blank > 0; blank = blankBefore(bytes, to, start))
    to -= blank;
  return to;
}

/** Codes of ISO 4217 that are no words as well, and what some currencies are called in the place of a sign. */
const currencies: ReadonlySet<string> = new Set(
  (
    'AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW KWD KZT MAD MXN MYR ' +
    'NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR kr z\u0142 K\u010d'
  ).split(' '),
);

/** A text that is one number with something before or behind it. */
const besideNumber =
  /^[\s(+\u2212-]*(?<before>[\p{L}\p{Sc}%]*)[^\p{L}\p{Sc}%]*(?<behind>[\p{L}\p{Sc}%]*)[\s)-]*$/u;

/** The unit that stands before or behind the digits of a text, where there is one. */
export function unitIn(text: string): string | undefined {
  if (text.length > longest) return undefined;
  const { before = '', behind = '' } = besideNumber.exec(text)?.groups ?? {};
  if (before !== '' && behind !== '') return undefined;
  const unit = before + behind;
  return unit === percent || /^[A-Z]{0,2}\p{Sc}$/u.test(unit) || currencies.has(unit) ? unit : undefined;
}

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
