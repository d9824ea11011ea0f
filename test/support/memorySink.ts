import type { ByteSink } from '../../src/engine/sink/byteSink.ts';

/** A sink that keeps what is written to it. */
export function memorySink(): ByteSink & { text(): string; bytes(): Buffer } {
  const chunks: Uint8Array[] = [];
  const done = (): Promise<void> => Promise.resolve();
  return {
    name: 'memory',
    write: (bytes) => {
      chunks.push(bytes.slice());
      return Promise.resolve();
    },
    commit: done,
    discard: done,
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString(),
  };
}
