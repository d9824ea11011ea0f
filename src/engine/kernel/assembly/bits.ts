/**
 * Sets of places in a block of 64 bytes: bit n stands for byte n, so "the next byte" is a shift to the left and
 * "up to the end of the run" is an addition that carries.
 */

/** The bytes whose top bit is set in four vectors. */
// @ts-ignore: decorator
@inline
export function placesOf(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = i8x16.bitmask(a) | (i8x16.bitmask(b) << 16);
  const high = i8x16.bitmask(c) | (i8x16.bitmask(d) << 16);
  return u64(u32(low)) | (u64(u32(high)) << 32);
}

/** The bytes that are `byte`. */
// @ts-ignore: decorator
@inline
export function placesOfByte(a: v128, b: v128, c: v128, d: v128, byte: u8): u64 {
  const wanted = i8x16.splat(byte);
  return placesOf(i8x16.eq(a, wanted), i8x16.eq(b, wanted), i8x16.eq(c, wanted), i8x16.eq(d, wanted));
}

/** Each bit becomes the exclusive or of itself and all below it: between a 1 and the next, ones. */
// @ts-ignore: decorator
@inline
export function prefixXor(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

/** For each place, the first place at or after it that is not in `runs`. What would be past the block is lost. */
// @ts-ignore: decorator
@inline
export function skipRuns(places: u64, runs: u64): u64 {
  return (places & ~runs) | (((places & runs) + runs) & ~runs);
}

/** Whether `skipRuns` lost a place: 1 or 0. */
// @ts-ignore: decorator
@inline
export function skipsPast(places: u64, runs: u64): u64 {
  return u64((places & runs) + runs < runs);
}

/**
 * Appends the addresses of the places to a tape. Writes six whether there are so many or not: a guess that is mostly
 * right.
 */
// @ts-ignore: decorator
@inline
export function writePlaces(tapeEnd: usize, block: usize, places: u64): usize {
  const end = tapeEnd + (usize(popcnt(places)) << 2);
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)));
  places &= places - 1;
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)), 4);
  places &= places - 1;
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)), 8);
  places &= places - 1;
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)), 12);
  places &= places - 1;
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)), 16);
  places &= places - 1;
  store<u32>(tapeEnd, u32(block) + u32(ctz(places)), 20);
  places &= places - 1;
  for (let at = tapeEnd + 24; at < end; at += 4) {
    store<u32>(at, u32(block) + u32(ctz(places)));
    places &= places - 1;
  }
  return end;
}
