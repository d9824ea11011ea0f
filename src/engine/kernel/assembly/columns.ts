import { KIND_NULL } from './frame';
import { arePlain, areWhole } from './scalar';

/*
 * What a column is kept as (see engine/columns). Both functions answer what the plain encoders there answer; texts are far
 * apart in memory, so each is looked at once.
 */

const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
const ZERO: u8 = 0x30;

/** Of an ending: digits behind the point, and what the first byte and the last one say. */
const PLACES: u8 = 0x1f;
const NEGATIVE: u8 = 0x40;
const ENDS_WITH_ZERO: u8 = 0x80;
const MOST_DECIMALS: i32 = 15;
const MOST: f64 = 1e15;

/** What `packDecimals` found. */
export let decimalScale: u32 = 0;
export let decimalLeast: u32 = 0;
export let decimalOthers: u32 = 0;
export let decimalWidth: u32 = 0;
export let decimalLow: f64 = 0;
export let decimalHigh: f64 = 0;

/**
 * Packs a column of numbers into words at `target`, which has room for one a record. Answers how many words these are; -1
 * where a value is no plain decimal number, -2 where the numbers span too much.
 */
export function packDecimals(
  kinds: usize,
  starts: usize,
  ends: usize,
  numbers: usize,
  buffer: usize,
  count: u32,
  kind: u32,
  target: usize,
): i32 {
  if (areWhole && measureWholes(kinds, numbers, count, u8(kind))) {
    return packWholes(numbers, count, target);
  }
  const isPlain = arePlain
    ? measurePlain(kinds, starts, ends, numbers, count, u8(kind), target)
    : measureTexts(kinds, starts, ends, numbers, buffer, count, u8(kind), target);
  if (!isPlain) return -1;
  const width = widthOfDecimals();
  if (width < 0) return width;
  const power = tenTo(decimalScale);
  const low = decimalLow;
  for (let i: u32 = 0; i < count; i++) {
    const offset = nearest(load<f64>(numbers + (usize(i) << 3)) * power) - low;
    store<u32>(target + (usize(i) << 2), load<u8>(kinds + i) == u8(kind) ? u32(offset) : 0);
  }
  return i32(packWords(target, count, u32(width)));
}

/** Sets how many bits the numbers take, and answers that; -2 where they span too much. */
function widthOfDecimals(): i32 {
  const span = decimalHigh - decimalLow;
  if (span >= 4294967296) return -2;
  decimalWidth = span == 0 ? 0 : 32 - u32(clz(u32(span)));
  return i32(decimalWidth);
}

/** Packs words at `target`, of `width` bits each, into the words there; answers how many these are. */
function packWords(target: usize, count: u32, width: u32): u32 {
  let bits: u64 = 0;
  let held: u32 = 0;
  let to = target;
  let at = target;
  const end = target + (usize(count) << 2);
  // Two at a time where they fit, for each step waits for the one before. Whether a word is full is hard to foretell, so it is
  // written in any case.
  if (width <= 16) {
    for (; at + 8 <= end; at += 8) {
      bits |= (u64(load<u32>(at)) | (u64(load<u32>(at, 4)) << width)) << held;
      held += 2 * width;
      store<u32>(to, u32(bits));
      const full = held >> 5;
      to += usize(full) << 2;
      bits >>= full << 5;
      held &= 31;
    }
  }
  for (; at < end; at += 4) {
    bits |= u64(load<u32>(at)) << held;
    held += width;
    store<u32>(to, u32(bits));
    const full = held >> 5;
    to += usize(full) << 2;
    bits >>= full << 5;
    held &= 31;
  }
  if (held > 0) {
    store<u32>(to, u32(bits));
    to += 4;
  }
  return u32(to - target) >> 2;
}

/**
 * Sets what is said of a column that has a whole number in every record, all of them written plainly. Answers false where it
 * may be another.
 */
