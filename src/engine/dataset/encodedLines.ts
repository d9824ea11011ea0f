import type { CsvDialect } from '../format/csv/dialect.ts';
import type { Source } from '../source/source.ts';

/** Bytes read at a time; even, for UTF-16. */
const pieceLength = 256 * 1024;

/**
 * Copies lines of a text as they are encoded, from front to back. In all encodings that can be read line feeds
 * and carriage returns stand for themselves, so that the lines of the encoded text are those of the decoded
 * one, though their bytes are not.
 */
export class EncodedLines {
  readonly #source: Source;
  readonly #wide: 'le' | 'be' | undefined;
  readonly #head: { readonly from: number; readonly to: number };
  readonly #loneCr: boolean;
  readonly #piece = Buffer.alloc(pieceLength);
  #bytes = this.#piece.subarray(0, 0);
  /** Bytes of the piece past `#bytes`: a carriage return, which ends a line alone or with what follows. */
  #carried = 0;
  /** Position of the byte after `#bytes` and those carried. */
  #position = 0;
  /** Lines before `#bytes`. */
  #line = 0;

  /**
   * @param head lines [from, to) that stand before the first record and belong to it
   * @param lineEnd what ends a line, as in `CsvDialect`
   */
  constructor(
    source: Source,
    encoding: string,
    head: { readonly from: number; readonly to: number },
    lineEnd: CsvDialect['lineEnd'],
  ) {
    this.#source = source;
    this.#wide = encoding === 'utf-16le' ? 'le' : encoding === 'utf-16be' ? 'be' : undefined;
    this.#head = head;
    this.#loneCr = lineEnd === 'any';
  }

  /** The byte-order mark, and the head's lines. */
  async *head(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    await this.#fill(signal);
    const mark = this.#wide === undefined || this.#bytes.length < 2 ? 0 : this.#bytes.readUInt16BE(0);
    if (mark === (this.#wide === 'le' ? 0xfffe : 0xfeff)) yield this.#take(2);
    yield* this.copy(this.#head.from, this.#head.to, signal);
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
      const end = this.#loneCr ? this.#pastAnyEnd(at) : this.#pastFeed(at);
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

  /** Past the first CRLF, line feed or carriage return at or after `at`. */
  #pastAnyEnd(at: number): number | undefined {
    const size = this.#wide === undefined ? 1 : 2;
    for (; at < this.#bytes.length; at += size) {
      const unit = this.#unitAt(at);
      if (unit === 0x0a) return at + size;
      if (unit === 0x0d) return at + (this.#unitAt(at + size) === 0x0a ? 2 * size : size);
    }
    return undefined;
  }

  /** The unit of the encoding at `at` in the piece. */
  #unitAt(at: number): number | undefined {
    if (this.#wide === undefined) return this.#bytes[at];
    const high = this.#bytes[this.#wide === 'le' ? at + 1 : at];
    return high === 0 ? this.#bytes[this.#wide === 'le' ? at : at + 1] : undefined;
  }

  #take(length: number): Uint8Array {
    const taken = new Uint8Array(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  async #fill(signal: AbortSignal): Promise<boolean> {
    const size = this.#wide === undefined ? 1 : 2;
    const carriedFrom = this.#bytes.byteOffset - this.#piece.byteOffset + this.#bytes.length;
    this.#piece.copyWithin(0, carriedFrom, carriedFrom + this.#carried);
    let length = this.#carried;
    this.#carried = 0;
    for (;;) {
      const got = await this.#source.read(this.#piece.subarray(length), this.#position, signal);
      length += got;
      this.#position += got;
      this.#bytes = this.#piece.subarray(0, length);
      if (got === 0) return length > 0;
      if (length % 2 === 1) continue;
      if (!this.#loneCr || this.#unitAt(length - size) !== 0x0d) return true;
      if (length > size) break;
    }
    this.#carried = size;
    this.#bytes = this.#piece.subarray(0, length - size);
    return true;
  }
}
