import { bitOf, type Side } from '../pool/keyedRow.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from '../stage/held/spill.ts';

/** An entry: two words of the key's hash, and two of the record's. */
const words = 4;
const entryBytes = 4 * words;
/** Entries of a part are held and written in pieces of this many. */
const pieceEntries = 4096;
const sides = [0, 1] as const;

interface Part {
  /** Whole pieces that are in memory. */
  pieces: Uint32Array[];
  last: Uint32Array;
  used: number;
  entries: number;
  writer: SpillWriter | undefined;
}

/**
 * Which records of two files need to be looked at: hashes of their keys and of their bytes, parted by the keys' hashes, in
 * memory up to a budget and then in temporary files. What is the same in both is known by 128 bits of hash.
 */
export class Hashes {
  readonly #parts: readonly (readonly Part[])[];
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

  /** Takes in what a worker has made of a stretch. */
  async add(side: Side, bytes: Uint8Array): Promise<void> {
    const entries = wordsOf(bytes);
    const parts = this.#parts[side];
    for (let at = 0; at < entries.length; at += words) {
      const part = parts[entries[at + 1] >>> this.#shift];
      if (part.used === part.last.length) this.#grow(part);
      const { last } = part;
      last[part.used] = entries[at];
      last[part.used + 1] = entries[at + 1];
      last[part.used + 2] = entries[at + 2];
      last[part.used + 3] = entries[at + 3];
      part.used += words;
      part.entries++;
    }
    this.#entries += entries.length / words;
    if (this.#held > this.#budget) await this.#spill();
  }

  /**
   * The keys that are in one file only, several times in one, or whose records differ, as bits that stand for them, each
   * for other keys as well; undefined where there are none. Takes the entries away.
   */
  async different(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const bits = Math.min(27, Math.max(10, Math.ceil(Math.log2(Math.max(1, this.#entries) * 4))));
    const marks = new Uint8Array(new SharedArrayBuffer(2 ** bits / 8));
    let count = 0;
    const mark = (hash: number): void => {
      const bit = bitOf(marks, hash);
      marks[bit >>> 3] |= 1 << (bit & 7);
      count++;
    };
    const [before, after] = this.#parts;
    for (const [at, part] of before.entries()) {
      signal.throwIfAborted();
      compare(await this.#take(part), await this.#take(after[at]), mark);
    }
    return count > 0 ? marks : undefined;
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

function compare(before: Uint32Array, after: Uint32Array, mark: (hash: number) => void): void {
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
      mark(after[at]);
      continue;
    }
    const own = words * entry;
    const isSame = before[own + 2] === after[at + 2] && before[own + 3] === after[at + 3];
    if (!isSame || (states[entry] & isMet) !== 0) mark(after[at]);
    states[entry] |= isMet;
  }
  for (let slot = 0; slot < table.length; slot++) {
    const entry = table[slot];
    if (entry !== -1 && states[entry] !== isMet) mark(before[words * entry]);
  }
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

function bytesOf(entries: Uint32Array): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
}
