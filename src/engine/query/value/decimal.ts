/**
 * Numbers by value. A number of the language is a decimal. Where a double's shortest decimal form is that very
 * decimal (every decimal of at most 15 digits, every integer to 2^53), it is kept as the double; anything else is a
 * `Decimal`. The form is canonical: two numbers are equal exactly when both are the same double, or both are
 * decimals with the same digits and exponent.
 */
export type Numeric = number | Decimal;

/** A decimal that no double stands for: `coefficient * 10 ** exponent`, the coefficient without trailing zeros. */
export class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
  /** The nearest double; infinite where it is out of range. */
  readonly approximate: number;

  constructor(coefficient: bigint, exponent: number, approximate: number) {
    this.coefficient = coefficient;
    this.exponent = exponent;
    this.approximate = approximate;
  }

  /** Decimal notation without an exponent, or with one where that would take more than 40 zeros. */
  toString(): string {
    const digits = String(this.coefficient < 0n ? -this.coefficient : this.coefficient);
    const sign = this.coefficient < 0n ? '-' : '';
    const point = digits.length + this.exponent;
    if (this.exponent > 40 || point < -40) {
      const rest = digits.length > 1 ? `.${digits.slice(1)}` : '';
      return `${sign}${digits[0]}${rest}e${point - 1}`;
    }
    if (this.exponent >= 0) return sign + digits + '0'.repeat(this.exponent);
    if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }
}

interface Parts {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const decimalText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Exponents beyond this are clamped: no sum or product of such numbers is asked for by anything real. */
const maxExponent = 1_000_000_000;
/** Results of arithmetic with more digits than this are rounded to the nearest double. */
const maxResultDigits = 400;
/** A sum of doubles has no more digits than this: they begin above 10^308 and end at 10^-1074, however many there are. */
const maxSumDigits = 1500;

/**
 * Reads a text as a number: a sign, digits with leading zeros, a point and an exponent are taken, white space
 * around them is not looked at. Undefined where the whole is not a number.
 */
export function readNumber(text: string): Numeric | undefined {
  const trimmed = text.trim();
  return decimalText.test(trimmed) ? numberOf(trimmed) : undefined;
}

/** The number that a text written by the grammar of `readNumber` stands for. */
export function numberOf(text: string): Numeric {
  if (text.length <= 15 && !/[eE]/.test(text)) {
    const value = Number(text);
    return value === 0 ? 0 : value;
  }
  // As programs write doubles: the shortest decimal of the nearest double is this very one.
  const nearest = Number(text);
  if (String(nearest) === text) return nearest;
  const { coefficient, exponent } = partsOfText(text);
  return canonical(coefficient, exponent);
}

function partsOfText(text: string): Parts {
  const [mantissa, power = '0'] = text.toLowerCase().split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  const negative = whole.startsWith('-');
  const digits = whole.replace(/^[+-]/, '') + fraction;
  const exponent = Math.max(-maxExponent, Math.min(maxExponent, Number(power))) - fraction.length;
  const coefficient = BigInt(digits === '' ? '0' : digits);
  return { coefficient: negative ? -coefficient : coefficient, exponent };
}

/** The digits and the exponent of a number. */
export function partsOf(value: Numeric): Parts {
  return typeof value === 'number' ? partsOfText(String(value)) : value;
}

/** The canonical form of `coefficient * 10 ** exponent`. */
export function canonical(coefficient: bigint, exponent: number): Numeric {
  if (coefficient === 0n) return 0;
  const digits = String(coefficient);
  const kept = digits.replace(/0+$/, '');
  const power = exponent + digits.length - kept.length;
  const nearest = Number(`${kept}e${power}`);
  // Every decimal of 15 digits survives the way to a double and back, but for the sparse ones near zero.
  if (kept.length <= 15 && Math.abs(power) < 250) return nearest;
  const exact =
    Number.isFinite(nearest) && nearest !== 0 && sameValue(partsOfText(String(nearest)), BigInt(kept), power);
  return exact ? nearest : new Decimal(BigInt(kept), power, nearest);
}

/**
 * A result of exact arithmetic: rounded to a double where it has grown absurdly long, undefined where that
 * overflows.
 */
function bounded(coefficient: bigint, exponent: number, most = maxResultDigits): Numeric | undefined {
  if (coefficient === 0n) return 0;
  const digits = String(coefficient).length;
  if (digits + Math.abs(exponent) <= most) return canonical(coefficient, exponent);
  return rounded(Number(`${coefficient}e${exponent}`));
}

function sameValue(parts: Parts, coefficient: bigint, exponent: number): boolean {
  const shift = parts.exponent - exponent;
  if (Math.abs(shift) > 400) return false;
  return shift >= 0
    ? parts.coefficient * 10n ** BigInt(shift) === coefficient
    : parts.coefficient === coefficient * 10n ** BigInt(-shift);
}

export function toDouble(value: Numeric): number {
  return typeof value === 'number' ? value : value.approximate;
}

export function numericText(value: Numeric): string {
  if (typeof value !== 'number') return value.toString();
  const text = String(value);
  return text.includes('e') ? text.replace('e+', 'e') : text;
}

/** Negative, zero or positive, by value. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const roughA = toDouble(a);
  const roughB = toDouble(b);
  // Rounding keeps order: where the nearest doubles differ, so do the values, the same way.
  if (roughA !== roughB) return roughA < roughB ? -1 : 1;
  const x = partsOf(a);
  const y = partsOf(b);
  if (x.coefficient === 0n || y.coefficient === 0n)
    return Number(x.coefficient > y.coefficient) - Number(x.coefficient < y.coefficient);
  const magnitude = Math.sign(magnitudeOf(x) - magnitudeOf(y));
  if (magnitude !== 0) return x.coefficient < 0n ? -magnitude : magnitude;
  const shift = x.exponent - y.exponent;
  const left = shift > 0 ? x.coefficient * 10n ** BigInt(shift) : x.coefficient;
  const right = shift < 0 ? y.coefficient * 10n ** BigInt(-shift) : y.coefficient;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Position of the first digit; of zero there is none. */
function magnitudeOf({ coefficient, exponent }: Parts): number {
  return String(coefficient < 0n ? -coefficient : coefficient).length + exponent;
}

export function negate(value: Numeric): Numeric {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  return new Decimal(-value.coefficient, value.exponent, -value.approximate);
}

/** Undefined where the result is beyond every double. */
export function add(a: Numeric, b: Numeric): Numeric | undefined {
  return addTo(a, b, maxResultDigits);
}

/** The same of what is one of many summands: exact whatever their order, and to be cut by `cutSum` in the end. */
export function addExactly(a: Numeric, b: Numeric): Numeric | undefined {
  return addTo(a, b, maxSumDigits);
}

/** A sum as it is shown: as `add` gives it. */
export function cutSum(sum: Numeric): Numeric | undefined {
  return typeof sum === 'number' ? sum : bounded(sum.coefficient, sum.exponent);
}

function addTo(a: Numeric, b: Numeric, most: number): Numeric | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum) && Number.isInteger(a) && Number.isInteger(b)) return sum;
  }
  const x = partsOf(a);
  const y = partsOf(b);
  const shift = x.exponent - y.exponent;
  if (Math.abs(shift) > most) return rounded(toDouble(a) + toDouble(b));
  const left = shift > 0 ? x.coefficient * 10n ** BigInt(shift) : x.coefficient;
  const right = shift < 0 ? y.coefficient * 10n ** BigInt(-shift) : y.coefficient;
  return bounded(left + right, Math.min(x.exponent, y.exponent), most);
}

