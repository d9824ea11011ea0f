import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { said } from '../../said/said.ts';
import { makeTemporaryFolder, temporaryError, temporaryRoom } from '../temporaryFolder.ts';
import { SinkError } from './sinkError.ts';

/** Bytes that are held in memory; with more, all of them go to a temporary file. */
const memory = 32 * 1024 * 1024;

const lineFeed = 10;

/** Lines that are gone through twice: written once, then read from the first on. */
export class LineSpool {
  readonly #held: Uint8Array[] = [];
  #length = 0;
  #folder: string | undefined;
  #file: FileHandle | undefined;
  #room = 0;

  /** Takes a copy of whole lines, each with its line feed. @throws TemporaryError, SinkError where there is no room */
  async write(lines: Uint8Array): Promise<void> {
    this.#length += lines.length;
    if (this.#file === undefined && this.#length <= memory) {
      this.#held.push(lines.slice());
      return;
    }
    try {
      this.#file ??= await this.#create();
      if (this.#length > this.#room) throw tooLarge(this.#room);
      for (const held of this.#held.splice(0)) await this.#file.writeFile(held);
      await this.#file.writeFile(lines);
    } catch (error) {
      throw this.#folder === undefined ? error : temporaryError(error, dirname(this.#folder), this.#length);
    }
  }

  async #create(): Promise<FileHandle> {
    this.#folder = await makeTemporaryFolder();
    this.#room = await temporaryRoom();
    return open(join(this.#folder, 'rows.jsonl'), 'wx+', 0o600);
  }

  /** The lines in pieces of about `pieceLength` bytes, cut behind line feeds. A piece is void when the next is asked for. */
  async *read(pieceLength: number): AsyncGenerator<Uint8Array> {
    if (this.#file === undefined) {
      yield* this.#held;
      return;
    }
    let buffer = new Uint8Array(pieceLength);
    let kept = 0;
    for (let at = 0; at < this.#length;) {
      const { bytesRead } = await this.#file.read(buffer, kept, buffer.length - kept, at);
      if (bytesRead === 0) throw new Error('a temporary file was cut while it was read');
      at += bytesRead;
      const filled = kept + bytesRead;
      const end = buffer.lastIndexOf(lineFeed, filled - 1) + 1;
      if (end > 0) yield buffer.subarray(0, end);
      kept = filled - end;
      const rest = buffer.subarray(end, filled);
      if (kept * 2 > buffer.length) buffer = new Uint8Array(buffer.length * 2);
      buffer.set(rest);
    }
  }

  /** Closes and deletes what there is. Safe to call any number of times. */
  async remove(): Promise<void> {
    this.#held.length = 0;
    await this.#file?.close();
    this.#file = undefined;
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

function tooLarge(room: number): SinkError {
  const megabytes = Math.floor(room / 1e6).toLocaleString('en');
  return new SinkError(
    'no-room',
    said`The rows need more than the ${megabytes} MB allowed for temporary files.`,
  );
}
