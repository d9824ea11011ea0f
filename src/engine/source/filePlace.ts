import { resolve } from 'node:path';
import { identifyFile, isPipe, openFile, type FileSource } from './file.ts';
import { keptStream } from './kept.ts';
import { openPipe, streamOf } from './pipe.ts';
import type { Place } from './place.ts';
import { readSome } from './read.ts';
import { SourceError, type FileIdentity, type SourcePlace } from './source.ts';
import { onceSource, type ByteStream } from './stream.ts';

/** A path: a file, a named pipe, or a file of the system whose size says nothing. */
export function filePlace(spec: Extract<SourcePlace, { readonly kind: 'file' }>): Place {
  const { path, identity } = spec;
  return {
    spec,
    paths: [path],
    remote: false,
    watch: identity && { opened: identity, now: () => identifyFile(path) },
    kept: (restMs) => identity && { path: resolve(path), state: stateOf(identity, restMs) },
    async open({ signal, keepPages, blocking }) {
      const once = (stream: ByteStream) => (keepPages ? keptStream(stream, mostKept) : onceSource(stream));
      const bare = { kind: 'file', path } as const;
      // What has an identity was a file when it was seen.
      if (!identity && (await isPipe(path, blocking)))
        return { source: await once(await openPipe(path, signal)), place: bare };
      const source = await openFile(path, { expect: identity, signal, blocking });
      let isSized = false;
      try {
        isSized = await hasItsSize(source, signal);
      } finally {
        if (!isSized) await source.close();
      }
      if (isSized)
        return { source, place: { ...bare, identity: source.identity }, current: () => source.current() };
      const stream = streamOf(await openFile(path, { signal, unsized: true }));
      return { source: await once(stream), place: bare };
    },
  };
}

/** Of what can be read only once, a preview keeps so many bytes in a temporary file. */
const mostKept = 4e9;

export function stateOf({ size, dev, ino, mtimeMs, ctimeMs, openedMs }: FileIdentity, restMs: number) {
  const young = openedMs < Math.max(mtimeMs, ctimeMs) + restMs;
  return { size, file: `${dev}:${ino}`, version: `${mtimeMs} ${ctimeMs}`, young };
}

/** The size that files in /sys say they have; those in /proc say none. */
const nominalSize = 4096;

/** Whether a file has as many bytes as it says. Those of the system are made as they are read. */
async function hasItsSize(source: FileSource, signal: AbortSignal | undefined): Promise<boolean> {
  const { size } = source;
  if (size > nominalSize) return true;
  const head = new Uint8Array(size + 1);
  const length = await readSome(source, head, 0, signal).catch((error: unknown) => {
    if (error instanceof SourceError && error.failure === 'changed') return 0;
    throw error;
  });
  // What was appended meanwhile makes no other file of it.
  return size === 0 ? length === 0 : length >= size;
}
