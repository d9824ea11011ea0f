import type { OpenedSource } from '../source/open.ts';
import { readFully } from '../source/read.ts';
import { SourceError } from '../source/source.ts';

const most = 4096;

/**
 * The last bytes of a file as they were when it was opened. A file that is written anew behind its first part, and is
 * longer then, has the blocks of that part still; where it ended is in the middle of something else.
 */
export class FileEnd {
  readonly #source: OpenedSource;
  readonly #at: number;
  readonly #bytes: Uint8Array;

  private constructor(source: OpenedSource, at: number, bytes: Uint8Array) {
    this.#source = source;
    this.#at = at;
    this.#bytes = bytes;
  }

  /**
   * Undefined where the file is read in another way than it stands on disk, or is several.
   * @throws SourceError; the signal's reason
   */
  static async of(source: OpenedSource, signal: AbortSignal): Promise<FileEnd | undefined> {
    const { place, random, containers, encoding, size } = source;
    const asItStands = random && containers.length === 0 && encoding.startsWith('utf-8');
    if (!asItStands || !size || place.spec.kind !== 'file') return undefined;
    const at = Math.max(0, size - most);
    const bytes = new Uint8Array(size - at);
    const length = await readFully(source, bytes, at, signal);
    return new FileEnd(source, at, bytes.subarray(0, length));
  }

  /** Whether they are in their place still. */
  async isThere(signal: AbortSignal): Promise<boolean> {
    const now = new Uint8Array(this.#bytes.length);
    try {
      const length = await readFully(this.#source, now, this.#at, signal);
      return Buffer.compare(now.subarray(0, length), this.#bytes) === 0;
    } catch (error) {
      if (error instanceof SourceError && error.failure === 'changed') return false;
      throw error;
    }
  }
}
