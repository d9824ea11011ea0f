import type { ByteSink } from '../sink/byteSink.ts';
import type { Written } from './stageMeter.ts';

/** A sink that knows what went into it, and how long it was waited for. */
export interface CountedSink extends ByteSink {
  /** Bytes so far. */
  readonly written: () => number;
  readonly done: (name: Written['name'], rows: number) => Written;
}

/** @param before bytes that went into it in a run that is gone on with */
export function countWrites(sink: ByteSink, before = 0): CountedSink {
  let written = before;
  let waitedMs = 0;
  const waiting = async (work: Promise<void>): Promise<void> => {
    const began = performance.now();
    await work;
    waitedMs += performance.now() - began;
  };
  return {
    name: sink.name,
    written: () => written,
    done: (name, rows) => ({ name, rows, bytes: written, waitedMs }),
    write: async (bytes) => {
      await waiting(sink.write(bytes));
      written += bytes.length;
    },
    finish: () => waiting(sink.finish?.() ?? Promise.resolve()),
    commit: () => waiting(sink.commit()),
    discard: () => sink.discard(),
    resumable: sink.resumable,
  };
}
