import { KIND_FALSE, KIND_NULL, KIND_NUMBER, KIND_ODD_TEXT, KIND_TRUE } from './frame';
import { shortestDouble } from './longNumber';

/** The powers of ten that are exact doubles. */
const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]);

const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;
/** Of `NaN`, the last two letters. */
const AN: u16 = 0x4e61;
const INFINITY: u64 = 0x7974696e69666e49;

/** Where the run of digits at `at` ends. */
// @ts-ignore: decorator
@inline
export function digitsEnd(at: usize): usize {
  let run = digitRun(at);
  while (run == 16) {
    at += 16;
    run = digitRun(at);
  }
  return at + run;
}

/** How many digits stand at `at`, up to 16. */
// @ts-ignore: decorator
@inline
export function digitRun(at: usize): u32 {
  return ctz(~digitsMask(at));
}

/** A bit for each of 16 bytes that is a digit. */
// @ts-ignore: decorator
@inline
export function digitsMask(at: usize): u32 {
  const value = i8x16.sub(v128.load(at), i8x16.splat(0x30));
  return u32(i8x16.bitmask(i8x16.eq(i8x16.min_u(value, i8x16.splat(9)), value)));
}

/** Where the JSON number, `true`, `false`, `null`, `NaN` or infinity at `at` ends; 0 where there is none. */
export function scalarEnd(at: usize): usize {
  const first = load<u8>(at);
  if (first <= 0x39) {
    const end = numberEnd(at);
    return end == 0 && first == 0x2d ? infinityEnd(at + 1) : end;
  }
  if (first == 0x74) return load<u32>(at) == TRUE ? at + 4 : 0;
  if (first == 0x66) return load<u32>(at, 1) == ALSE ? at + 5 : 0;
  if (first == 0x6e) return load<u32>(at) == NULL ? at + 4 : 0;
  if (first == 0x4e) return load<u16>(at, 1) == AN ? at + 3 : 0;
  return infinityEnd(at);
}

function infinityEnd(at: usize): usize {
  return load<u64>(at) == INFINITY ? at + 8 : 0;
}

/** Whether what `scalarEnd` has found at `at` is a number that is none to JSON. */
// @ts-ignore: decorator
@inline
export function isNotFinite(at: usize, first: u8): bool {
  return first == 0x4e || first == 0x49 || (first == 0x2d && load<u8>(at, 1) == 0x49);
}

/** What the scalar at `at` is, which is no text. */
// @ts-ignore: decorator
@inline
export function scalarKind(at: usize, first: u8): u8 {
  if (first == 0x74) return KIND_TRUE;
  if (first == 0x66) return KIND_FALSE;
  if (first == 0x6e) return KIND_NULL;
  return isNotFinite(at, first) ? KIND_ODD_TEXT : KIND_NUMBER;
}

/** Where `true`, `false` or `null` at `at` ends, without a branch that depends on which; 0 where there is none. */
// @ts-ignore: decorator
@inline
export function literalEnd(at: usize): usize {
  const head = load<u32>(at);
  const four = usize(head == TRUE) | usize(head == NULL);
  const five = usize(load<u8>(at) == 0x66) & usize(load<u32>(at, 1) == ALSE);
  return (four | five) != 0 ? at + 4 + five : 0;
}

/**
 * Where the JSON number at `at` ends if it is one without sign and exponent, and of less than 16 bytes; else 0.
 * The two kinds, with and without a fraction, take turns in few columns.
 */
// @ts-ignore: decorator
@inline
export function plainNumberEnd(at: usize): usize {
  const others = ~digitsMask(at);
  const whole = u32(ctz(others));
  const next = load<u8>(at + whole);
  const leads = u32(whole - 1 < 15) & (u32(whole == 1) | u32(load<u8>(at) != 0x30));
  if (next == 0x2e) {
    const size = u32(ctz(others & (others - 1)));
    const goesOn = u32((load<u8>(at + size) | 0x20) == 0x65);
    return (leads & u32(size > whole + 1) & u32(size < 16) & ~goesOn) != 0 ? at + size : 0;
  }
  return (leads & u32((next | 0x20) != 0x65)) != 0 ? at + whole : 0;
}

/** Where the digits at `at` end if they are what a whole number of less than 16 begins with; else 0. */
// @ts-ignore: decorator
@inline
export function wholeEnd(at: usize): usize {
  const length = digitRun(at);
  const leads = u32(length - 1 < 15) & (u32(length == 1) | u32(load<u8>(at) != 0x30));
  return leads != 0 ? at + length : 0;
}

/** Where the JSON number at `at` ends; 0 where there is none. */
export function numberEnd(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  let end = digitsEnd(at);
  if (end == at || (load<u8>(at) == 0x30 && end - at > 1)) return 0;
  let next = load<u8>(end);
  if (next == 0x2e) {
    at = end + 1;
    end = digitsEnd(at);
    if (end == at) return 0;
    next = load<u8>(end);
  }
  if ((next | 0x20) == 0x65) {
    at = end + 1;
    next = load<u8>(at);
    if (next == 0x2b || next == 0x2d) at++;
    end = digitsEnd(at);
    if (end == at) return 0;
  }
  return end;
}

