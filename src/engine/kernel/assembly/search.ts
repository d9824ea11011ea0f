/*
 * Where a text stands in raw bytes. Its first and last byte are sought in 64 places at once; where both are, the rest
 * is compared.
 */

/** How many places a call finds. */
const HITS_ROOM: u32 = 4096;

/**
 * The text, of up to 256 bytes, and for each of its bytes the bits that make no difference: those of a letter's
 * case, or none.
 */
export const needle: usize = memory.data(256, 16);
export const loose: usize = memory.data(256, 16);
/** Addresses of the places found, ascending; after them one past all memory. */
export const hits: usize = memory.data(4097 * 4, 16);
/** Where the next call goes on: past `to` when everything was searched. */
export let searched: usize = 0;

/**
 * Finds the places in [from, to) at which the needle of `length` bytes, the loose bits set in them, begins and
 * ends by `to`. Up to 80 bytes past `to` may be read. Answers how many there are.
 */
export function search(from: usize, to: usize, length: u32): u32 {
  const last = usize(length - 1);
  const firstByte = i8x16.splat(load<u8>(needle));
  const firstLoose = i8x16.splat(load<u8>(loose));
  const lastByte = i8x16.splat(load<u8>(needle + last));
  const lastLoose = i8x16.splat(load<u8>(loose + last));
  let count: u32 = 0;
  let at = from;
  for (; at + last < to; at += 64) {
    const a = both(at, last, firstByte, firstLoose, lastByte, lastLoose);
    const b = both(at + 16, last, firstByte, firstLoose, lastByte, lastLoose);
    const c = both(at + 32, last, firstByte, firstLoose, lastByte, lastLoose);
    const d = both(at + 48, last, firstByte, firstLoose, lastByte, lastLoose);
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue;
    if (count + 64 > HITS_ROOM) break;

    let places =
      u64(u32(i8x16.bitmask(a))) |
      (u64(u32(i8x16.bitmask(b))) << 16) |
      (u64(u32(i8x16.bitmask(c))) << 32) |
      (u64(u32(i8x16.bitmask(d))) << 48);
    for (; places != 0; places &= places - 1) {
      const place = at + usize(ctz(places));
      if (place + last >= to) break;
      if (!isHere(place, length)) continue;
      store<u32>(hits + (usize(count) << 2), u32(place));
      count++;
    }
  }
  store<u32>(hits + (usize(count) << 2), ~0);
  searched = at;
  return count;
}

// @ts-ignore: decorator
@inline
function both(at: usize, last: usize, firstByte: v128, firstLoose: v128, lastByte: v128, lastLoose: v128): v128 {
  return v128.and(
    i8x16.eq(v128.or(v128.load(at), firstLoose), firstByte),
    i8x16.eq(v128.or(v128.load(at + last), lastLoose), lastByte),
  );
}

// @ts-ignore: decorator
@inline
function isHere(place: usize, length: u32): bool {
  for (let index: usize = 1; index + 1 < usize(length); index++) {
    if ((load<u8>(place + index) | load<u8>(loose + index)) != load<u8>(needle + index)) return false;
  }
  return true;
}