export function subtract(a: Numeric, b: Numeric): Numeric | undefined {
  return add(a, negate(b));
}

export function multiply(a: Numeric, b: Numeric): Numeric | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product) && Number.isInteger(a) && Number.isInteger(b)) {
      return product === 0 ? 0 : product;
    }
  }
  const x = partsOf(a);
  const y = partsOf(b);
  return bounded(x.coefficient * y.coefficient, x.exponent + y.exponent);
}

/** The quotient rounded to a double; undefined by zero. */
export function divide(a: Numeric, b: Numeric): Numeric | undefined {
  return toDouble(b) === 0 && compareNumbers(b, 0) === 0 ? undefined : rounded(toDouble(a) / toDouble(b));
}

/** Quotient cut towards zero, exact; undefined by zero. */
export function divideWhole(a: Numeric, b: Numeric): Numeric | undefined {
  const aligned = align(a, b);
  if (aligned === undefined) return undefined;
  return canonical(aligned.left / aligned.right, 0);
}

/** What `divideWhole` leaves, with the sign of the dividend, exact; undefined by zero. */
export function remainder(a: Numeric, b: Numeric): Numeric | undefined {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) {
    const rest = a % b;
    if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return rest === 0 ? 0 : rest;
  }
  const aligned = align(a, b);
  return aligned && canonical(aligned.left % aligned.right, aligned.exponent);
}

function align(a: Numeric, b: Numeric): { left: bigint; right: bigint; exponent: number } | undefined {
  const x = partsOf(a);
  const y = partsOf(b);
  if (y.coefficient === 0n) return undefined;
  const shift = x.exponent - y.exponent;
  if (Math.abs(shift) > 2 * maxResultDigits) return undefined;
  return {
    left: shift > 0 ? x.coefficient * 10n ** BigInt(shift) : x.coefficient,
    right: shift < 0 ? y.coefficient * 10n ** BigInt(-shift) : y.coefficient,
    exponent: Math.min(x.exponent, y.exponent),
  };
}

/** A double that came out of floating-point arithmetic; undefined where it is infinite or not a number. */
export function rounded(value: number): number | undefined {
  return Number.isFinite(value) ? (value === 0 ? 0 : value) : undefined;
}
