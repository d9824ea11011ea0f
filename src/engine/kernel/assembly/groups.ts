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

/** Counts the records of each code, and notes which is the first; `counts` holds zeros. */
export function countGroups(codes: usize, count: u32, counts: usize, firsts: usize): void {
  for (let index: u32 = 0; index < count; index++) {
    const group = usize(load<u16>(codes + (usize(index) << 1))) << 2;
    const known = load<u32>(counts + group);
    if (known == 0) store<u32>(firsts + group, index);
    store<u32>(counts + group, known + 1);
  }
}

/** Adds each record's number to the sum of its group, of 64 bits. */
export function sumGroups(codes: usize, numbers: usize, count: u32, sums: usize): void {
  for (let index: u32 = 0; index < count; index++) {
    const sum = sums + (usize(load<u16>(codes + (usize(index) << 1))) << 3);
    store<u64>(sum, load<u64>(sum) + u64(load<u32>(numbers + (usize(index) << 2))));
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
