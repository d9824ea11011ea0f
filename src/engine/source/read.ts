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
