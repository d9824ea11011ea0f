import type { Source } from '../../src/engine/source/source.ts';

/** A source that counts what is asked of the one below it: how a test proves that a file is not read in vain. */
export interface CountedSource extends Source {
  /** Calls of `read` so far. */
  readonly reads: number;
  /** Bytes that they answered. */
  readonly bytes: number;
}

export function countReads(source: Source): CountedSource {
  let reads = 0;
  let bytes = 0;
  return {
    name: source.name,
    get size() {
      return source.size;
    },
    get random() {
      return source.random;
    },
    get reads() {
      return reads;
    },
    get bytes() {
      return bytes;
    },
    async read(into, position, signal) {
      reads++;
      const got = await source.read(into, position, signal);
      bytes += got;
      return got;
    },
    close: () => source.close(),
  };
}
