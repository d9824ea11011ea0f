import type { Writable } from 'node:stream';
import type { ByteSink } from '../engine/sink/byteSink.ts';
import { sinkErrorFrom } from '../engine/sink/sinkError.ts';
import { writeTo } from '../engine/sink/streamWrite.ts';

/**
 * Standard output as a sink. What was written to it cannot be taken back, so `discard` does nothing. A reader that
 * has gone away (`head`) is a SinkError `closed`.
 *
 * @param signal ends a write that waits for a reader
 */
export function createStdoutSink(stream: Writable, signal: AbortSignal): ByteSink {
  const name = 'standard output';
  let broken: Error | undefined;
  // Without a listener the first error would end the process; the failing write reports it.
  stream.on('error', (error) => (broken ??= error));

  return {
    name,
    async write(bytes) {
      signal.throwIfAborted();
      if (broken !== undefined) throw sinkErrorFrom(broken, name);
      await writeTo(stream, bytes, name, signal);
    },
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}
