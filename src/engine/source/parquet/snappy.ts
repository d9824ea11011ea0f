import { grown, type PageBytes, type PageInput, Unread } from './pageInput.ts';

/** Bytes that are decompressed beyond those that are needed. */
const ahead = 64 * 1024;
/** A tag and the four bytes that can follow it before a literal's own. */
const longestElement = 5;
/** From here on a literal is copied by the runtime. */
const longLiteral = 48;

/**
 * Decompresses Snappy's raw format (google/snappy, format_description.txt) from the front as far as bytes are needed: hyparquet
 * decompresses all of a page.
 */
export class SnappyBytes implements PageBytes {
  readonly length: number;
  #bytes = new Uint8Array(0);
  readonly #input: PageInput;
  readonly #from: number;
  /** Where the next element begins in the input; undefined before the length that stands at its beginning. */
  #at: number | undefined;
  #made = 0;

  constructor(input: PageInput, from: number, length: number) {
    this.length = length;
    this.#input = input;
    this.#from = from;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  need(end: number): void {
    const least = Math.min(end, this.length);
    if (least > this.#made) this.#decompress(least);
  }

  #decompress(least: number): void {
    const { bytes: from, filled, length: stored } = this.#input;
    const isAll = filled === stored;
    const enough = Math.min(this.length, Math.max(least, this.#made + ahead));
    let into = (this.#bytes = grown(this.#bytes, enough, this.length));
    let at = (this.#at ??= this.#begin());
    let made = this.#made;
    let wanted = 0;
    while (made < enough) {
      if (at + longestElement > filled && !isAll) {
        wanted = at + longestElement;
        break;
      }
      const tag = from[at++];
      let length = tag >>> 2;
      if ((tag & 3) === 0) {
        if (length >= 60) {
          const size = length - 59;
          length = 0;
          for (let i = size - 1; i >= 0; i--) length = length * 256 + from[at + i];
          at += size;
        }
        length++;
        if (at + length > filled && !isAll) {
          wanted = at + length;
          // It is begun again with the tag.
          at = this.#at;
          break;
        }
        if (!(at + length <= filled && made + length <= this.length)) throw cutOff();
        if (made + length > into.length) into = this.#bytes = grown(into, made + length, this.length);
        if (length < longLiteral) for (let i = 0; i < length; i++) into[made + i] = from[at + i];
        else into.set(from.subarray(at, at + length), made);
        at += length;
      } else {
        let back: number;
        if ((tag & 3) === 1) {
          back = ((tag >>> 5) << 8) | from[at++];
          length = (length & 7) + 4;
        } else {
          length++;
          back = from[at] | (from[at + 1] << 8);
          if ((tag & 3) === 3) back += (from[at + 2] | (from[at + 3] << 8)) * 65_536;
          at += (tag & 3) === 3 ? 4 : 2;
        }
        if (!(back > 0 && back <= made && at <= filled && made + length <= this.length)) throw cutOff();
        if (made + length > into.length) into = this.#bytes = grown(into, made + length, this.length);
        // It may repeat what it has just written.
        for (let i = 0; i < length; i++) into[made + i] = into[made + i - back];
      }
      made += length;
      this.#at = at;
    }
    this.#made = made;
    if (made < least) throw new Unread(wanted);
  }

  /** Passes over the length, which the page's header has too. */
  #begin(): number {
    this.#input.need(this.#from + longestElement);
    const { bytes, filled } = this.#input;
    let at = this.#from;
    while (at < filled && bytes[at] > 127) at++;
    return at + 1;
  }
}

function cutOff(): RangeError {
  return new RangeError('a page is compressed wrongly');
}
