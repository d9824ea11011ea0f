import { close, constants, open } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { builtins } from '../builtins.ts';
import { openFailure } from './file.ts';
import { withSignal } from './signals.ts';
import type { Source } from './source.ts';
import { readableStream, type ByteStream } from './stream.ts';

const openPath = promisify(open);
const closeDescriptor = promisify(close);

/**
 * A named pipe: a FIFO, or what a shell puts in the place of `<(command)`. Waits for its writer.
 * @throws SourceError; the signal's reason
 */
export async function openPipe(path: string, signal: AbortSignal | undefined): Promise<ByteStream> {
  signal?.throwIfAborted();
  const opening = openPath(path, constants.O_RDONLY);
  try {
    const descriptor = await withSignal(opening, signal);
    return readableStream(new builtins.net.Socket({ fd: descriptor, readable: true, writable: false }), path);
  } catch (error) {
    if (!signal?.aborted) throw openFailure(path, error);
    await giveUp(path, opening);
    throw error;
  }
}

/** Opening a FIFO holds a thread until somebody writes to it: for a moment that is us. */
async function giveUp(path: string, opening: Promise<number>): Promise<void> {
  const ended = opening.then(closeDescriptor).then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  do {
    const release = openPath(path, constants.O_WRONLY | constants.O_NONBLOCK).then(closeDescriptor);
    await release.catch(() => undefined);
    // The thread may not have come to it yet.
  } while ((await Promise.race([ended, setTimeout(retryMs)])) !== 'ended');
}

const retryMs = 5;
const pieceLength = 64 * 1024;

/** A source as a stream: for a file whose size says nothing, as in /proc. Closes it. */
export function streamOf(source: Source): ByteStream {
  let at = 0;
  return {
    name: source.name,
    size: undefined,
    async next() {
      const piece = new Uint8Array(pieceLength);
      const length = await source.read(piece, at);
      at += length;
      return length === 0 ? undefined : piece.subarray(0, length);
    },
    close: () => source.close(),
  };
}
