/** splitmix64 (Steele, Lea and Flood, 2014). */
const first: u64 = 0xbf58476d1ce4e5b9;
const second: u64 = 0x94d049bb133111eb;
const golden: u64 = 0x9e3779b97f4a7c15;

/**
 * A hash of 64 bits of the bytes and their number: eight bytes at a time, each step a bijection of what came before. Up to
 * seven bytes past the end are read.
 */
// @ts-ignore: decorator
@inline
export function hashText(start: usize, length: u32, seed: u32): u64 {
  let hash: u64 = ((u64(seed) << 32) | u64(length)) * golden;
  let left = length;
  let at = start;
  for (; left >= 8; left -= 8, at += 8) hash = mixed(hash ^ load<u64>(at));
  if (left > 0) hash = mixed(hash ^ (load<u64>(at) & ((u64(1) << (u64(left) << 3)) - 1)));
  hash = (hash ^ (hash >>> 30)) * first;
  hash = (hash ^ (hash >>> 27)) * second;
  return hash ^ (hash >>> 31);
}

// @ts-ignore: decorator
@inline
function mixed(hash: u64): u64 {
  hash *= first;
  return hash ^ (hash >>> 32);
}
