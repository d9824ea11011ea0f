import type { Source } from './source.ts';

/** A source that takes bytes back: a reader of something that comes once reads on from where it stopped using it. */
export function takesBack(source: Source): Source {
  let kept: Uint8Array = new Uint8Array(0);
  let at = 0;
  return {
    name: source.name,
    get size() {
      return source.size;
    },
    get random() {
      return source.random;
    },
    read(into, position, signal) {
      const part = position >= at ? kept.subarray(position - at, position - at + into.length) : nothing;
      if (part.length === 0) return source.read(into, position, signal);
      into.set(part);
      return Promise.resolve(part.length);
    },
    unread(bytes, position) {
      // Of a Buffer, `slice` would be a view.
      kept = new Uint8Array(bytes);
      at = position;
    },
    close: () => source.close(),
  };
}

const nothing = new Uint8Array(0);
