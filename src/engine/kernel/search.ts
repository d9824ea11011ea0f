import type { KernelMemory } from './memory.ts';

/** A text of at least a byte that is sought in raw bytes. */
export interface Needle {
  readonly bytes: Uint8Array;
  /** Whether an ASCII letter is the same in both cases. */
  readonly foldCase: boolean;
}

/**
 * Answers the indices in the buffer's bytes [from, to) at which a text begins and ends by `to`, ascending;
 * undefined where the text is too long for it.
 */
export type Search = (from: number, to: number, needle: Needle) => Uint32Array | undefined;

/** Bytes of the longest text that the kernel has room for. */
const longest = 256;

const caseBit = 0x20;

export function createSearch(memory: KernelMemory): Search {
  return (from, to, needle) => {
    if (!setNeedle(memory, needle)) return undefined;
    const { exports, bufferAt } = memory;
    const { length } = needle.bytes;
    let found = new Uint32Array(0);
    const stop = bufferAt + to;
    for (let at = bufferAt + from; at + length <= stop; at = exports.searched.value) {
      const count = exports.search(at, stop, length);
      const larger = new Uint32Array(found.length + count);
      larger.set(found);
      const hits = new Uint32Array(exports.memory.buffer, exports.hits.value, count);
      for (let hit = 0; hit < count; hit++) larger[found.length + hit] = hits[hit] - bufferAt;
      found = larger;
    }
    return found;
  };
}

/**
 * Searches the buffer's bytes [from, to) for what a scan may ask of each record. Answers whether that is worth
 * its while: not where there are more places than the kernel has room for, or so many that most records hold
 * one.
 */
export function searchAhead(memory: KernelMemory, from: number, to: number, needle: Needle): boolean {
  if (!setNeedle(memory, needle)) return false;
  const { exports, bufferAt } = memory;
  const { length } = needle.bytes;
  const count = exports.search(bufferAt + from, bufferAt + to, length);
  return exports.searched.value + length > bufferAt + to && count * bytesAPlace < to - from;
}

/** Finding the fields of a record by itself costs as much as finding those of some ten as they come. */
const bytesAPlace = 1024;

/** Answers whether there is room for it. */
function setNeedle({ exports }: KernelMemory, { bytes, foldCase }: Needle): boolean {
  if (bytes.length > longest) return false;
  const memory = new Uint8Array(exports.memory.buffer);
  for (const [index, byte] of bytes.entries()) {
    const loose = foldCase && isLetter(byte) ? caseBit : 0;
    memory[exports.needle.value + index] = byte | loose;
    memory[exports.loose.value + index] = loose;
  }
  return true;
}

function isLetter(byte: number): boolean {
  const lower = byte | caseBit;
  return lower >= 0x61 && lower <= 0x7a;
}
