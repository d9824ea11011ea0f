import type { OpenedSource } from '../source/open.ts';
import { readFully } from '../source/read.ts';
import { SourceError, type Source } from '../source/source.ts';

/** Bytes that are kept of a file's end, and of both its ends where nothing else tells of a change. */
const usual = 4096;
const alone = 256 * 1024;

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * The last bytes of a file, as they are stored, as they were when it was opened. A file that is written anew behind its
 * first part, and is longer then, has the blocks of that part still; where it ended is in the middle of something else.
 * What is compressed ends in a checksum or in what tells of all of it.
 */
export class FileEnd {
  readonly #source: Source;
  readonly #pieces: readonly Piece[];

  private constructor(source: Source, pieces: readonly Piece[]) {
    this.#source = source;
    this.#pieces = pieces;
  }

  /**
   * Undefined where the file is read only once, or is several.
   * @param isAlone whether no checksums of blocks are kept: then its beginning is kept as well
   * @throws SourceError; the signal's reason
   */
  static async of(
    { place, stored, containers }: OpenedSource,
    isAlone: boolean,
    signal: AbortSignal,
  ): Promise<FileEnd | undefined> {
    const { random, size } = stored;
    if (!random || !size || place.spec.kind !== 'file') return undefined;
    const isText = isAlone && containers.length === 0;
    const most = isText ? alone : usual;
    const end = Math.max(0, size - most);
    const pieces: Piece[] = [];
    for (const at of isText && end > 0 ? [0, end] : [end])
      pieces.push({ at, bytes: await piece(stored, at, Math.min(most, size - at), signal) });
    return new FileEnd(stored, pieces);
  }

  /** Whether they are in their place still. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    try {
      for (const { at, bytes } of this.#pieces) {
        if (Buffer.compare(await piece(this.#source, at, bytes.length, signal), bytes) !== 0) return false;
      }
      return true;
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'changed') return false;
      throw error;
    }
  }
}

async function piece(source: Source, at: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, await readFully(source, bytes, at, signal));
}
