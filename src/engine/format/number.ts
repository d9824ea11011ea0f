import { bigE, dot, minus, plus, smallE, isDigit, zero } from '../ascii.ts';

/**
 * The double that a decimal text may be compared by, as `FieldColumn.numbers` defines it: `bytes[start, end)` is
 * a JSON number, its digits from the first that is not 0 on are at most 15, and its value is those digits as an
 * integer times ten to a power within +-22. Both factors are then exact doubles, so one multiplication or division
 * rounds correctly, and 15 digits are few enough that different decimals stay different (DBL_DIG in C).
 *
 * @returns NaN where the text is anything else; minus zero comes back as zero
 */
export function exactNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === minus;
  if (negative) at++;

  const integerAt = at;
  let digits = 0;
  let significant = 0;
  while (at < end && isDigit(bytes[at])) {
    digits = digits * 10 + digitAt(bytes, at++);
    if (digits > 0) significant++;
  }
  const integerLength = at - integerAt;
  if (integerLength === 0 || (integerLength > 1 && bytes[integerAt] === zero)) return NaN;

  let scale = 0;
  if (at < end && bytes[at] === dot) {
    const fractionAt = ++at;
    while (at < end && isDigit(bytes[at])) {
      digits = digits * 10 + digitAt(bytes, at++);
      if (digits > 0) significant++;
    }
    if (at === fractionAt) return NaN;
    scale = fractionAt - at;
  }

  if (at < end && (bytes[at] === smallE || bytes[at] === bigE)) {
    at++;
    const down = at < end && bytes[at] === minus;
    if (down || (at < end && bytes[at] === plus)) at++;
    const exponentAt = at;
    let exponent = 0;
    while (at < end && isDigit(bytes[at])) exponent = exponent * 10 + digitAt(bytes, at++);
    if (at === exponentAt) return NaN;
    scale += down ? -exponent : exponent;
  }

  if (at !== end || significant > maxDigits || Math.abs(scale) >= powers.length) return NaN;
  const power = powers[Math.abs(scale)];
  const size = scale < 0 ? digits / power : digits * power;
  return negative ? 0 - size : size;
}

const maxDigits = 15;
/** The powers of ten that are exact doubles. */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

function digitAt(bytes: Uint8Array, at: number): number {
  return bytes[at] - zero;
}
