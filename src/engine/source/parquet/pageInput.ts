/** The bytes of a page as they are stored, of which only the first ones may have been read. */
export class PageInput {
  /** Of all of them. */
  readonly length: number;
  #bytes = new Uint8Array(0);
  #filled = 0;

  constructor(length: number) {
    this.length = length;
  }

  /** With those that were read: others may be missing. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** How many were read. */
  get filled(): number {
    return this.#filled;
  }

  /** Adds what was read next. */
  add(bytes: Uint8Array): void {
    const end = this.#filled + bytes.length;
    this.#bytes = grown(this.#bytes, end, this.length);
    this.#bytes.set(bytes, this.#filled);
    this.#filled = end;
  }

  /** @throws Unread */
  need(end: number): void {
    if (end > this.#filled && this.#filled < this.length) throw new Unread(Math.min(end, this.length));
  }
}

/**
 * Bytes with room for more: what is wanted first of a large page is little, and memory that is set aside is work for the
 * collector also where it is not used.
 */
export function grown(bytes: Uint8Array<ArrayBuffer>, least: number, most: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= least) return bytes;
  const into = new Uint8Array(Math.min(most, Math.max(least, 2 * bytes.length, 64 * 1024)));
  into.set(bytes);
  return into;
}

/** What stopped work on a page: it can be begun again when so many bytes of its input are there. */
export class Unread extends Error {
  readonly wanted: number;

  constructor(wanted: number) {
    super('it was not read so far');
    this.wanted = wanted;
  }
}

/** The bytes of a page, decompressed as they are needed: the first rows of a page of 100 MB need little of it. */
export interface PageBytes {
  /** Of all of them. */
  readonly length: number;
  /** With those that were needed, until more are; others may be missing. */
  readonly bytes: Uint8Array;
  /** Makes bytes be there up to `end`, or all. @throws Unread, and what is wrong with them */
  need(end: number): void;
}
