import { KIND_NULL } from './frame';

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
  let scale: u32 = 0;
  let least: u32 = 255;
  let others: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const own = load<u8>(kinds + i);
    if (own != u8(kind)) {
      if (own > KIND_NULL) return -1;
      others++;
      continue;
    }
    const place = usize(i) << 2;
    const start = buffer + load<u32>(starts + place);
    const end = buffer + load<u32>(ends + place);
    const ending = endingOf(start, end);
    if (ending < 0) return -1;
    store<u8>(target + i, u8(ending));
    const after = u32(ending) & PLACES;
    if (after > scale) scale = after;
    if (after < least) least = after;
  }
  if (others == count) return -1;
  const power = tenTo(scale);
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  let digits: u32 = 1;
  let bound: f64 = 10;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(kinds + i) != u8(kind)) continue;
    const number = load<f64>(numbers + (usize(i) << 3));
    const size = abs(number);
    const whole = nearest(size * power);
    if (!(whole < MOST && (scale == 0 || whole / power == size))) return -1;
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
    if (length != load<u32>(ends + place) - load<u32>(starts + place) || negative != number < 0) return -1;
    if (after > least && (ending & ENDS_WITH_ZERO) != 0) return -1;
    const signed = negative ? -whole : whole;
    low = min(low, signed);
    high = max(high, signed);
  }
  const span = high - low;
  if (span >= 4294967296) return -2;
  const width: u32 = span == 0 ? 0 : 32 - u32(clz(u32(span)));
  decimalScale = scale;
  decimalLeast = least;
  decimalOthers = others;
  decimalWidth = width;
  decimalLow = low;
  decimalHigh = high;
  let bits: u64 = 0;
  let held: u32 = 0;
  let to = target;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(kinds + i) == u8(kind)) {
      bits |= u64(nearest(load<f64>(numbers + (usize(i) << 3)) * power) - low) << held;
    }
    held += width;
    if (held >= 32) {
      store<u32>(to, u32(bits));
      to += 4;
      bits >>= 32;
      held -= 32;
    }
  }
  if (held > 0) {
    store<u32>(to, u32(bits));
    to += 4;
  }
  return i32((to - target) >> 2);
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
  let before = load<u32>(starts);
  const size = usize(count) << 2;
  for (let at: usize = 0; at < size; at += 4) {
    const start = load<u32>(starts + at);
    const end = load<u32>(ends + at);
    const length = end - start;
    shortest = min(shortest, length);
    longest = max(longest, length);
    if (at > 0) {
      narrowest = min(narrowest, start - before);
      widest = max(widest, start - before);
    }
    before = end;
  }
  leastLength = shortest;
  mostLength = longest;
  leastGap = narrowest;
  mostGap = widest;
  const span = longest - shortest;
  const width: u32 = span == 0 ? 0 : 32 - u32(clz(span));
  let bits: u64 = 0;
  let held: u32 = 0;
  let to = target;
  for (let at: usize = 0; at < size; at += 4) {
    bits |= u64(load<u32>(ends + at) - load<u32>(starts + at) - shortest) << held;
    held += width;
    if (held >= 32) {
      store<u32>(to, u32(bits));
      to += 4;
      bits >>= 32;
      held -= 32;
    }
  }
  if (held > 0) {
    store<u32>(to, u32(bits));
    to += 4;
  }
  return u32(to - target) >> 2;
}
