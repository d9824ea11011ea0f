/** The powers of ten that are exact doubles. */
const POWERS: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]);

const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;

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

// @ts-ignore: decorator
@inline
function digitRun(at: usize): u32 {
  return ctz(~digitsMask(at));
}

/** A bit for each of 16 bytes that is a digit. */
// @ts-ignore: decorator
@inline
export function digitsMask(at: usize): u32 {
  const value = i8x16.sub(v128.load(at), i8x16.splat(0x30));
  return u32(i8x16.bitmask(i8x16.eq(i8x16.min_u(value, i8x16.splat(9)), value)));
}

/** Where the JSON number, `true`, `false` or `null` at `at` ends; 0 where there is none. */
export function scalarEnd(at: usize): usize {
  const first = load<u8>(at);
  if (first == 0x74) return load<u32>(at) == TRUE ? at + 4 : 0;
  if (first == 0x66) return load<u32>(at, 1) == ALSE ? at + 5 : 0;
  if (first == 0x6e) return load<u32>(at) == NULL ? at + 4 : 0;
  return numberEnd(at);
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
      continue;
    }
    if ((byte | 0x20) == 0x65) {
      scale += exponent(at + 1, end);
      break;
    }
    digits = digits * 10 + (byte - 0x30);
    scale -= inFraction;
    significant += u32(digits != 0);
    if (significant > 15) return NaN;
  }
  if (scale < -22 || scale > 22) return NaN;

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
