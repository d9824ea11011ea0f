import type { Writable } from 'node:stream';
import { sinkErrorFrom } from './sinkError.ts';

/**
 * Writes bytes to a stream, and resolves once that has taken them.
 * @param name what messages call it
 * @param signal ends a write that waits for a reader
 * @throws SinkError, the signal's reason
 */
export async function writeTo(
  stream: Writable,
  bytes: Uint8Array,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    stream.write(bytes, (error) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(sinkErrorFrom(error, name));
      else resolve();
    });
  });
}
