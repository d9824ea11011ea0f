import type { KernelMemory } from './memory.ts';

/** What `Search` of a record block is, in the buffer's bytes. */
export type Search = (
  from: number,
  to: number,
  needle: Uint8Array,
  foldCase: boolean,
) => Uint32Array | undefined;

/** Bytes of the longest text that the kernel has room for. */
const longestNeedle = 256;

const caseBit = 0x20;

export function createSearch(memory: KernelMemory): Search {
  return (from, to, needle, foldCase) => {
    if (needle.length > longestNeedle) return undefined;
    const { exports, bufferAt } = memory;
    const bytes = new Uint8Array(exports.memory.buffer);
    for (const [index, byte] of needle.entries()) {
      const loose = foldCase && isLetter(byte) ? caseBit : 0;
      bytes[exports.needle.value + index] = byte | loose;
      bytes[exports.loose.value + index] = loose;
    }
    let found = new Uint32Array(0);
    const stop = bufferAt + to;
    for (let at = bufferAt + from; at + needle.length <= stop; at = exports.searched.value) {
      const count = exports.search(at, stop, needle.length);
      const larger = new Uint32Array(found.length + count);
      larger.set(found);
      const hits = new Uint32Array(exports.memory.buffer, exports.hits.value, count);
      for (let hit = 0; hit < count; hit++) larger[found.length + hit] = hits[hit] - bufferAt;
      found = larger;
    }
    return found;
  };
}

function isLetter(byte: number): boolean {
  const lower = byte | caseBit;
  return lower >= 0x61 && lower <= 0x7a;
}
