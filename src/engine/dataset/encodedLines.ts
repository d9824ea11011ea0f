import type { Source } from '../source/source.ts';

/** Bytes read at a time; even, for UTF-16. */
const pieceLength = 256 * 1024;

/**
 * Copies lines of a text as they are encoded, from front to back. In all encodings that can be read a line feed stands for
 * itself, so that the lines of the encoded text are those of the decoded one, though their bytes are not.
 */
export class EncodedLines {
  readonly #source: Source;
  readonly #wide: 'le' | 'be' | undefined;
  readonly #headLines: number;
  readonly #piece = Buffer.alloc(pieceLength);
  #bytes = this.#piece.subarray(0, 0);
  /** Position of the byte after `#bytes`. */
  #position = 0;
  /** Lines before `#bytes`. */
  #line = 0;

  /** @param headLines lines before the first record */
  constructor(source: Source, encoding: string, headLines: number) {
    this.#source = source;
    this.#wide = encoding === 'utf-16le' ? 'le' : encoding === 'utf-16be' ? 'be' : undefined;
    this.#headLines = headLines;
  }

  /** The byte-order mark, and the lines before the first record. */
  async *head(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    await this.#fill(signal);
    const mark = this.#wide === undefined || this.#bytes.length < 2 ? 0 : this.#bytes.readUInt16BE(0);
    if (mark === (this.#wide === 'le' ? 0xfffe : 0xfeff)) yield this.#take(2);
    yield* this.copy(0, this.#headLines, signal);
  }

  /** Lines [from, to), with their ends. Lines must not go back. */
  async *copy(from: number, to: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    while (this.#line < to) {
      if (this.#bytes.length === 0 && !(await this.#fill(signal))) return;
      const wanted = this.#line >= from;
      const end = this.#endOfLine((wanted ? to : from) - this.#line);
      const bytes = this.#take(end);
      if (wanted) yield bytes;
    }
  }

  /** Where `count` lines end in the bytes, or the bytes do. Counts the lines. */
  #endOfLine(count: number): number {
    const bytes = this.#bytes;
    let at = 0;
    for (let lines = 0; lines < count; lines++) {
      const end = this.#pastFeed(at);
      if (end === undefined) return bytes.length;
      at = end;
      this.#line++;
    }
    return at;
  }

  /** Past the first line feed at or after `at`. */
  #pastFeed(at: number): number | undefined {
    const bytes = this.#bytes;
    for (let feed = bytes.indexOf(0x0a, at); feed !== -1; feed = bytes.indexOf(0x0a, feed + 1)) {
      if (this.#wide === undefined) return feed + 1;
      // Pieces begin at a whole unit.
      const isLow = feed % 2 === (this.#wide === 'le' ? 0 : 1);
      if (isLow && bytes[this.#wide === 'le' ? feed + 1 : feed - 1] === 0) return feed - (feed % 2) + 2;
    }
    return undefined;
  }

  #take(length: number): Uint8Array {
    const taken = new Uint8Array(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  async #fill(signal: AbortSignal): Promise<boolean> {
    let length = 0;
    do {
      const got = await this.#source.read(this.#piece.subarray(length), this.#position, signal);
      length += got;
      this.#position += got;
      if (got === 0) break;
    } while (length % 2 === 1);
    this.#bytes = this.#piece.subarray(0, length);
    return length > 0;
  }
}
