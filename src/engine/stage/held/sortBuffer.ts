import { ByteWriter, copyBytes } from '../bytes.ts';
import {
  compareRecords,
  keyStart,
  keyWord,
  payloadStart,
  putSortRecord,
  recordEnd,
  sortRecordLength,
} from './sortRecord.ts';
import type { SpillWriter } from './spill.ts';

const chunkSize = 1 << 20;
/** Fewer rows than this are put in order by comparing them: a radix pass costs as much as counting to 65,536. */
const fewRows = 4096;
/** Least bytes that a sorted run is read through. */
const smallestPiece = 16 * 1024;
/** Bytes that it takes to find a row. */
const indexSize = 16;

/** Rows as sort records, one behind the other in a few large chunks, to be put into the order of their keys. */
export class SortBuffer {
  readonly #chunks: Uint8Array[] = [];
  #current = 0;
  #used = 0;
  #capacity = 1024;
  #chunkOf = new Uint32Array(this.#capacity);
  #startOf = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  #low = new Uint32Array(this.#capacity);
  #bytes = 0;
  count = 0;

  /** Bytes of the rows, and what it takes to find them. */
  get size(): number {
    return this.#bytes + this.count * indexSize;
  }

  add(key: Uint8Array, payload: Uint8Array): void {
    const length = sortRecordLength(key, payload);
    const chunk = this.#chunkFor(length);
    putSortRecord(chunk, this.#used, key, payload);
    this.#note(chunk, this.#used, this.#used);
    this.#used += length;
    this.#bytes += length;
  }

  /**
   * Takes sort records from `from` on, a chunk of them at most; answers where it stopped.
   * @param longest from the second on, a record of more bytes is left
   */
  addRecords(bytes: Uint8Array, from: number, longest = Infinity): number {
    let to = recordEnd(bytes, from);
    const chunk = this.#chunkFor(to - from);
    const room = chunk.length - this.#used;
    this.#note(bytes, from, this.#used);
    while (to < bytes.length) {
      const end = recordEnd(bytes, to);
      if (end - from > room || end - to > longest) break;
      this.#note(bytes, to, this.#used + to - from);
      to = end;
    }
    copyBytes(chunk, this.#used, bytes, from, to);
    this.#used += to - from;
    this.#bytes += to - from;
    return to;
  }

  key(row: number): Uint8Array {
    const { bytes, record } = this.#place(row);
    return bytes.subarray(keyStart(record), payloadStart(bytes, record));
  }

  payload(row: number): Uint8Array {
    const { bytes, record } = this.#place(row);
    return bytes.subarray(payloadStart(bytes, record), recordEnd(bytes, record));
  }

  *payloads(order: Uint32Array): Generator<Uint8Array> {
    for (const row of order) yield this.payload(row);
  }

  /** Appends sort records to a run, from `order[at]` on; answers at which one there was no room left. */
  appendTo(writer: SpillWriter, order: Uint32Array, at: number): number {
    for (let next = at; next < order.length; next++) {
      const bytes = this.#chunks[this.#chunkOf[order[next]]];
      const record = this.#startOf[order[next]];
      if (!writer.tryAppendRange(bytes, record, recordEnd(bytes, record))) return next;
    }
    return order.length;
  }

  /** Appends one, flushing what is before it. */
  async append(writer: SpillWriter, row: number): Promise<void> {
    const { bytes, record } = this.#place(row);
    await writer.appendRange(bytes, record, recordEnd(bytes, record));
  }

  /** The rows in order; equal keys stay as they came. */
  order(): Uint32Array {
    if (this.count < fewRows) {
      const order = Uint32Array.from({ length: this.count }, (_, row) => row);
      return order.sort((a, b) => this.#compare(a, b));
    }
    const order = radixOrder(this.#high, this.#low, this.count);
    for (let from = 0; from < order.length;) {
      let to = from + 1;
      while (to < order.length && this.#samePrefix(order[from], order[to])) to++;
      if (to - from > 1) order.subarray(from, to).sort((a, b) => this.#compare(a, b));
      from = to;
    }
    return order;
  }

  /** Keeps only these rows, in this order. */
  keep(rows: Uint32Array): void {
    // Little would be gained by giving up the others' bytes, and it would take the memory of all that stay.
    if (2 * rows.length > this.count) {
      this.#arrange(rows);
      return;
    }
    const kept = new ByteWriter();
    for (const row of rows) {
      const { bytes, record } = this.#place(row);
      kept.copy(bytes, record, recordEnd(bytes, record));
    }
    this.clear();
    for (let at = 0; at < kept.length;) at = this.addRecords(kept.view(), at);
  }

  /** Gives up all rows, but not the memory, unless it was taken for one long row. */
  clear(): void {
    const usual = this.#chunks.filter((chunk) => chunk.length <= chunkSize);
    this.#chunks.splice(0, Infinity, ...usual);
    this.#current = 0;
    this.#used = 0;
    this.#bytes = 0;
    this.count = 0;
  }

  /** Gives up all rows, and hands out the memory in this many pieces of one size. */
  release(pieces: number): Buffer[] {
    this.clear();
    this.#grow(1);
    const whole = this.#chunks.splice(0).filter((chunk) => chunk.length >= chunkSize);
    const perChunk = Math.max(1, Math.ceil(pieces / Math.max(1, whole.length)));
    const size = Math.max(smallestPiece, Math.floor(chunkSize / perChunk));
    return Array.from({ length: pieces }, (_, piece) => {
      const chunk = whole.at(Math.floor(piece / perChunk));
      const start = (piece % perChunk) * size;
      return chunk === undefined || start + size > chunk.length
        ? Buffer.allocUnsafe(size)
        : Buffer.from(chunk.buffer, start, size);
    });
  }

  #place(row: number): { readonly bytes: Uint8Array; readonly record: number } {
    return { bytes: this.#chunks[this.#chunkOf[row]], record: this.#startOf[row] };
  }

  /** The current chunk, with room for `length` bytes. */
  #chunkFor(length: number): Uint8Array {
    for (;;) {
      const chunk = this.#chunks.at(this.#current);
      if (chunk === undefined) {
        const made = new Uint8Array(Math.max(this.#chunks.length === 0 ? chunkSize / 16 : chunkSize, length));
        this.#chunks.push(made);
        return made;
      }
      if (this.#used + length <= chunk.length) return chunk;
      // A chunk that is left from before is used again, so that filling the buffer anew takes no new memory.
      this.#current++;
      this.#used = 0;
    }
  }

  #note(bytes: Uint8Array, record: number, start: number): void {
    if (this.count === this.#capacity) this.#grow(Math.ceil(this.#capacity * 1.5));
    const row = this.count++;
    this.#chunkOf[row] = this.#current;
    this.#startOf[row] = start;
    this.#high[row] = keyWord(bytes, record, 0);
    this.#low[row] = keyWord(bytes, record, 1);
  }

  #compare(a: number, b: number): number {
    const high = this.#high[a] - this.#high[b];
    if (high !== 0) return high;
    const low = this.#low[a] - this.#low[b];
    if (low !== 0) return low;
    const [bytesA, bytesB] = [this.#chunks[this.#chunkOf[a]], this.#chunks[this.#chunkOf[b]]];
    return compareRecords(bytesA, this.#startOf[a], bytesB, this.#startOf[b]) || a - b;
  }

  /** Takes these rows for the only ones, in this order, and leaves all bytes where they are. */
  #arrange(rows: Uint32Array): void {
    const arranged = (array: Uint32Array): Uint32Array<ArrayBuffer> => {
      const copy = new Uint32Array(this.#capacity);
      for (let row = 0; row < rows.length; row++) copy[row] = array[rows[row]];
      return copy;
    };
    this.#chunkOf = arranged(this.#chunkOf);
    this.#startOf = arranged(this.#startOf);
    this.#high = arranged(this.#high);
    this.#low = arranged(this.#low);
    this.count = rows.length;
  }

  #samePrefix(a: number, b: number): boolean {
    return this.#high[a] === this.#high[b] && this.#low[a] === this.#low[b];
  }

  #grow(capacity: number): void {
    const resized = (array: Uint32Array): Uint32Array<ArrayBuffer> => {
      const copy = new Uint32Array(capacity);
      copy.set(array.subarray(0, Math.min(this.count, capacity)));
      return copy;
    };
    this.#capacity = capacity;
    this.#chunkOf = resized(this.#chunkOf);
    this.#startOf = resized(this.#startOf);
    this.#high = resized(this.#high);
    this.#low = resized(this.#low);
  }
}

/** Row numbers in the order of 64-bit prefixes: a stable radix sort of 16 bits a pass, least significant first. */
function radixOrder(high: Uint32Array, low: Uint32Array, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, row) => row);
  let next = new Uint32Array(count);
  const counts = new Uint32Array(65536);
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    counts.fill(0);
    for (let row = 0; row < count; row++) counts[(words[row] >>> shift) & 0xffff]++;
    if (count === 0 || counts[(words[0] >>> shift) & 0xffff] === count) continue;
    let sum = 0;
    for (let digit = 0; digit < 65536; digit++) {
      const here = counts[digit];
      counts[digit] = sum;
      sum += here;
    }
    for (let i = 0; i < count; i++) next[counts[(words[order[i]] >>> shift) & 0xffff]++] = order[i];
    [order, next] = [next, order];
  }
  return order;
}
