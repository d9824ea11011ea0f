import { ByteReader, copyBytes, type ByteWriter } from '../bytes.ts';

const pageSize = 1 << 16;
/** Before an entry's bytes: where the group's next one is, and how long this one is. */
const header = 8;

interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly reader: ByteReader;
}

/**
 * A list of byte strings for each group. All lie in pages: a million short lists take little more than their
 * bytes, are known to the byte, and give no work to the garbage collector.
 */
export class ByteLists {
  readonly #pages: Page[] = [];
  /** Bytes used of the last page. */
  #used = 0;
  #filled = 0;
  /** Of each group the place of its first and its last entry, plus one; 0 where there is none. */
  #first: Uint32Array = new Uint32Array(16);
  #last: Uint32Array = new Uint32Array(16);

  /** Bytes in use. */
  get size(): number {
    return this.#filled + this.#used + 2 * this.#first.byteLength;
  }

  has(group: number): boolean {
    return group < this.#first.length && this.#first[group] !== 0;
  }

  add(group: number, bytes: Uint8Array, start = 0, end = bytes.length): void {
    const place = this.#room(header + end - start);
    const page = this.#pages[this.#pages.length - 1];
    const at = place % pageSize;
    page.view.setUint32(at, 0, true);
    page.view.setUint32(at + 4, end - start, true);
    copyBytes(page.bytes, at + header, bytes, start, end);
    if (group >= this.#first.length) {
      this.#first = grown(this.#first, group + 1);
      this.#last = grown(this.#last, group + 1);
    }
    const last = this.#last[group];
    if (last === 0) this.#first[group] = place + 1;
    else
      this.#pages[Math.floor((last - 1) / pageSize)].view.setUint32((last - 1) % pageSize, place + 1, true);
    this.#last[group] = place + 1;
  }

  /**
   * Hands the strings of a group over, in the order in which they came, with a reader that stands at their
   * beginning.
   */
  visit(
    group: number,
    take: (bytes: Uint8Array, start: number, end: number, reader: ByteReader) => void,
  ): void {
    for (let next = this.#first.at(group) ?? 0; next !== 0;) {
      const { bytes, view, reader } = this.#pages[Math.floor((next - 1) / pageSize)];
      const at = (next - 1) % pageSize;
      const start = at + header;
      reader.at = start;
      take(bytes, start, start + view.getUint32(at + 4, true), reader);
      next = view.getUint32(at, true);
    }
  }

  /** Bytes of a group's strings together. */
  length(group: number): number {
    let length = 0;
    this.visit(group, (_bytes, start, end) => (length += end - start));
    return length;
  }

  /** Writes the strings of a group as one, behind its length. */
  write(group: number, out: ByteWriter): void {
    out.count(this.length(group));
    this.visit(group, (bytes, start, end) => out.copy(bytes, start, end));
  }

  /** Adds what `write` has written, as one string. */
  merge(group: number, from: ByteReader): void {
    const length = from.count();
    const bytes = from.bytes(length);
    if (length > 0) this.add(group, bytes);
  }

  /** Writes over the beginning of a group's first string, if the new one is not longer. */
  tryOverwrite(group: number, bytes: Uint8Array): boolean {
    const place = this.#first[group] - 1;
    const page = this.#pages[Math.floor(place / pageSize)];
    const at = place % pageSize;
    if (bytes.length > page.view.getUint32(at + 4, true)) return false;
    copyBytes(page.bytes, at + header, bytes, 0, bytes.length);
    return true;
  }

  /** Forgets the strings of a group; their bytes stay in use. */
  drop(group: number): void {
    this.#first[group] = 0;
    this.#last[group] = 0;
  }

  clear(): void {
    this.#pages.length = 0;
    this.#used = 0;
    this.#filled = 0;
    this.#first = new Uint32Array(16);
    this.#last = new Uint32Array(16);
  }

  /** The place of so many bytes in the last page; what is longer than a page gets one of its own. */
  #room(length: number): number {
    const last = this.#pages.at(-1);
    if (last === undefined || this.#used + length > last.bytes.length) {
      this.#filled += this.#used;
      this.#used = 0;
      const bytes = new Uint8Array(Math.max(length, pageSize));
      this.#pages.push({ bytes, view: new DataView(bytes.buffer), reader: new ByteReader(bytes) });
    }
    const place = (this.#pages.length - 1) * pageSize + this.#used;
    this.#used += length;
    return place;
  }
}

function grown(array: Uint32Array, length: number): Uint32Array {
  const larger = new Uint32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
