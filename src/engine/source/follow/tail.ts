import { type FileHandle, open } from 'node:fs/promises';
import { openFailure } from '../file.ts';
import type { FileIdentity } from '../source.ts';

/** So many bytes before the place that was read up to must still be what they were. */
const provenLength = 64;

/** What has become of a file that is read at its end. */
export type Grown =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** It is shorter than what was read of it, or holds other bytes there. */
  | { readonly kind: 'truncated' | 'overwritten' };

/** An open file that is read as it grows, whatever its path leads to by now. The writer is neither locked nor waited for. */
export class Tail {
  readonly path: string;
  /** Tells the file from others while it is open. */
  readonly key: string;
  readonly #handle: FileHandle;
  /** Bytes that were read, or passed over. */
  #position = 0;
  /** The last bytes before `position`. */
  #proven = new Uint8Array(0);
  /** When it last had something new, by `performance.now()`. */
  grewMs = performance.now();
  #closing: Promise<void> | undefined;

  private constructor(path: string, key: string, handle: FileHandle) {
    this.path = path;
    this.key = key;
    this.#handle = handle;
  }

  /** @throws SourceError */
  static async open(path: string): Promise<Tail> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const { dev, ino } = await handle.stat({ bigint: true });
      return new Tail(path, keyOf({ dev: String(dev), ino: String(ino) }), handle);
    } catch (error) {
      await handle?.close();
      throw openFailure(path, error);
    }
  }

  get position(): number {
    return this.#position;
  }

  /** Goes on from a byte. */
  async seek(position: number): Promise<void> {
    const proven = new Uint8Array(Math.min(position, provenLength));
    const length = await this.#read(proven, position - proven.length);
    this.#position = position;
    this.#proven = proven.subarray(0, length === proven.length ? length : 0);
  }

  /** Bytes that it has now. */
  async size(): Promise<number> {
    return (await this.#stat()).size;
  }

  /** Whether no name leads to it any more. */
  async isDeleted(): Promise<boolean> {
    return (await this.#stat()).nlink === 0;
  }

  /** The bytes after those that were read, as many as fit; undefined where there are none. @throws SourceError */
  async read(into: Uint8Array): Promise<Grown | undefined> {
    const size = await this.size();
    if (size < this.#position) return { kind: 'truncated' };
    if (size === this.#position) return undefined;
    const before = this.#proven.length;
    const length = await this.#read(into, this.#position - before);
    if (length < before) return { kind: 'truncated' };
    if (Buffer.compare(into.subarray(0, before), this.#proven) !== 0) return { kind: 'overwritten' };
    if (length === before) return undefined;
    this.#position += length - before;
    this.#proven = into.slice(Math.max(0, length - provenLength), length);
    this.grewMs = performance.now();
    return { kind: 'bytes', bytes: into.subarray(before, length) };
  }

  /** The bytes from a place on, at most so many, whatever was read before. */
  async readAt(position: number, most: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(most, (await this.size()) - position)));
    return bytes.subarray(0, await this.#read(bytes, position));
  }

  /** The byte after the last line end before `to`; 0 where there is none. */
  async lineStart(to: number): Promise<number> {
    const piece = new Uint8Array(64 * 1024);
    for (let end = to; end > 0;) {
      const from = Math.max(0, end - piece.length);
      const length = await this.#read(piece.subarray(0, end - from), from);
      const found = piece.subarray(0, length).lastIndexOf(0x0a);
      if (found !== -1) return from + found + 1;
      end = from;
    }
    return 0;
  }

  /** Begins anew with its first byte. */
  restart(): void {
    this.#position = 0;
    this.#proven = new Uint8Array(0);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#handle.close());
  }

  async #stat(): Promise<{ readonly size: number; readonly nlink: number }> {
    try {
      return await this.#handle.stat();
    } catch (error) {
      throw openFailure(this.path, error, this.#position);
    }
  }

  /** Reads until `into` is full or the file ends. */
  async #read(into: Uint8Array, position: number): Promise<number> {
    let length = 0;
    try {
      while (length < into.length) {
        const { bytesRead } = await this.#handle.read(into, length, into.length - length, position + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } catch (error) {
      throw openFailure(this.path, error, position);
    }
    return length;
  }
}

export function keyOf({ dev, ino }: Pick<FileIdentity, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}
