import { type Source, SourceError } from './source.ts';

/**
 * A source whose first `length` bytes can be read again and again, also where it gives its bytes once: what is needed
 * to recognise it and then read it from the start. Keeps them in memory, as far as they were read.
 */
export function keepHead(source: Source, length: number): Source {
  if (source.random) return source;
  const head = new Uint8Array(length);
  let kept = 0;
  let filling: Promise<void> = Promise.resolve();

  /**
   * Reads the head up to `end`, or to the source's end. One call at a time, as the source's position must not
   * go back.
   */
  function fill(end: number, signal: AbortSignal | undefined): Promise<void> {
    const before = filling.catch(() => undefined);
    filling = before.then(async () => {
      // What has come before a failure stays.
      while (kept < end) {
        const got = await source.read(head.subarray(kept, end), kept, signal);
        if (got === 0) return;
        kept += got;
      }
    });
    return filling;
  }

  return {
    name: source.name,
    get size() {
      return source.size;
    },
    get random() {
      return source.random;
    },
    async read(into, position, signal) {
      if (position >= length) {
        await fill(length, signal);
        return kept < length ? 0 : source.read(into, position, signal);
      }
      const end = Math.min(length, position + into.length);
      await fill(end, signal).catch((error: unknown) => {
        if (!(error instanceof SourceError) || kept <= position) throw error;
      });
      const part = head.subarray(position, Math.min(end, kept));
      into.set(part);
      return part.length;
    },
    close: () => source.close(),
  };
}
