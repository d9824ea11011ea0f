import { KIND_NULL, KIND_TEXT } from './frame';

/*
 * What is asked of a column as a whole: which values are in a range, and the range that they span. A number that is NaN
 * stands for no value (its kind says so) or for one that has no exact double, of which nothing is known here.
 */

/**
 * Writes to `target` the indices, ascending, of those of the first `count` numbers that are in [low, high]
 * (`inside`) or outside, and of values that are none of the exact numbers. Answers how many there are; up to 7
 * of the numbers past the last may be read.
 */
export function selectRange(
  numbers: usize,
  kinds: usize,
  count: u32,
  low: f64,
  high: f64,
  inside: bool,
  target: usize,
): u32 {
  const lows = f64x2.splat(low);
  const highs = f64x2.splat(high);
  const turned = i8x16.splat(inside ? 0 : -1);
  const first = target;
  for (let index: u32 = 0; index < count; index += 8) {
    const at = numbers + (usize(index) << 3);
    const a = chosen(v128.load(at), lows, highs, turned);
    const b = chosen(v128.load(at, 16), lows, highs, turned);
    const c = chosen(v128.load(at, 32), lows, highs, turned);
    const d = chosen(v128.load(at, 48), lows, highs, turned);
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
    let places =
      u32(i64x2.bitmask(a)) |
      (u32(i64x2.bitmask(b)) << 2) |
      (u32(i64x2.bitmask(c)) << 4) |
      (u32(i64x2.bitmask(d)) << 6);
    if (count - index < 8) places &= (1 << (count - index)) - 1;
    for (; places != 0; places &= places - 1) {
      const place = index + u32(ctz(places));
      const value = load<f64>(numbers + (usize(place) << 3));
      if (value != value && load<u8>(kinds + place) <= KIND_NULL) continue;
      store<u32>(target, place);
      target += 4;
    }
  }
  return u32(target - first) >> 2;
}

/** Ones where a number is as wanted or NaN. */
// @ts-ignore: decorator
@inline
function chosen(values: v128, lows: v128, highs: v128, turned: v128): v128 {
  const within = v128.and(f64x2.ge(values, lows), f64x2.le(values, highs));
  return v128.or(v128.xor(within, turned), f64x2.ne(values, values));
}

/** What `numberBounds` found: the least and the greatest number. */
export let least: f64 = 0;
export let greatest: f64 = 0;

/**
 * Finds the bounds of the first `count` numbers; `least` is greater than `greatest` where there is none.
 * Answers false where a value is no exact number.
 */
export function numberBounds(numbers: usize, kinds: usize, count: u32): bool {
  let lows = f64x2.splat(Infinity);
  let highs = f64x2.splat(-Infinity);
  let at = numbers;
  const end = numbers + (usize(count) << 3);
  for (; at + 16 <= end; at += 16) {
    const values = v128.load(at);
    // What is NaN is neither less nor greater.
    lows = f64x2.pmin(lows, values);
    highs = f64x2.pmax(highs, values);
    if (v128.any_true(f64x2.ne(values, values)) && (hides(numbers, kinds, at) || hides(numbers, kinds, at + 8))) return false;
  }
  least = min(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1));
  greatest = max(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1));
  if (at == end) return true;
  if (hides(numbers, kinds, at)) return false;
  const value = load<f64>(at);
  if (value < least) least = value;
  if (value > greatest) greatest = value;
  return true;
}

/** Whether the number at `at` is NaN for a value. */
// @ts-ignore: decorator
@inline
function hides(numbers: usize, kinds: usize, at: usize): bool {
  const value = load<f64>(at);
  return value != value && load<u8>(kinds + ((at - numbers) >> 3)) > KIND_NULL;
}

/** What `textBounds` answers: no value, some, one that it says nothing of. */
const NONE: u32 = 0;
const BOUNDED: u32 = 1;
const MIXED: u32 = 2;
/** The records that it found to hold the least and the greatest text, by bytes. */
export let leastText: u32 = 0;
export let greatestText: u32 = 0;

/**
 * Finds the bounds of the texts of the first `count` records, which stand at `starts` to `ends` from `base` on.
 * A text that is longer than `longest`, or has to be unescaped, or a value that is none makes it give up.
 */
export function textBounds(kinds: usize, starts: usize, ends: usize, base: usize, count: u32, longest: u32): u32 {
  let lowHead: u64 = 0;
  let lowLength: u32 = 0;
  let lowAt: usize = 0;
  let highHead: u64 = 0;
  let highLength: u32 = 0;
  let highAt: usize = 0;
  for (let index: u32 = 0; index < count; index++) {
    const kind = load<u8>(kinds + index);
    if (kind <= KIND_NULL) continue;
    const start = load<u32>(starts + (usize(index) << 2));
    const length = load<u32>(ends + (usize(index) << 2)) - start;
    if (kind != KIND_TEXT || length > longest) return MIXED;
    const at = base + start;
    const head = headOf(at, length);
    if (lowAt == 0) {
      lowHead = highHead = head;
      lowLength = highLength = length;
      lowAt = highAt = at;
      leastText = greatestText = index;
      continue;
    }
    // Few texts can be a bound, and one branch that is mostly not taken says which.
    const low = u32(head < lowHead) | (u32(head == lowHead) & differs(length, lowLength));
    const high = u32(head > highHead) | (u32(head == highHead) & differs(length, highLength));
    if ((low | high) == 0) continue;
    if (low != 0 && (head < lowHead || isLess(at, length, lowAt, lowLength))) {
      lowHead = head;
      lowLength = length;
      lowAt = at;
      leastText = index;
    }
    if (high != 0 && (head > highHead || isLess(highAt, highLength, at, length))) {
      highHead = head;
      highLength = length;
      highAt = at;
      greatestText = index;
    }
  }
  return lowAt == 0 ? NONE : BOUNDED;
}

/** The first eight bytes of a text as a number in their order, NUL for those that it has not. */
// @ts-ignore: decorator
@inline
function headOf(at: usize, length: u32): u64 {
  const bytes = bswap(load<u64>(at));
  return length >= 8 ? bytes : length == 0 ? 0 : bytes & (~u64(0) << u64(64 - (length << 3)));
}

/** 0 where two texts with the same head must be the same: they have no more than it. */
// @ts-ignore: decorator
@inline
function differs(length: u32, other: u32): u32 {
  return u32(length != other) | u32(length > 8);
}

function isLess(a: usize, aLength: u32, b: usize, bLength: u32): bool {
  const order = memory.compare(a, b, min(aLength, bLength));
  return order < 0 || (order == 0 && aLength < bLength);
}
