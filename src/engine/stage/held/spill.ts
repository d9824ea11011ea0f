import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTemporaryFolder, temporaryError } from '../../temporaryFolder.ts';
import { copyBytes } from '../bytes.ts';
import { recordEnd } from './sortRecord.ts';

/**
 * Temporary files of one run: the folder is made with the first file, and removed with everything in it. Files
 * that are still being written then, because the run has failed or nobody wants the rest, are closed before.
 */
export class SpillFolder {
  readonly #parent: string;
  #path: Promise<string> | undefined;
  #files = 0;
  readonly #open = new Set<FileHandle>();
  /** Bytes written so far. */
  written = 0;

  constructor(parent: string) {
    this.#parent = parent;
  }

  async create(bufferSize = 64 * 1024): Promise<SpillWriter> {
    this.#path ??= makeTemporaryFolder(this.#parent);
    const path = join(await this.#path, String(this.#files++));
    try {
      const file = await open(path, 'wx', 0o600);
      this.#open.add(file);
      return new SpillWriter(path, file, this, bufferSize);
    } catch (error) {
      throw this.failure(error, 0);
    }
  }

  /** What a failed system call amounts to when so many bytes were to be written. */
  failure(error: unknown, more: number): unknown {
    return temporaryError(error, this.#parent, this.written + more);
  }

  /** Called by the file's writer. */
  async finish(file: FileHandle): Promise<void> {
    if (this.#open.delete(file)) await file.close();
  }

  async remove(): Promise<void> {
    for (const file of this.#open) await this.finish(file);
    const path = await this.#path?.catch(() => undefined);
    if (path !== undefined) await rm(path, { recursive: true, force: true });
  }
}

/** Appends records to a temporary file: each a length in four bytes, then its bytes. */
export class SpillWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #folder: SpillFolder;
  readonly #buffer: Buffer;
  #used = 0;

  constructor(path: string, file: FileHandle, folder: SpillFolder, bufferSize: number) {
    this.path = path;
    this.#file = file;
    this.#folder = folder;
    this.#buffer = Buffer.allocUnsafe(bufferSize);
  }

  /** Takes a record if there is room for it in memory; where there is none, `flush` must come first. */
  tryAppend(record: Uint8Array): boolean {
    if (this.#used + 4 + record.length > this.#buffer.length) return false;
    this.#used = this.#buffer.writeUInt32LE(record.length, this.#used);
    this.#buffer.set(record, this.#used);
    this.#used += record.length;
    return true;
  }

  /** The same with a record that has its length before it, as `SpillReader.bytes` and sort records do. */
  tryAppendRange(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#used + end - start > this.#buffer.length) return false;
    copyBytes(this.#buffer, this.#used, bytes, start, end);
    this.#used += end - start;
    return true;
  }

  async appendRange(bytes: Uint8Array, start: number, end: number): Promise<void> {
    if (this.tryAppendRange(bytes, start, end)) return;
    await this.flush();
    if (!this.tryAppendRange(bytes, start, end)) await this.#write(bytes.subarray(start, end));
  }

  async append(record: Uint8Array): Promise<void> {
    if (this.tryAppend(record)) return;
    await this.flush();
    if (this.tryAppend(record)) return;
    const header = Buffer.alloc(4);
    header.writeUInt32LE(record.length);
    await this.#write(header);
    await this.#write(record);
  }

  async flush(): Promise<void> {
    if (this.#used > 0) await this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Ends writing; the file stays until its folder is removed or it is read to its end. */
  async finish(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#folder.finish(this.#file);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += (await this.#file.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw this.#folder.failure(error, bytes.length);
    }
    this.#folder.written += bytes.length;
  }
}

/** Reads the records of a temporary file back, one after the other, and deletes it at the end. */
export class SpillReader {
  readonly #path: string;
  readonly #file: FileHandle;
  /** The memory to read into where a record fits. */
  readonly #usual: Buffer;
  #buffer: Buffer;
  #from = 0;
  #to = 0;
  #record = 0;

  private constructor(path: string, file: FileHandle, buffer: Buffer) {
    this.#path = path;
    this.#file = file;
    this.#usual = buffer;
    this.#buffer = buffer;
  }

  /** @param buffer memory to read into; a record that does not fit gets its own */
  static async open(path: string, buffer: Buffer): Promise<SpillReader> {
    const file = await open(path, 'r').catch((error: unknown) => {
      throw temporaryError(error, dirname(path));
    });
    return new SpillReader(path, file, buffer);
  }

  /** Holds the record that the last `next` has reached; valid until the following one. */
  get bytes(): Uint8Array {
    return this.#buffer;
  }

  /** Where in `bytes` that record begins, with its length. */
  get record(): number {
    return this.#record;
  }

  /** The record without its length. */
  get content(): Uint8Array {
    return this.#buffer.subarray(this.#record + 4, this.#from);
  }

  /** Moves on if the next record is in memory already. */
  tryNext(): boolean {
    const available = this.#to - this.#from;
    if (available < 4) return false;
    const end = recordEnd(this.#buffer, this.#from);
    if (end > this.#to) return false;
    this.#record = this.#from;
    this.#from = end;
    return true;
  }

  /** Moves on; false at the end. */
  async next(): Promise<boolean> {
    while (!this.tryNext()) {
      if (!(await this.#fill())) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #fill(): Promise<boolean> {
    const rest = this.#to - this.#from;
    const needed = rest >= 4 ? 4 + this.#buffer.readUInt32LE(this.#from) : 4;
    const roomy = Math.max(needed, rest) <= this.#usual.length ? this.#usual : this.#buffer;
    const buffer = needed > roomy.length ? Buffer.allocUnsafe(needed) : roomy;
    this.#buffer.copy(buffer, 0, this.#from, this.#to);
    this.#buffer = buffer;
    this.#from = 0;
    this.#to = rest;
    const { bytesRead } = await this.#file.read(buffer, rest, buffer.length - rest);
    this.#to += bytesRead;
    return bytesRead > 0;
  }
}