function measureWholes(kinds: usize, numbers: usize, count: u32, kind: u8): bool {
  const all = u64(kind) * 0x0101010101010101;
  let i: u32 = 0;
  for (; i + 8 <= count; i += 8) if (load<u64>(kinds + i) != all) return false;
  for (; i < count; i++) if (load<u8>(kinds + i) != kind) return false;
  if (count == 0) return false;
  let low = f64x2.splat(load<f64>(numbers));
  let high = low;
  let inexact = f64x2.ne(low, low);
  let at = numbers;
  const end = numbers + (usize(count) << 3);
  for (; at + 16 <= end; at += 16) {
    const two = v128.load(at);
    low = f64x2.pmin(low, two);
    high = f64x2.pmax(high, two);
    inexact = v128.or(inexact, f64x2.ne(two, two));
  }
  if (at < end) {
    const last = f64x2.splat(load<f64>(at));
    low = f64x2.pmin(low, last);
    high = f64x2.pmax(high, last);
    inexact = v128.or(inexact, f64x2.ne(last, last));
  }
  if (v128.any_true(inexact)) return false;
  decimalLow = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  decimalHigh = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
  decimalScale = 0;
  decimalLeast = 0;
  decimalOthers = 0;
  return decimalLow > -MOST && decimalHigh < MOST;
}

/** What follows for those. */
function packWholes(numbers: usize, count: u32, target: usize): i32 {
  const width = widthOfDecimals();
  if (width < 0) return width;
  const low = f64x2.splat(decimalLow);
  const end = target + (usize(count) << 2);
  for (let at = target; at < end; at += 8, numbers += 16) {
    // What is past the last is anything, and there is room for it.
    const offsets = i32x4.trunc_sat_f64x2_u_zero(f64x2.sub(v128.load(numbers), low));
    v128.store64_lane(at, offsets, 0);
  }
  return i32(packWords(target, count, u32(width)));
}

/**
 * Sets what is said of numbers whose texts are all plain: how a text is written is then told by its length and its number, and
 * it is not looked at. Answers false where the numbers cannot be packed. `target` is scratch memory.
 */
function measurePlain(
  kinds: usize,
  starts: usize,
  ends: usize,
  numbers: usize,
  count: u32,
  kind: u8,
  target: usize,
): bool {
  let scale: u32 = 0;
  let least: u32 = 255;
  let others: u32 = 0;
  // Of vectors, for that is one instruction.
  let lows = f64x2.splat(Infinity);
  let highs = f64x2.splat(-Infinity);
  for (let i: u32 = 0; i < count; i++) {
    const own = load<u8>(kinds + i);
    if (own != kind) {
      if (own > KIND_NULL) return false;
      others++;
      continue;
    }
    const place = usize(i) << 2;
    const number = load<f64>(numbers + (usize(i) << 3));
    const size = abs(number);
    if (!(size < MOST)) return false;
    const length = load<u32>(ends + place) - load<u32>(starts + place) - u32(number < 0);
    const behind = length - digitsOf(u64(i64(size)));
    const after = behind - u32(behind > 0);
    if (after > u32(MOST_DECIMALS)) return false;
    store<u8>(target + i, u8(after));
    scale = max(scale, after);
    least = min(least, after);
    lows = f64x2.pmin(lows, f64x2.splat(number));
    highs = f64x2.pmax(highs, f64x2.splat(number));
  }
  if (others == count) return false;
  if (scale > 0) {
    const power = tenTo(scale);
    lows = f64x2.splat(Infinity);
    highs = f64x2.splat(-Infinity);
    for (let i: u32 = 0; i < count; i++) {
      if (load<u8>(kinds + i) != kind) continue;
      const number = load<f64>(numbers + (usize(i) << 3));
      const size = abs(number);
      const whole = nearest(size * power);
      if (!(whole < MOST && whole / power == size)) return false;
      const after: u32 = load<u8>(target + i);
      if (after > least) {
        const written = u64(i64(whole)) / load<u64>(POWERS + (usize(scale - after) << 3));
        if (written % 10 == 0) return false;
      }
      const signed = number < 0 ? -whole : whole;
      lows = f64x2.pmin(lows, f64x2.splat(signed));
      highs = f64x2.pmax(highs, f64x2.splat(signed));
    }
  }
  decimalScale = scale;
  decimalLeast = least;
  decimalOthers = others;
  decimalLow = f64x2.extract_lane(lows, 0);
  decimalHigh = f64x2.extract_lane(highs, 0);
  return true;
}

/** 1, 10, ... 10^15 */
const POWERS: usize = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
  10000000000000, 100000000000000, 1000000000000000,
]);

/** How many digits a number below 10^15 has. */
// @ts-ignore: decorator
@inline
function digitsOf(number: u64): u32 {
  const odd = number | 1;
  // A bit is 0.30103 digits.
  const digits = ((64 - u32(clz(odd))) * 1233) >> 12;
  return digits + u32(odd >= load<u64>(POWERS + (usize(digits) << 3)));
}

