import type { Side } from '../pool/keyedRow.ts';
import type { ChosenRecords } from '../pool/task.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from '../stage/held/spill.ts';

/** An entry: two words of the key's hash, and two of the record's. */
const words = 4;
const entryBytes = 4 * words;
/** Entries of a part are held and written in pieces of this many. */
const pieceEntries = 4096;
/** The first words of the keys of all records are, in pieces of this many. */
const pieceWords = 16 * 1024;
/** Where no more than one in so many records is chosen, they are few. */
const oneOf = 16;
const sides = [0, 1] as const;

interface Part {
  /** Whole pieces that are in memory. */
  pieces: Uint32Array[];
  last: Uint32Array;
  used: number;
  entries: number;
  writer: SpillWriter | undefined;
}

/** The first word of the hash of each record's key, in the order of the file. */
interface Order {
  pieces: Uint32Array[];
  records: number;
  writer: SpillWriter | undefined;
}

/**
 * Which records of two files need to be looked at: hashes of their keys and of their bytes, parted by the keys' hashes, in
 * memory up to a budget and then in temporary files. What is the same in both is known by 128 bits of hash.
 */
export class Hashes {
  readonly #parts: readonly (readonly Part[])[];
  readonly #orders: readonly Order[] = sides.map(() => ({ pieces: [], records: 0, writer: undefined }));
  readonly #shift: number;
  readonly #budget: number;
  readonly #folder: SpillFolder;
  #held = 0;
  #entries = 0;

  /** @param expected bytes of both files, roughly */
  constructor(expected: number, budget: number, folder: SpillFolder) {
    const bits = Math.min(mostBits, Math.max(leastBits, Math.ceil(Math.log2(expected / bytesPerPart))));
    this.#shift = 32 - bits;
    this.#budget = budget;
    this.#folder = folder;
    const part = (): Part => ({
      pieces: [],
      last: new Uint32Array(0),
      used: 0,
      entries: 0,
      writer: undefined,
    });
    this.#parts = sides.map(() => Array.from({ length: 1 << bits }, part));
  }

