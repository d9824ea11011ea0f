import { four, lanes, maskOf, one, prepare, WIDEST } from './packed';

/*
 * What groups of a block's records hold, by packed columns: a code of 16 bits says in which group each record is. Arrays have
 * room for 16 bytes more than they need.
 */

/** Codes of pairs: those there are, times how many others there may be, and the others. */
export function joinCodes(codes: usize, others: usize, size: u32, count: u32): void {
  const sizes = i16x8.splat(i16(size));
  const end = codes + (usize(count) << 1);
  for (let at = codes, other = others; at < end; at += 16, other += 16) {
    v128.store(at, i16x8.add(i16x8.mul(v128.load(at), sizes), v128.load(other)));
  }
}

/** The codes of the marked records, and `other` for those that are not. */
export function codeMarked(codes: usize, count: u32, marks: usize, other: u32, target: usize): void {
  const bits = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
  const others = i16x8.splat(i16(other));
  for (let index: u32 = 0; index < count; index += 8) {
    const own = i16x8.splat(i16(load<u8>(marks + (usize(index) >> 3))));
    const marked = i16x8.eq(v128.and(own, bits), bits);
    const at = usize(index) << 1;
    v128.store(target + at, v128.bitselect(v128.load(codes + at), others, marked));
  }
}

// @ts-ignore: decorator
@inline
function codeAt(codes: u64, at: u32): usize {
  return usize((codes >> (u64(at) << 4)) & 0xffff);
}

// @ts-ignore: decorator
@inline
function countOne(place: usize): void {
  store<u32>(place, load<u32>(place) + 1);
}

// @ts-ignore: decorator
@inline
function addOne(place: usize, number: u32): void {
  store<u64>(place, load<u64>(place) + u64(number));
}

/**
 * Counts the records of each code below `most`, and notes which is the first. `counts` holds zeros, four tables of them:
 * neighbours are often of one group, and each would wait until the one before it is stored.
 */
export function countGroups(codes: usize, count: u32, most: u32, counts: usize, firsts: usize): void {
  const table = usize(most) << 2;
  const b = counts + table;
  const c = b + table;
  const d = c + table;
  let index: u32 = 0;
  for (; index + 4 <= count; index += 4) {
    const four = load<u64>(codes + (usize(index) << 1));
    countOne(counts + (codeAt(four, 0) << 2));
    countOne(b + (codeAt(four, 1) << 2));
    countOne(c + (codeAt(four, 2) << 2));
    countOne(d + (codeAt(four, 3) << 2));
  }
  for (; index < count; index++) countOne(counts + (usize(load<u16>(codes + (usize(index) << 1))) << 2));
  let left: u32 = 0;
  for (let at: usize = 0; at < table; at += 4) {
    const sum = load<u32>(counts + at) + load<u32>(b + at) + load<u32>(c + at) + load<u32>(d + at);
    store<u32>(counts + at, sum);
    // From now on, whether its first record is still to be found.
    store<u32>(b + at, u32(sum != 0));
    left += u32(sum != 0);
  }
  for (index = 0; left != 0; index++) {
    const group = usize(load<u16>(codes + (usize(index) << 1))) << 2;
    if (load<u32>(b + group) == 0) continue;
    store<u32>(b + group, 0);
    store<u32>(firsts + group, index);
    left--;
  }
}

/** Adds each record's number to the sum of its group, of 64 bits; `sums` holds zeros, four tables as in `countGroups`. */
export function sumGroups(codes: usize, numbers: usize, count: u32, most: u32, sums: usize): void {
  const table = usize(most) << 3;
  const b = sums + table;
  const c = b + table;
  const d = c + table;
  let index: u32 = 0;
  for (; index + 4 <= count; index += 4) {
    const four = load<u64>(codes + (usize(index) << 1));
    const place = numbers + (usize(index) << 2);
    addOne(sums + (codeAt(four, 0) << 3), load<u32>(place));
    addOne(b + (codeAt(four, 1) << 3), load<u32>(place, 4));
    addOne(c + (codeAt(four, 2) << 3), load<u32>(place, 8));
    addOne(d + (codeAt(four, 3) << 3), load<u32>(place, 12));
  }
  for (; index < count; index++) {
    const sum = sums + (usize(load<u16>(codes + (usize(index) << 1))) << 3);
    addOne(sum, load<u32>(numbers + (usize(index) << 2)));
  }
  for (let at: usize = 0; at < table; at += 8) {
    store<u64>(sums + at, load<u64>(sums + at) + load<u64>(b + at) + load<u64>(c + at) + load<u64>(d + at));
  }
}

/** The least and the greatest number of each group, given any that are greater and less. */
export function boundGroups(codes: usize, numbers: usize, count: u32, least: usize, most: usize): void {
  for (let index: u32 = 0; index < count; index++) {
    const group = usize(load<u16>(codes + (usize(index) << 1))) << 2;
    const number = load<u32>(numbers + (usize(index) << 2));
    if (number < load<u32>(least + group)) store<u32>(least + group, number);
    if (number > load<u32>(most + group)) store<u32>(most + group, number);
  }
}

/** Writes the numbers as words; up to 7 behind the last one are written. */
export function unpackWords(words: usize, count: u32, width: u32, target: usize): void {
  if (width > WIDEST) {
    const mask = maskOf(width);
    for (let index: u32 = 0; index < count; index++) {
      store<u32>(target + (usize(index) << 2), one(words, index, width, mask));
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
  let at = words;
  for (let index: u32 = 0; index < count; index += 8) {
    const to = target + (usize(index) << 2);
    v128.store(to, four(at, bytesA, factorsA, mask));
    v128.store(to, four(at + half, bytesB, factorsB, mask), 16);
    at += width;
  }
}
