import { openFile } from './file.ts';
import { readFully } from './read.ts';
import { type Source, SourceError, type SourceSpec } from './source.ts';

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What a source turned out to be, for the status bar. */
export interface OpenedSource extends Source {
  /** Name of the text's encoding in the file; what `read` gives is UTF-8 whenever this is not. */
  readonly encoding: string;
  /** What was undone, outermost first. */
  readonly compression: readonly Compression[];
}

export type Compression = 'gzip' | 'zstd';

/**
 * Opens a source and undoes, by magic bytes and byte-order mark, what stands between its bytes and UTF-8 text.
 * @throws SourceError
 */
export async function openSource(spec: SourceSpec, options: OpenOptions = {}): Promise<OpenedSource> {
  const { signal } = options;
  const base = await openBase(spec, signal);
  try {
    const head = new Uint8Array(4);
    const length = await readFully(base, head, 0, signal);
    const compression = recogniseCompression(head.subarray(0, length));
    if (compression !== undefined) {
      throw new SourceError('unsupported', `${base.name} is compressed with ${compression}.`);
    }
    return {
      name: base.name,
      get size() {
        return base.size;
      },
      get random() {
        return base.random;
      },
      encoding: 'utf-8',
      compression: [],
      read: (into, position, readSignal) => base.read(into, position, readSignal),
      close: () => base.close(),
    };
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** Compression by magic bytes: gzip (RFC 1952), zstd (RFC 8878, also its skippable frames). */
export function recogniseCompression(head: Uint8Array): Compression | undefined {
  if (head.length < 3) return undefined;
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08) return 'gzip';
  if (head.length < 4) return undefined;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  return undefined;
}

async function openBase(spec: SourceSpec, signal: AbortSignal | undefined): Promise<Source> {
  switch (spec.kind) {
    case 'file':
      return openFile(spec.path, { signal });
    case 'url':
      throw new SourceError('unsupported', 'Addresses cannot be opened yet.');
  }
}