  /** Takes in what a worker has made of a stretch: those of a file come in its order. */
  async add(side: Side, bytes: Uint8Array): Promise<void> {
    const entries = wordsOf(bytes);
    const parts = this.#parts[side];
    const order = this.#orders[side];
    let piece = order.pieces.at(-1);
    let used = order.records % pieceWords;
    for (let at = 0; at < entries.length; at += words) {
      const first = entries[at];
      if (piece === undefined || used === pieceWords) {
        piece = new Uint32Array(pieceWords);
        order.pieces.push(piece);
        this.#held += piece.byteLength;
        used = 0;
      }
      piece[used++] = first;
      order.records++;
      // A record without a key has no hashes.
      if ((first | entries[at + 1] | entries[at + 2] | entries[at + 3]) === 0) continue;
      const part = parts[entries[at + 1] >>> this.#shift];
      if (part.used === part.last.length) this.#grow(part);
      const { last } = part;
      last[part.used] = first;
      last[part.used + 1] = entries[at + 1];
      last[part.used + 2] = entries[at + 2];
      last[part.used + 3] = entries[at + 3];
      part.used += words;
      part.entries++;
      this.#entries++;
    }
    if (this.#held > this.#budget) await this.#spill();
  }

  /**
   * Of each file the records whose keys are in one file only, several times in one, or whose records differ, and some
   * others; undefined where there are none. Takes away what is held.
   */
  async different(signal: AbortSignal): Promise<readonly [ChosenRecords, ChosenRecords] | undefined> {
    const marks = new Marks(this.#entries);
    const [before, after] = this.#parts;
    for (const [at, part] of before.entries()) {
      signal.throwIfAborted();
      compare(await this.#take(part), await this.#take(after[at]), marks);
    }
    if (marks.count === 0) return undefined;
    const [ofBefore, ofAfter] = this.#orders;
    return [await chosenIn(ofBefore, marks, signal), await chosenIn(ofAfter, marks, signal)];
  }

  #grow(part: Part): void {
    if (part.last.length > 0) part.pieces.push(part.last);
    const entries = part.entries === 0 ? 256 : pieceEntries;
    part.last = new Uint32Array(words * entries);
    part.used = 0;
    this.#held += entryBytes * entries;
  }

  async #spill(): Promise<void> {
    for (const part of this.#parts.flat()) {
      if (part.entries === 0) continue;
      part.writer ??= await this.#folder.create(16);
      for (const piece of [...part.pieces, part.last.subarray(0, part.used)]) {
        if (piece.length > 0) await part.writer.append(bytesOf(piece));
      }
      part.pieces = [];
      part.last = new Uint32Array(0);
      part.used = 0;
    }
    this.#held = 0;
    for (const order of this.#orders) {
      // The last piece has room for more.
      const isFilled = order.records % pieceWords === 0;
      const last = isFilled ? undefined : order.pieces.pop();
      if (order.pieces.length > 0) order.writer ??= await this.#folder.create(16);
      for (const piece of order.pieces) await order.writer?.append(bytesOf(piece));
      order.pieces = last ? [last] : [];
      this.#held += last?.byteLength ?? 0;
    }
  }

  /** All entries of a part. */
  async #take(part: Part): Promise<Uint32Array> {
    const all = new Uint32Array(words * part.entries);
    const bytes = bytesOf(all);
    let at = 0;
    if (part.writer) {
      await part.writer.finish();
      const reader = await SpillReader.open(part.writer.path, Buffer.allocUnsafe(128 * 1024));
      try {
        while (await reader.next()) {
          const { content } = reader;
          bytes.set(content, at);
          at += content.length;
        }
      } finally {
        await reader.close();
      }
    }
    for (const piece of [...part.pieces, part.last.subarray(0, part.used)]) {
      all.set(piece, at / 4);
      at += piece.byteLength;
    }
    part.pieces = [];
    part.last = new Uint32Array(0);
    part.used = 0;
    return all;
  }
}

/** A part is meant to be of so many bytes of the files. */
const bytesPerPart = 64 * 1024 * 1024;
/** Each part has two files open at most. */
const [leastBits, mostBits] = [4, 6];

/** What is known of an entry of the older file. */
const isMet = 1;
const isSeveral = 2;

function compare(before: Uint32Array, after: Uint32Array, marks: Marks): void {
  const count = before.length / words;
  const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 2))).fill(-1);
  const mask = table.length - 1;
  const states = new Uint8Array(count);
  const find = (entries: Uint32Array, at: number): number => {
    let slot = entries[at] & mask;
    for (let entry = table[slot]; entry !== -1; slot = (slot + 1) & mask, entry = table[slot]) {
      if (before[words * entry] === entries[at] && before[words * entry + 1] === entries[at + 1]) return slot;
    }
    return slot;
  };
  for (let entry = 0; entry < count; entry++) {
    const slot = find(before, words * entry);
    if (table[slot] === -1) table[slot] = entry;
    else states[table[slot]] |= isSeveral;
  }
  for (let at = 0; at < after.length; at += words) {
    const entry = table[find(after, at)];
    if (entry === -1) {
      marks.add(after[at]);
      continue;
    }
    const own = words * entry;
    const isSame = before[own + 2] === after[at + 2] && before[own + 3] === after[at + 3];
    if (!isSame || (states[entry] & isMet) !== 0) marks.add(after[at]);
    states[entry] |= isMet;
  }
  for (let slot = 0; slot < table.length; slot++) {
    const entry = table[slot];
    if (entry !== -1 && states[entry] !== isMet) marks.add(before[words * entry]);
  }
}

/** Hashes of keys, as bits, each of which stands for others as well. */
class Marks {
  readonly #bits: Uint8Array;
  readonly #shift: number;
  count = 0;

  /** @param entries how many hashes there are in all */
  constructor(entries: number) {
    const bits = Math.min(27, Math.max(10, Math.ceil(Math.log2(Math.max(1, entries) * 2))));
    this.#bits = new Uint8Array(2 ** bits / 8);
    this.#shift = 32 - bits;
  }

  add(hash: number): void {
    const bit = hash >>> this.#shift;
    this.#bits[bit >>> 3] |= 1 << (bit & 7);
    this.count++;
  }

  has(hash: number): boolean {
    const bit = hash >>> this.#shift;
    return (this.#bits[bit >>> 3] & (1 << (bit & 7))) !== 0;
  }
}

/** The records of a file whose keys are marked. Takes away what is held of it. */
async function chosenIn(order: Order, marks: Marks, signal: AbortSignal): Promise<ChosenRecords> {
  const bits = new Uint8Array(new SharedArrayBuffer(Math.ceil(order.records / 8)));
  let record = 0;
  let chosen = 0;
  const take = (piece: Uint32Array): void => {
    const count = Math.min(piece.length, order.records - record);
    for (let at = 0; at < count; at++, record++) {
      if (!marks.has(piece[at])) continue;
      bits[Math.floor(record / 8)] |= 1 << (record % 8);
      chosen++;
    }
  };
  if (order.writer) {
    await order.writer.finish();
    const reader = await SpillReader.open(order.writer.path, Buffer.allocUnsafe(128 * 1024));
    try {
      while (await reader.next()) {
        signal.throwIfAborted();
        take(wordsOf(reader.content));
      }
    } finally {
      await reader.close();
    }
  }
  for (const piece of order.pieces) take(piece);
  order.pieces = [];
  return { bits, areFew: chosen <= order.records / oneOf };
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

function bytesOf(entries: Uint32Array): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
}