/** `measurePlain` for numbers of which some may be written otherwise: each text is looked at. */
function measureTexts(
  kinds: usize,
  starts: usize,
  ends: usize,
  numbers: usize,
  buffer: usize,
  count: u32,
  kind: u8,
  target: usize,
): bool {
  let scale: u32 = 0;
  let least: u32 = 255;
  let others: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const own = load<u8>(kinds + i);
    if (own != kind) {
      if (own > KIND_NULL) return false;
      others++;
      continue;
    }
    const place = usize(i) << 2;
    const start = buffer + load<u32>(starts + place);
    const end = buffer + load<u32>(ends + place);
    const ending = endingOf(start, end);
    if (ending < 0) return false;
    store<u8>(target + i, u8(ending));
    const after = u32(ending) & PLACES;
    if (after > scale) scale = after;
    if (after < least) least = after;
  }
  if (others == count) return false;
  const power = tenTo(scale);
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  let digits: u32 = 1;
  let bound: f64 = 10;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(kinds + i) != kind) continue;
    const number = load<f64>(numbers + (usize(i) << 3));
    const size = abs(number);
    const whole = nearest(size * power);
    if (!(whole < MOST && (scale == 0 || whole / power == size))) return false;
    const ending = load<u8>(target + i);
    const after = u32(ending & PLACES);
    const written = after == scale ? whole : whole / tenTo(scale - after);
    while (written >= bound) {
      bound *= 10;
      digits++;
    }
    while (digits > 1 && written * 10 < bound) {
      bound /= 10;
      digits--;
    }
    const negative = (ending & NEGATIVE) != 0;
    const length = max(digits, after + 1) + (after > 0 ? 1 : 0) + (negative ? 1 : 0);
    const place = usize(i) << 2;
    if (length != load<u32>(ends + place) - load<u32>(starts + place) || negative != number < 0) return false;
    if (after > least && (ending & ENDS_WITH_ZERO) != 0) return false;
    const signed = negative ? -whole : whole;
    low = min(low, signed);
    high = max(high, signed);
  }
  decimalScale = scale;
  decimalLeast = least;
  decimalOthers = others;
  decimalLow = low;
  decimalHigh = high;
  return true;
}

// @ts-ignore: decorator
@inline
function endingOf(start: usize, end: usize): i32 {
  let at = end;
  while (at > start && load<u8>(at - 1) - ZERO <= 9) at--;
  if (at == end) return -1;
  const negative = load<u8>(start) == MINUS;
  const ending: i32 = i32((negative ? NEGATIVE : 0) | (load<u8>(end - 1) == ZERO ? ENDS_WITH_ZERO : 0));
  if (at == start) return ending;
  const after = i32(end - at);
  if (load<u8>(at - 1) == DOT) return at - 1 > start && after <= MOST_DECIMALS ? ending | after : -1;
  return at - 1 == start && negative ? ending : -1;
}

function tenTo(exponent: u32): f64 {
  let power: f64 = 1;
  for (let i: u32 = 0; i < exponent; i++) power *= 10;
  return power;
}

const MOST_VALUES: u32 = 2048;
const TABLE: u32 = 8192;
const HASHED: usize = 4;
const MOST_PROBES: u32 = 64;
/** Of each slot the number of a value plus one; of each value the record that has it first. */
const table = memory.data(8192 * 2);
export const valueRecords: usize = memory.data(2048 * 4, 4);

/**
 * Gives each record the number of its value, in order of first appearance, and writes it to `target`, a word each; the
 * record that has a value first goes to `valueRecords`. Answers how many values there are, 0 where they are not few.
 * @param room bytes that the values may take together
 */
