import { type Source, SourceError } from './source.ts';

/**
 * Reads until `into` is full or the source ends; answers how many bytes. A single `read` may be short.
 * @throws what `Source.read` throws; the bytes before the error's position are in `into`
 */
export async function readFully(
  source: Source,
  into: Uint8Array,
  position: number,
  signal?: AbortSignal,
): Promise<number> {
  const { length, failure } = await readUntil(source, into, position, signal);
  if (failure) throw failure;
  return length;
}

/**
 * As `readFully`, for a look at the source: where it fails behind the first byte, that is all there is to see for now.
 * @throws what `Source.read` throws for the first byte; the signal's reason
 */
export async function readSome(
  source: Source,
  into: Uint8Array,
  position: number,
  signal?: AbortSignal,
): Promise<number> {
  const { length, failure } = await readUntil(source, into, position, signal);
  if (failure && length === 0) throw failure;
  return length;
}

/** @throws the signal's reason, and what is no failure of the source */
async function readUntil(
  source: Source,
  into: Uint8Array,
  position: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly length: number; readonly failure?: SourceError }> {
  let length = 0;
  try {
    while (length < into.length) {
      const got = await source.read(into.subarray(length), position + length, signal);
      if (got === 0) break;
      length += got;
    }
  } catch (failure) {
    if (!(failure instanceof SourceError)) throw failure;
    return { length, failure };
  }
  return { length };
}

/** A source that counts what is asked of the one below it: how tests prove that a file is not read in vain. */
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
