/**
 * 64 bits of bytes, in two numbers: the mixing of MurmurHash3 (x64 in 32-bit steps). Not made to withstand somebody who
 * looks for two texts with the same hash; a seed that is drawn for each run takes that away from files written before.
 */
export function hashPair(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  seed: number,
  out: Int32Array,
): void {
  let one = seed;
  let two = seed ^ 0x9e3779b9;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    one = mixOne(one, view.getInt32(at, true), two);
    two = mixTwo(two, view.getInt32(at + 4, true), one);
  }
  let low = 0;
  let high = 0;
  for (let left = end - at - 1; left >= 0; left--) {
    if (left >= 4) high = (high << 8) | bytes[at + left];
    else low = (low << 8) | bytes[at + left];
  }
  one = mixOne(one, low, two);
  two = mixTwo(two, high, one);
  one ^= end - start;
  two = (two + one) | 0;
  one = spread(one + two);
  two = spread(two + one);
  out[0] = one;
  out[1] = two;
}

function mixOne(hash: number, word: number, other: number): number {
  const mixed = Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0x5bd1e995 | 1);
  return (Math.imul(rotate(hash ^ mixed, 13) + other, 5) + 0x561ccd1b) | 0;
}

function mixTwo(hash: number, word: number, other: number): number {
  const mixed = Math.imul(rotate(Math.imul(word, 0x38b34ae5), 17), 0x239b961b);
  return (Math.imul(rotate(hash ^ mixed, 17) + other, 5) + 0x0bcaa747) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function spread(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