export function codeValues(
  kinds: usize,
  starts: usize,
  ends: usize,
  buffer: usize,
  count: u32,
  room: u32,
  always: u32,
  trial: u32,
  target: usize,
): u32 {
  memory.fill(table, 0, TABLE * 2);
  let distinct: u32 = 0;
  let size: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const kind = load<u8>(kinds + i);
    const place = usize(i) << 2;
    let start = buffer;
    let length: u32 = 0;
    if (kind > KIND_NULL) {
      start = buffer + load<u32>(starts + place);
      length = load<u32>(ends + place) - load<u32>(starts + place);
    }
    let slot = hashOf(kind, start, length) & (TABLE - 1);
    let probes: u32 = 0;
    let code: u32 = load<u16>(table + (usize(slot) << 1));
    while (code != 0) {
      const other = load<u32>(valueRecords + (usize(code - 1) << 2));
      if (load<u8>(kinds + other) == kind) {
        if (kind <= KIND_NULL) break;
        const from = load<u32>(starts + (usize(other) << 2));
        if (load<u32>(ends + (usize(other) << 2)) - from == length && isSame(start, buffer + from, length)) break;
      }
      if (++probes > MOST_PROBES) return 0;
      slot = (slot + 1) & (TABLE - 1);
      code = load<u16>(table + (usize(slot) << 1));
    }
    if (code == 0) {
      size += length;
      if (distinct == MOST_VALUES || size > room) return 0;
      if (i > trial && distinct * 2 > i && distinct > always) return 0;
      store<u32>(valueRecords + (usize(distinct) << 2), i);
      code = ++distinct;
      store<u16>(table + (usize(slot) << 1), u16(code));
    }
    store<u32>(target + place, code - 1);
  }
  return distinct;
}

/** As the plain encoder: of a few bytes, those at the end above all, where numbered names differ. */
// @ts-ignore: decorator
@inline
function hashOf(kind: u8, start: usize, length: u32): u32 {
  let hash: u32 = (length * 16 + kind + 1) * 0x9e3779b1;
  const end = start + length;
  const from = usize(length) > HASHED ? end - HASHED : start;
  for (let at = from; at < end; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  if (from > start) {
    hash = (hash ^ (u32(load<u8>(start)) | (u32(load<u8>(start + ((from - start) >>> 1))) << 8))) * 0x85ebca6b;
  }
  return hash ^ (hash >>> 15);
}

// @ts-ignore: decorator
@inline
function isSame(one: usize, other: usize, length: u32): bool {
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) != load<u64>(other + at)) return false;
  for (; at < length; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

/** What `packPlaces` found: of lengths and of gaps the least and the greatest. */
export let leastLength: u32 = 0;
export let mostLength: u32 = 0;
export let leastGap: u32 = 0;
export let mostGap: u32 = 0;

/**
 * Packs the lengths of records into words at `target`, which has room for one a record; answers how many words these are. The
 * gaps between the records are only measured.
 */
export function packPlaces(starts: usize, ends: usize, count: u32, target: usize): u32 {
  let shortest: u32 = 0xffffffff;
  let longest: u32 = 0;
  let narrowest: u32 = 0xffffffff;
  let widest: u32 = 0;
  const size = usize(count) << 2;
  let at: usize = 0;
  let shortests = i8x16.splat(-1);
  let longests = i8x16.splat(0);
  let narrowests = shortests;
  let widests = longests;
  for (; at + 20 <= size; at += 16) {
    const end = v128.load(ends + at);
    const length = i32x4.sub(end, v128.load(starts + at));
    const gap = i32x4.sub(v128.load(starts + at, 4), end);
    shortests = i32x4.min_u(shortests, length);
    longests = i32x4.max_u(longests, length);
    narrowests = i32x4.min_u(narrowests, gap);
    widests = i32x4.max_u(widests, gap);
  }
  shortest = leastOf(shortests);
  longest = mostOf(longests);
  narrowest = leastOf(narrowests);
  widest = mostOf(widests);
  for (; at < size; at += 4) {
    const end = load<u32>(ends + at);
    const length = end - load<u32>(starts + at);
    shortest = min(shortest, length);
    longest = max(longest, length);
    if (at + 4 == size) break;
    const gap = load<u32>(starts + at, 4) - end;
    narrowest = min(narrowest, gap);
    widest = max(widest, gap);
  }
  leastLength = shortest;
  mostLength = longest;
  leastGap = narrowest;
  mostGap = widest;
  const span = longest - shortest;
  const width: u32 = span == 0 ? 0 : 32 - u32(clz(span));
  const least = i32x4.splat(shortest);
  for (at = 0; at < size; at += 16) {
    // Past the last is anything, and there is room for it.
    const lengths = i32x4.sub(v128.load(ends + at), v128.load(starts + at));
    v128.store(target + at, i32x4.sub(lengths, least));
  }
  return packWords(target, count, width);
}

function leastOf(four: v128): u32 {
  const two = i32x4.min_u(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
  return min(u32(i32x4.extract_lane(two, 0)), u32(i32x4.extract_lane(two, 1)));
}

function mostOf(four: v128): u32 {
  const two = i32x4.max_u(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
  return max(u32(i32x4.extract_lane(two, 0)), u32(i32x4.extract_lane(two, 1)));
}
