import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { said } from '../../said/said.ts';
import { withSignal } from './signals.ts';
import { type Source, SourceError } from './source.ts';

/** Bytes that come once, in chunks. */
export interface ByteStream {
  readonly name: string;
  /** Bytes in all, where that is known before they have come. */
  readonly size: number | undefined;
  /**
   * The next bytes, at least one; undefined at the end. One call at a time.
   * @throws SourceError, again and again, or, where that is possible, until it can go on
   */
  next(): Promise<Uint8Array | undefined>;
  /** Rejects a `next` under way. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * A stream as a source that gives its bytes once, from front to back. Back-pressure is the stream's own: nothing is
 * taken from it further than one chunk past what was asked for.
 */
export function onceSource(stream: ByteStream): Source {
  let chunk: Uint8Array = new Uint8Array(0);
  /** Position of the first byte of `chunk`. */
  let at = 0;
  let ended: number | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function readAt(into: Uint8Array, position: number): Promise<number> {
    if (position < at) {
      throw new SourceError(
        'unsupported',
        said`${stream.name} can be read only once: save it to a file first.`,
        position,
      );
    }
    while (position >= at + chunk.length && ended === undefined) {
      const next = await stream.next();
      at += chunk.length;
      chunk = next ?? new Uint8Array(0);
      if (next === undefined) ended = at;
    }
    const from = position - at;
    const part = chunk.subarray(from, from + into.length);
    into.set(part);
    return part.length;
  }

  return {
    name: stream.name,
    get size() {
      return ended ?? stream.size;
    },
    random: false,
    async read(into, position, signal) {
      signal?.throwIfAborted();
      const reading = last.then(() => readAt(into, position));
      last = reading.catch(() => undefined);
      return withSignal(reading, signal);
    },
    close: () => stream.close(),
  };
}

/** A stream of Node's, such as standard input, as a source. */
export function streamSource(stream: Readable, name: string): Source {
  return onceSource(readableStream(stream, name));
}

/** A stream of Node's as it comes. Where it fails with a `SourceError`, that has said what there is to say. */
export function readableStream(stream: Readable, name: string): ByteStream {
  const chunks = stream.iterator({ destroyOnReturn: true }) as AsyncIterator<Uint8Array, undefined>;
  let at = 0;
  let failure: SourceError | undefined;

  function failureOf(cause: unknown, position: number): SourceError {
    if (cause instanceof SourceError) return new SourceError(cause.failure, cause.said, position, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SourceError('failed', said`${name} cannot be read: ${reason}.`, position, { cause });
  }

  return {
    name,
    size: undefined,
    async next() {
      if (failure) throw failure;
      try {
        const next = await chunks.next();
        if (next.done) return undefined;
        at += next.value.length;
        return next.value;
      } catch (error) {
        failure = failureOf(error, at);
        throw failure;
      }
    },
    async close() {
      if (!stream.closed) {
        stream.destroy();
        await once(stream, 'close');
      }
    },
  };
}
