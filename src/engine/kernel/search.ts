import type { KernelMemory } from './memory.ts';

/** A text of at least a byte; with `foldCase`, an ASCII letter is the same in both cases. */
export interface Sought {
  readonly bytes: Uint8Array;
  readonly foldCase: boolean;
}

/** What `Search` of a record block is, in the buffer's bytes. */
export type Search = (from: number, to: number, sought: Sought) => Uint32Array | undefined;

/** Bytes of the longest text that the kernel has room for. */
const longest = 256;

const caseBit = 0x20;

export function createSearch(memory: KernelMemory): Search {
  return (from, to, sought) => {
    if (!setNeedle(memory, sought)) return undefined;
    const { exports, bufferAt } = memory;
    const { length } = sought.bytes;
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
 * Searches the buffer's bytes [from, to) for what a scan may ask of each record. Answers whether that is worth its while: not where
 * there are more places than the kernel has room for, or so many that most records hold one.
 */
export function searchAhead(memory: KernelMemory, from: number, to: number, sought: Sought): boolean {
  if (!setNeedle(memory, sought)) return false;
  const { exports, bufferAt } = memory;
  const { length } = sought.bytes;
  const count = exports.search(bufferAt + from, bufferAt + to, length);
  return exports.searched.value + length > bufferAt + to && count * bytesAPlace < to - from;
}

/** Finding the fields of a record by itself costs as much as finding those of some ten as they come. */
const bytesAPlace = 1024;

/** Answers whether there is room for it. */
function setNeedle({ exports }: KernelMemory, { bytes, foldCase }: Sought): boolean {
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
