import { KIND_MISSING, KIND_NULL } from './frame';

/*
 * Questions to columns as they are kept (see engine/columns): whole numbers of `width` bits, one behind the other from the
 * lowest bit of the first word on. Answers are marks: a bit for each record, the first one lowest, with zeros behind the last
 * one up to a multiple of 16. Up to 32 bytes behind the words are read.
 */

/** Numbers of more bits do not fit into a lane of 32 from any bit of a byte on; they are read one by one. */
export const WIDEST: u32 = 25;

/**
 * How four lanes are cut out of 16 bytes: which bytes each takes, and by what it is multiplied so that its number begins at bit
 * 7. Of numbers in a row, every eighth begins on a whole byte; the four behind it come first, then the next four.
 */
export const lanes = memory.data(64, 16);

export function prepare(width: u32): void {
  for (let half: u32 = 0; half < 2; half++) {
    for (let lane: u32 = 0; lane < 4; lane++) {
      const bit = ((half << 2) * width & 7) + lane * width;
      const byte = bit >> 3;
      const place = lanes + usize((half << 4) + (lane << 2));
      store<u32>(place, 0x03020100 + byte * 0x01010101);
      store<u32>(place + 32, 1 << (7 - (bit & 7)));
    }
  }
}

/** Four numbers; shifting each by its own distance is a multiplication. */
// @ts-ignore: decorator
@inline
export function four(at: usize, bytes: v128, factors: v128, mask: v128): v128 {
  return v128.and(i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(at), bytes), factors), 7), mask);
}

// @ts-ignore: decorator
@inline
export function one(words: usize, index: u32, width: u32, mask: u64): u32 {
  const bit = u64(index) * u64(width);
  return u32((load<u64>(words + usize(bit >> 3)) >> (bit & 7)) & mask);
}

// @ts-ignore: decorator
@inline
export function maskOf(width: u32): u64 {
  return (u64(1) << width) - 1;
}

/** Clears the marks behind the last record. */
// @ts-ignore: decorator
@inline
function endMarks(target: usize, count: u32): void {
  if ((count & 15) == 0) return;
  const last = target + (usize(count >> 4) << 1);
  store<u16>(last, load<u16>(last) & u16((u32(1) << (count & 15)) - 1));
}

/** Marks the numbers in [from, from + span]; `turned`, the others. */
export function markRange(
  words: usize,
  count: u32,
  width: u32,
  from: u32,
  span: u32,
  turned: bool,
  target: usize,
): void {
  if (width > WIDEST) {
    const mask = maskOf(width);
    for (let index: u32 = 0; index < count; index += 16) {
      let marks: u32 = 0;
      for (let i: u32 = 0; i < 16; i++) {
        marks |= u32((one(words, index + i, width, mask) - from <= span) != turned) << i;
      }
      store<u16>(target + (usize(index) >> 3), u16(marks));
    }
    endMarks(target, count);
    return;
  }
  prepare(width);
  const mask = i32x4.splat((1 << width) - 1);
  const bytesA = v128.load(lanes);
  const bytesB = v128.load(lanes, 16);
  const factorsA = v128.load(lanes, 32);
  const factorsB = v128.load(lanes, 48);
  const half = usize(width >> 1);
  const lows = i32x4.splat(from);
  const spans = i32x4.splat(span);
  const flip: u16 = turned ? 0xffff : 0;
  let at = words;
  for (let index: u32 = 0; index < count; index += 16) {
    const a = i32x4.le_u(i32x4.sub(four(at, bytesA, factorsA, mask), lows), spans);
    const b = i32x4.le_u(i32x4.sub(four(at + half, bytesB, factorsB, mask), lows), spans);
    at += width;
    const c = i32x4.le_u(i32x4.sub(four(at, bytesA, factorsA, mask), lows), spans);
    const d = i32x4.le_u(i32x4.sub(four(at + half, bytesB, factorsB, mask), lows), spans);
    at += width;
    const all = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    store<u16>(target + (usize(index) >> 3), u16(i8x16.bitmask(all)) ^ flip);
  }
  endMarks(target, count);
}

/** Codes that are looked up in lanes, sixteen at a time. */
const FEW_CODES: u32 = 64;

