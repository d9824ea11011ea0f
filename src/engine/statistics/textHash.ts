/** Hashes of the text that `hashText` was called for last: two words that together tell texts apart. */
export let hashLow = 0;
export let hashHigh = 0;

const lowMasks = Int32Array.from([0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1]);
const highMasks = Int32Array.from([0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff]);

/**
 * Two 32-bit hashes of bytes, eight bytes at a time: multiply and rotate as MurmurHash3 does, the lanes mixed with each
 * other. One function with its results in module variables, since it runs once for every value of a file.
 */
export function hashText(view: DataView, start: number, end: number, seed: number): void {
  let low = Math.imul(seed + 1, 0x9e3779b1) ^ (end - start);
  let high = Math.imul(seed + 1, 0x85ebca77) + (end - start);
  let at = start;
  for (; at + 8 <= end; at += 8) {
    low = Math.imul(low ^ view.getInt32(at, true), 0xcc9e2d51);
    low = (low << 15) | (low >>> 17);
    high = Math.imul(high ^ view.getInt32(at + 4, true), 0x1b873593);
    high = ((high << 13) | (high >>> 19)) + low;
    low = (low + high) | 0;
  }
  const left = end - at;
  if (left > 0) {
    let first = 0;
    let second = 0;
    if (at + 8 <= view.byteLength) {
      first = view.getInt32(at, true) & lowMasks[left];
      second = view.getInt32(at + 4, true) & highMasks[left];
    } else {
      for (let i = 0; i < left; i++) {
        const byte = view.getUint8(at + i);
        if (i < 4) first |= byte << (8 * i);
        else second |= byte << (8 * (i - 4));
      }
    }
    low = Math.imul(low ^ first, 0xcc9e2d51);
    low = (low << 15) | (low >>> 17);
    high = Math.imul(high ^ second, 0x1b873593);
    high = ((high << 13) | (high >>> 19)) + low;
    low = (low + high) | 0;
  }
  low ^= high >>> 15;
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high ^= low;
  high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high ^= high >>> 16;
  low = Math.imul(low ^ (low >>> 13) ^ high, 0xc2b2ae35);
  hashLow = low ^ (low >>> 16);
  hashHigh = Math.imul(high, 0x9e3779b1) ^ (high >>> 15);
}
