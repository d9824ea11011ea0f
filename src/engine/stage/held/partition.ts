/** Files that rows are parted into by a hash of their key. */
export const partitions = 16;

/** The part of a key. Each level takes the hash anew, so that a part of a part is parted evenly. */
export function partitionOf(key: Uint8Array, level: number): number {
  return hashBytes(key, 0, key.length, 0x9e3779b9 + level * 0x85ebca6b) % partitions;
}

/** A 32-bit hash of bytes: FNV-1a, and a finalizer that spreads it (MurmurHash3's). */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