/**
 * Marks the codes whose byte in `table` is 0xff and not 0.
 * @param codes how many there are; the table has room for a multiple of 16
 */
export function markCodes(
  words: usize,
  count: u32,
  width: u32,
  table: usize,
  codes: u32,
  target: usize,
): void {
  if (codes > FEW_CODES) {
    const mask = maskOf(width);
    for (let index: u32 = 0; index < count; index += 16) {
      let marks: u32 = 0;
      for (let i: u32 = 0; i < 16; i++) {
        marks |= u32(load<u8>(table + usize(one(words, index + i, width, mask))) & 1) << i;
      }
      store<u16>(target + (usize(index) >> 3), u16(marks));
    }
    endMarks(target, count);
    return;
  }
  prepare(width);
  const mask = i32x4.splat((1 << width) - 1);
  const bytesA = v128.load(lanes);
  const bytesB = v128.load(lanes, 16);
  const factorsA = v128.load(lanes, 32);
  const factorsB = v128.load(lanes, 48);
  const half = usize(width >> 1);
  const end = table + usize(codes);
  const sixteen = i8x16.splat(16);
  let at = words;
  for (let index: u32 = 0; index < count; index += 16) {
    const a = four(at, bytesA, factorsA, mask);
    const b = four(at + half, bytesB, factorsB, mask);
    at += width;
    const c = four(at, bytesA, factorsA, mask);
    const d = four(at + half, bytesB, factorsB, mask);
    at += width;
    let all = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), i16x8.narrow_i32x4_u(c, d));
    let found = i8x16.swizzle(v128.load(table), all);
    for (let part = table + 16; part < end; part += 16) {
      all = i8x16.sub(all, sixteen);
      found = v128.or(found, i8x16.swizzle(v128.load(part), all));
    }
    store<u16>(target + (usize(index) >> 3), u16(i8x16.bitmask(found)));
  }
  endMarks(target, count);
}

/**
 * Leaves marked what is of certain kinds among records of which some have no number.
 * @param words two bits a record: 0 a number, 1 NULL, 2 missing
 */
export function keepKinds(
  words: usize,
  count: u32,
  numbers: bool,
  nulls: bool,
  missing: bool,
  target: usize,
): void {
  const ofNumbers: u32 = numbers ? 0x55555555 : 0;
  const ofNulls: u32 = nulls ? 0x55555555 : 0;
  const ofMissing: u32 = missing ? 0x55555555 : 0;
  for (let index: u32 = 0; index < count; index += 16) {
    const kinds = load<u32>(words + (usize(index) >> 2));
    const high = kinds >> 1;
    let chosen = (~(kinds | high) & ofNumbers) | (kinds & ~high & ofNulls) | (high & ~kinds & ofMissing);
    chosen = (chosen | (chosen >> 1)) & 0x33333333;
    chosen = (chosen | (chosen >> 2)) & 0x0f0f0f0f;
    chosen = (chosen | (chosen >> 4)) & 0x00ff00ff;
    const place = target + (usize(index) >> 3);
    store<u16>(place, load<u16>(place) & u16(chosen | (chosen >> 8)));
  }
}

/** Fills in the kinds of such records. */
export function unpackKinds(words: usize, count: u32, kind: u32, target: usize): void {
  const kinds = kind | (u32(KIND_NULL) << 8) | (u32(KIND_MISSING) << 16);
  for (let index: u32 = 0; index < count; index++) {
    const other = (load<u8>(words + (usize(index) >> 2)) >> u8((index & 3) << 1)) & 3;
    store<u8>(target + index, u8(kinds >> (u32(other) << 3)));
  }
}

/** Marks the doubles in [low, high]; `turned`, the others. Up to 15 behind the last one are read. */
export function markDoubles(doubles: usize, count: u32, low: f64, high: f64, turned: bool, target: usize): void {
  for (let index: u32 = 0; index < count; index += 16) {
    let marks: u32 = 0;
    for (let i: u32 = 0; i < 16; i++, doubles += 8) {
      const value = load<f64>(doubles);
      marks |= (u32(value >= low) & u32(value <= high)) << i;
    }
    store<u16>(target + (usize(index) >> 3), u16(turned ? ~marks : marks));
  }
  endMarks(target, count);
}

