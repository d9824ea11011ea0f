import type { DeflateRaw } from 'node:zlib';
import { said } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import type { ByteSink } from '../byteSink.ts';
import { SinkError } from '../sinkError.ts';

/** Without the extension for large files, which not all readers of workbooks know. */
const mostBytes = 0xffff_ffff;

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  readonly checksum: number;
  readonly packed: number;
  readonly length: number;
}

/** Writes a ZIP file (PKWARE's APPNOTE.TXT) to a sink, one file in it after the other, each compressed as it comes. */
export class ZipWriter {
  readonly #sink: ByteSink;
  readonly #entries: Entry[] = [];
  #offset = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** @param pieces the file's content; each is used up before the next is asked for. @throws SinkError */
  async add(file: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const { zlib } = builtins;
    const name = Buffer.from(file);
    const offset = this.#offset;
    await this.#write(header(0x04034b50, name, { checksum: 0, packed: 0, length: 0 }));
    const start = this.#offset;
    let [checksum, length] = [0, 0];
    const deflate = zlib.createDeflateRaw({ level: 3 });
    try {
      for await (const piece of pieces) {
        checksum = zlib.crc32(piece, checksum);
        length += piece.length;
        await this.#drain(deflate, (done) => deflate.write(piece, done));
        if (length > mostBytes) throw tooLarge();
      }
      await this.#drain(deflate, (done) => deflate.once('end', done).end());
    } finally {
      deflate.destroy();
    }
    const entry = { name, offset, checksum, packed: this.#offset - start, length };
    const descriptor = Buffer.alloc(16);
    [0x08074b50, checksum, entry.packed, length].forEach((value, at) =>
      descriptor.writeUInt32LE(value, 4 * at),
    );
    await this.#write(descriptor);
    this.#entries.push(entry);
  }

  /** Writes the list of the files. @throws SinkError */
  async finish(): Promise<void> {
    const start = this.#offset;
    for (const entry of this.#entries) await this.#write(header(0x02014b50, entry.name, entry, entry.offset));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(this.#offset - start, 12);
    end.writeUInt32LE(start, 16);
    await this.#write(end);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    if (this.#offset > mostBytes) throw tooLarge();
    await this.#sink.write(bytes);
  }

  /** Writes what the compressor gives until it has taken what it was given. */
  async #drain(deflate: DeflateRaw, give: (done: (error?: Error | null) => void) => void): Promise<void> {
    const state = { taken: false };
    let wake = (): void => undefined;
    const readable = (): void => {
      wake();
    };
    deflate.on('readable', readable);
    give(() => {
      state.taken = true;
      wake();
    });
    for (;;) {
      const out: unknown = deflate.read();
      if (out instanceof Uint8Array) await this.#write(out);
      else if (state.taken) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    deflate.off('readable', readable);
  }
}

type Sums = Pick<Entry, 'checksum' | 'packed' | 'length'>;

/** The header of a file in front of it, or in the list with the place where that is. Its sums stand behind the file. */
function header(signature: number, name: Buffer, { checksum, packed, length }: Sums, at?: number): Buffer {
  const isListed = at !== undefined;
  const bytes = Buffer.alloc(isListed ? 46 : 30);
  bytes.writeUInt32LE(signature, 0);
  // Versions that are needed: of compression and folders.
  let next = 4;
  if (isListed) next = bytes.writeUInt16LE(20, next);
  next = bytes.writeUInt16LE(20, next);
  const [sumsBehind, utf8, deflated] = [1 << 3, 1 << 11, 8];
  next = bytes.writeUInt16LE(sumsBehind | utf8, next);
  next = bytes.writeUInt16LE(deflated, next);
  // No time: the same rows make the same file. ZIP's first day is 1 January 1980.
  next = bytes.writeUInt16LE(0, next);
  next = bytes.writeUInt16LE((1 << 5) | 1, next);
  for (const value of [checksum, packed, length]) next = bytes.writeUInt32LE(value, next);
  bytes.writeUInt16LE(name.length, next);
  if (isListed) bytes.writeUInt32LE(at, 42);
  return Buffer.concat([bytes, name]);
}

function tooLarge(): SinkError {
  return new SinkError(
    'too-large',
    said`The rows are more than 4 GB, too much for Excel. Write CSV or Parquet instead.`,
  );
}
