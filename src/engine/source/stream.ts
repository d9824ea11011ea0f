import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { type Source, SourceError } from './source.ts';

/**
 * A stream of bytes, such as standard input, as a source that gives them once, from front to back. Back-pressure is
 * the stream's own: nothing is taken from it further than one chunk past what was asked for.
 */
export function streamSource(stream: Readable, name: string): Source {
  const chunks = stream.iterator({ destroyOnReturn: true }) as AsyncIterator<Uint8Array, undefined>;
  let chunk: Uint8Array = new Uint8Array(0);
  /** Position of the first byte of `chunk`. */
  let at = 0;
  let size: number | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function readAt(into: Uint8Array, position: number): Promise<number> {
    if (position < at) {
      throw new SourceError(
        'unsupported',
        `${name} can be read only once: save it to a file first.`,
        position,
      );
    }
    while (position >= at + chunk.length && size === undefined) {
      const next = await chunks.next().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new SourceError('failed', `${name} cannot be read: ${reason}.`, at, { cause: error });
      });
      at += chunk.length;
      chunk = next.done ? new Uint8Array(0) : next.value;
      if (next.done) size = at;
    }
    const from = position - at;
    const part = chunk.subarray(from, from + into.length);
    into.set(part);
    return part.length;
  }

  return {
    name,
    get size() {
      return size;
    },
    random: false,
    async read(into, position, signal) {
      signal?.throwIfAborted();
      const reading = last.then(() => readAt(into, position));
      last = reading.catch(() => undefined);
      return signal === undefined ? reading : Promise.race([reading, aborted(signal, reading)]);
    },
    async close() {
      if (!stream.closed) {
        stream.destroy();
        await once(stream, 'close');
      }
    },
  };
}

/** Rejects when the signal aborts before `work` has ended. */
function aborted(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void =>
      reject(signal.reason instanceof Error ? signal.reason : new Error('Cancelled.'));
    signal.addEventListener('abort', abort, { once: true });
    const release = (): void => signal.removeEventListener('abort', abort);
    work.then(release, release);
  });
}