/** Marks all records, or none. */
export function markAll(count: u32, marked: bool, target: usize): void {
  memory.fill(target, marked ? 0xff : 0, ((usize(count) + 15) >> 4) << 1);
  endMarks(target, count);
}

export function andMarks(target: usize, other: usize, count: u32): void {
  const end = target + (usize(count + 7) >> 3);
  for (let at = target; at < end; at += 16, other += 16) v128.store(at, v128.and(v128.load(at), v128.load(other)));
}

export function orMarks(target: usize, other: usize, count: u32): void {
  const end = target + (usize(count + 7) >> 3);
  for (let at = target; at < end; at += 16, other += 16) v128.store(at, v128.or(v128.load(at), v128.load(other)));
}

export function countMarks(marks: usize, count: u32): u32 {
  let found: u32 = 0;
  let at = marks;
  const end = marks + ((usize(count) + 15) >> 4 << 1);
  for (; at + 8 <= end; at += 8) found += u32(popcnt(load<u64>(at)));
  for (; at < end; at += 2) found += u32(popcnt(u32(load<u16>(at))));
  return found;
}

/** Writes the numbers of the marked records, a word each; answers how many there are. */
export function listMarks(marks: usize, count: u32, target: usize): u32 {
  let to = target;
  for (let index: u32 = 0; index < count; index += 16) {
    let places = u32(load<u16>(marks + (usize(index) >> 3)));
    const end = to + (usize(popcnt(places)) << 2);
    for (; places != 0; places &= places - 1, to += 4) store<u32>(to, index + u32(ctz(places)));
    to = end;
  }
  return u32(to - target) >> 2;
}

/** Writes (number + low) / power as doubles; up to 15 behind the last one are written. */
export function unpackNumbers(
  words: usize,
  count: u32,
  width: u32,
  low: f64,
  power: f64,
  target: usize,
): void {
  if (width > WIDEST) {
    const mask = maskOf(width);
    for (let index: u32 = 0; index < count; index++) {
      store<f64>(target + (usize(index) << 3), (f64(one(words, index, width, mask)) + low) / power);
    }
    return;
  }
  prepare(width);
  const mask = i32x4.splat((1 << width) - 1);
  const bytesA = v128.load(lanes);
  const bytesB = v128.load(lanes, 16);
  const factorsA = v128.load(lanes, 32);
  const factorsB = v128.load(lanes, 48);
  const half = usize(width >> 1);
  const lows = f64x2.splat(low);
  const powers = f64x2.splat(power);
  let at = words;
  let to = target;
  for (let index: u32 = 0; index < count; index += 8) {
    const a = four(at, bytesA, factorsA, mask);
    const b = four(at + half, bytesB, factorsB, mask);
    at += width;
    v128.store(to, f64x2.div(f64x2.add(f64x2.convert_low_i32x4_u(a), lows), powers));
    v128.store(to, f64x2.div(f64x2.add(f64x2.convert_low_i32x4_u(upper(a)), lows), powers), 16);
    v128.store(to, f64x2.div(f64x2.add(f64x2.convert_low_i32x4_u(b), lows), powers), 32);
    v128.store(to, f64x2.div(f64x2.add(f64x2.convert_low_i32x4_u(upper(b)), lows), powers), 48);
    to += 64;
  }
}

// @ts-ignore: decorator
@inline
function upper(values: v128): v128 {
  return i64x2.shuffle(values, values, 1, 1);
}

/** Writes the numbers as halves of words; up to 7 behind the last one are written. The width is 16 at most. */
export function unpackCodes(words: usize, count: u32, width: u32, target: usize): void {
  prepare(width);
  const mask = i32x4.splat((1 << width) - 1);
  const bytesA = v128.load(lanes);
  const bytesB = v128.load(lanes, 16);
  const factorsA = v128.load(lanes, 32);
  const factorsB = v128.load(lanes, 48);
  const half = usize(width >> 1);
  let at = words;
  for (let index: u32 = 0; index < count; index += 8) {
    const a = four(at, bytesA, factorsA, mask);
    const b = four(at + half, bytesB, factorsB, mask);
    at += width;
    v128.store(target + (usize(index) << 1), i16x8.narrow_i32x4_u(a, b));
  }
}
