import { open, type FileHandle } from 'node:fs/promises';
import { ByteReader, ByteWriter } from '../bytes.ts';
import type { SpillFolder, SpillWriter } from './spill.ts';

/** A payload of more bytes than this is sorted by reference. */
export const longestHeld = 1024 * 1024;

/** The first byte of a reference. No row begins with it: that would be the tag of a cell. */
const referenceMark = 0xff;

/**
 * Payloads that are too long to be moved about with their keys. They are written to a temporary file as they come, and
 * read back one at a time, when their place in the order has come: merging runs of long rows would hold one of each run.
 */
export class LongRows {
  readonly #folder: SpillFolder;
  readonly #out = new ByteWriter(32);
  #writer: SpillWriter | undefined;
  #file: FileHandle | undefined;
  #length = 0;
  #read: Buffer = Buffer.alloc(0);

  constructor(folder: SpillFolder) {
    this.#folder = folder;
  }

  /** Writes a payload; the answer stands for it, and is valid until the next call. */
  async put(payload: Uint8Array): Promise<Uint8Array> {
    const writer = (this.#writer ??= await this.#folder.create(0));
    await writer.appendRange(payload, 0, payload.length);
    const out = this.#out;
    out.clear();
    out.byte(referenceMark);
    out.double(this.#length);
    out.double(payload.length);
    this.#length += payload.length;
    return out.view();
  }

  /** The payload that a reference stands for, valid until the next call. */
  async get(reference: Uint8Array): Promise<Uint8Array> {
    const reader = new ByteReader(reference);
    reader.skip(1);
    const position = reader.double();
    const length = reader.double();
    this.#file ??= await this.#open();
    if (this.#read.length < length) {
      // The shorter one is given up before the longer one is made.
      this.#read = Buffer.alloc(0);
      this.#read = Buffer.allocUnsafeSlow(length);
    }
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#file.read(this.#read, done, length - done, position + done);
      if (bytesRead === 0) throw new Error(`A temporary file ends ${length - done} bytes too early.`);
      done += bytesRead;
    }
    return this.#read.subarray(0, length);
  }

  async close(): Promise<void> {
    this.#read = Buffer.alloc(0);
    await this.#file?.close();
    this.#file = undefined;
  }

  async #open(): Promise<FileHandle> {
    if (this.#writer === undefined) throw new Error('Nothing was put there.');
    await this.#writer.finish();
    return open(this.#writer.path, 'r').catch((error: unknown) => {
      throw this.#folder.failure(error, 0);
    });
  }
}

/** Whether what begins there is a reference, and no row. */
export function isReference(bytes: Uint8Array, at = 0, end = bytes.length): boolean {
  return at < end && bytes[at] === referenceMark;
}
