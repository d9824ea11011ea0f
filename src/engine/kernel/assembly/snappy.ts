/*
 * Snappy: https://github.com/google/snappy/blob/main/format_description.txt. Matches of at least four bytes are found by a table
 * of where such bytes came last, as its reference implementation does; the longer none is found, the fewer places are tried.
 */

const tableBits: i32 = 14;
/** Of each hash the place in the input where bytes with it came last. */
const table: usize = memory.data(4 << 14, 16);

/** How far back a copy may reach. */
const mostBack: u32 = 0xffff;
/** Places so near to the end are not looked at. */
const margin: u32 = 15;

/**
 * Compresses the bytes in [from, from + length) to `target`, where there is room for 32 + length + length / 6 of them; answers one
 * past the last one there. Up to 16 bytes behind the input are read, and up to 16 behind the output written.
 */
export function compressSnappy(from: usize, length: u32, target: usize): usize {
  let to = target;
  let rest = length;
  while (rest > 0x7f) {
    store<u8>(to++, (rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  store<u8>(to++, rest);

  let bits: i32 = 1;
  while (1 << bits <= i32(length) && bits <= tableBits) bits++;
  const shift: u32 = 32 - (bits - 1);
  memory.fill(table, 0, 4 << (bits - 1));

  emitted = 0;
  if (length >= margin) to = matches(from, length, shift, to);
  return emitted < length ? literal(to, from + emitted, length - emitted) : to;
}

/** How much of the input is written. */
let emitted: u32 = 0;

/** Writes the input up to its last match; answers one past what was written. */
function matches(from: usize, length: u32, shift: u32, to: usize): usize {
  const limit = length - margin;
  let at: u32 = 1;
  let nextHash = hashAt(from + at, shift);
  while (true) {
    let skip: u32 = 32;
    let next = at;
    let candidate: u32 = 0;
    do {
      at = next;
      const slot = table + (<usize>nextHash << 2);
      next = at + (skip++ >> 5);
      if (at > limit) return to;
      nextHash = hashAt(from + next, shift);
      candidate = load<u32>(slot);
      store<u32>(slot, at);
    } while (at - candidate > mostBack || load<u32>(from + at) !== load<u32>(from + candidate));

    to = literal(to, from + emitted, at - emitted);
    do {
      const matched = matchLength(from + at, from + candidate, from + length);
      to = copy(to, at - candidate, matched);
      at += matched;
      emitted = at;
      if (at >= limit) return to;
      store<u32>(table + (<usize>hashAt(from + at - 1, shift) << 2), at - 1);
      const slot = table + (<usize>hashAt(from + at, shift) << 2);
      candidate = load<u32>(slot);
      store<u32>(slot, at);
    } while (at - candidate <= mostBack && load<u32>(from + at) === load<u32>(from + candidate));
    at++;
    nextHash = hashAt(from + at, shift);
  }
}

// @ts-ignore: decorator
@inline
function hashAt(at: usize, shift: u32): u32 {
  return (load<u32>(at) * 0x1e35a7bd) >> shift;
}

/** How many bytes from `at` up to `end` are those from `other` on, of which the first four are. */
// @ts-ignore: decorator
@inline
function matchLength(at: usize, other: usize, end: usize): u32 {
  const start = at;
  at += 4;
  other += 4;
  while (at + 8 <= end) {
    const different = load<u64>(at) ^ load<u64>(other);
    if (different !== 0) return u32(at - start) + u32(ctz(different) >> 3);
    at += 8;
    other += 8;
  }
  while (at < end && load<u8>(at) === load<u8>(other)) {
    at++;
    other++;
  }
  return u32(at - start);
}

function literal(to: usize, from: usize, length: u32): usize {
  const value = length - 1;
  if (length <= 60) {
    store<u8>(to++, value << 2);
  } else {
    const bytes: u32 = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1000000 ? 3 : 4;
    store<u8>(to++, (59 + bytes) << 2);
    for (let at: u32 = 0; at < bytes; at++) store<u8>(to++, value >> (at * 8));
  }
  if (length <= 16) v128.store(to, v128.load(from));
  else memory.copy(to, from, length);
  return to + length;
}

function copy(to: usize, back: u32, length: u32): usize {
  while (length >= 68) {
    to = shortCopy(to, back, 64);
    length -= 64;
  }
  if (length > 64) {
    to = shortCopy(to, back, 60);
    length -= 60;
  }
  return shortCopy(to, back, length);
}

/** A copy of at most 64 bytes. */
// @ts-ignore: decorator
@inline
function shortCopy(to: usize, back: u32, length: u32): usize {
  if (length < 12 && back < 2048) {
    store<u8>(to, 1 + ((length - 4) << 2) + ((back >> 8) << 5));
    store<u8>(to + 1, back);
    return to + 2;
  }
  store<u8>(to, 2 + ((length - 1) << 2));
  store<u16>(to + 1, back);
  return to + 3;
}
