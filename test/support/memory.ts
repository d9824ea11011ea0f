import { type Source, SourceError } from '../../src/engine/source/source.ts';
import { readFully } from '../../src/engine/source/read.ts';

export interface MemoryOptions {
  /** Gives its bytes once, like a pipe. */
  readonly once?: boolean;
  /** Bytes answered at most by a read. */
  readonly most?: number;
  /** Called before each read; what it throws, the read throws. */
  readonly before?: (position: number) => void;
}

/** A source over bytes in memory; refuses to go back where it is to be read once. */
export function memorySource(bytes: Uint8Array, options: MemoryOptions = {}): Source {
  const { once = false, most = Infinity, before } = options;
  let next = 0;
  return {
    name: 'memory',
    size: once ? undefined : bytes.length,
    random: !once,
    read(into, position) {
      before?.(position);
      if (once && position !== next) throw new Error(`read at ${position} after ${next}`);
      const part = bytes.subarray(position, position + Math.min(into.length, most));
      into.set(part);
      next = position + part.length;
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

/** All bytes of a source by reads of `step` bytes, and the failure that ended it, if one did. */
export async function readAll(
  source: Source,
  step = 65536,
): Promise<{ bytes: Buffer; error: SourceError | undefined }> {
  const parts: Buffer[] = [];
  let position = 0;
  try {
    for (;;) {
      const into = Buffer.alloc(step);
      const length = await source.read(into, position);
      if (length === 0) return { bytes: Buffer.concat(parts), error: undefined };
      parts.push(into.subarray(0, length));
      position += length;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { bytes: Buffer.concat(parts), error };
  }
}

export async function readRange(source: Source, from: number, length: number): Promise<Buffer> {
  const into = Buffer.alloc(length);
  return into.subarray(0, await readFully(source, into, from));
}

/** JSON lines by a fixed pseudo-random sequence: text as compressors meet it. */
export function sampleLines(length: number, seed = 1): Buffer {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const lines: string[] = [];
  for (let size = 0; size < length; size += lines.at(-1)?.length ?? 0) {
    const words = Array.from({ length: 2 + random(9) }, () => random(5000).toString(36)).join(' ');
    lines.push(`{"id":${lines.length},"status":${200 + random(4) * 100},"text":"${words}"}\n`);
  }
  return Buffer.from(lines.join('').slice(0, length));
}