/** Whether the text from `at` to `end` is a whole number of up to eight digits as JSON has it. */
// @ts-ignore: decorator
@inline
export function isShortWhole(at: usize, end: usize): bool {
  const size = u32(end - at);
  const others = ~digitsMask(at) & ((1 << (size & 15)) - 1);
  return u32(size - 1 < 8) & u32(others == 0) & (u32(size == 1) | u32(load<u8>(at) != 0x30)) ? true : false;
}

/** The number that `isShortWhole` says is there. */
// @ts-ignore: decorator
@inline
export function shortWhole(at: usize, end: usize): f64 {
  return f64(i64(eightDigits(load<u64>(at) << u64(64 - (u32(end - at) << 3)))));
}

/** `exactNumber`, quick for whole numbers and decimals without a sign and of up to 8 bytes. */
// @ts-ignore: decorator
@inline
export function plainNumber(at: usize, end: usize): f64 {
  const size = u32(end - at);
  if (size - 1 > 7) return exactNumber(at, end);
  const others = ~digitsMask(at) & ((1 << size) - 1);
  // The bytes stand at the top, the last digit highest; below them are zeros.
  const unused = 64 - (size << 3);
  const bytes = load<u64>(at) << u64(unused);
  if (others == 0) return f64(i64(eightDigits(bytes)));
  const point = u32(ctz(others));
  if ((others & (others - 1)) != 0 || load<u8>(at + point) != 0x2e) return exactNumber(at, end);
  areWhole = false;
  const below = unused + (point << 3);
  const whole = bytes & ((u64(1) << u64(below)) - 1);
  // Twice, for a shift by 64 would be none.
  const fraction = ((bytes >> u64(below)) >> 8 << 8) << u64(below);
  return f64(i64(eightDigits(fraction | (whole << 8)))) / load<f64>(POWERS + (usize(size - 1 - point) << 3));
}

/** The number of the up to eight digits that stand in the bytes, the first one lowest, behind bytes of zero. */
// @ts-ignore: decorator
@inline
function eightDigits(bytes: u64): u64 {
  const pairs = ((bytes & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  const fours = ((pairs & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return ((fours & 0x0000ffff0000ffff) * 42949672960001) >> 32;
}

/**
 * Whether the texts of all numbers that the scan found are plain: digits, at most a point and a minus, no zero in front that
 * does not count, and no minus before zero. Who sets a number of another text clears it.
 */
export let arePlain: bool = true;
/** Whether they are, and none of them has a point. */
export let areWhole: bool = true;

export function beginPlain(): void {
  arePlain = areWhole = true;
}

export function endWhole(): void {
  areWhole = false;
}

export function endPlain(): void {
  arePlain = areWhole = false;
}

/** The double of the JSON number from `at` to `end` that `FieldColumn.numbers` promises, else NaN. */
export function exactNumber(at: usize, end: usize): f64 {
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;

  let digits: u64 = 0;
  let significant: u32 = 0;
  let scale: i32 = 0;
  let inFraction: i32 = 0;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e) {
      inFraction = 1;
      areWhole = false;
      continue;
    }
    if ((byte | 0x20) == 0x65) {
      scale += exponent(at + 1, end);
      endPlain();
      break;
    }
    digits = digits * 10 + (byte - 0x30);
    scale -= inFraction;
    significant += u32(digits != 0);
    if (significant > 17) return NaN;
  }
  if (significant > 15) {
    while (digits % 10 == 0) {
      digits /= 10;
      scale++;
    }
    if (digits >= 1_000_000_000_000_000) {
      const value = shortestDouble(digits, scale);
      return negative ? 0 - value : value;
    }
  }
  if (scale < -22 || scale > 22) return NaN;
  if (negative && digits == 0) endPlain();

  const size = f64(i64(digits));
  const value = scale < 0 ? size / load<f64>(POWERS + (usize(-scale) << 3)) : size * load<f64>(POWERS + (usize(scale) << 3));
  return negative ? 0 - value : value;
}

/** What is too long to be held is a number so large that no fraction of a record's length brings it back. */
function exponent(at: usize, end: usize): i32 {
  const down = load<u8>(at) == 0x2d;
  if (down || load<u8>(at) == 0x2b) at++;
  let value: i32 = 0;
  for (; at < end; at++) {
    value = value < 100_000_000 ? value * 10 + (load<u8>(at) - 0x30) : 1_200_000_000;
  }
  return down ? -value : value;
}

/** 1 for the bytes that a number or literal can end before: white space, comma, closing brackets. */
const SCALAR_ENDS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0,
]);

// @ts-ignore: decorator
@inline
export function endsScalar(byte: u8): bool {
  return byte < 0x80 && load<u8>(SCALAR_ENDS + byte) != 0;
}
