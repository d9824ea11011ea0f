import { keyedRow, writeKeyedRow, type Side } from '../pool/keyedRow.ts';
import { ByteWriter } from '../stage/bytes.ts';
import { KeySet } from '../stage/held/keySet.ts';
import { hashBytes } from '../stage/held/partition.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from '../stage/held/spill.ts';

/** The records with one key: of each file how many there are, and the first one as JSON. */
export interface Pair {
  readonly counts: readonly [number, number];
  /** Undefined where there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** 0-based number of the first record in its file. */
  readonly records: readonly [number, number];
}

interface Held {
  readonly starts: number[];
  readonly ends: number[];
  readonly records: number[];
  readonly counts: number[];
}

const partitions = 32;
const bufferSize = 64 * 1024;
/** More levels than this would be needed only for keys that all hash alike. */
const mostLevels = 6;
/** What a key takes besides its bytes and those of its records. */
const perKey = 120;

/**
 * Brings together records of two files that have the same key. Of several with one key in one file, the first is kept, and
 * the others are counted. Beyond the budget the rows are parted by a hash of the key into temporary files, each of which
 * is then done by itself.
 */
export class Pairs {
  readonly #budget: number;
  readonly #folder: SpillFolder;
  readonly #level: number;
  #keys = new KeySet();
  #json = new ByteWriter(1 << 16);
  #held: readonly [Held, Held] = [nothing(), nothing()];
  #files: readonly SpillWriter[] | undefined;

  constructor(budget: number, folder: SpillFolder, level = 0) {
    this.#budget = budget;
    this.#folder = folder;
    this.#level = level;
  }

  /**
   * Takes in rows as `keyedRow` has them.
   * @param first the number of the record that they count from
   */
  async add(rows: Uint8Array, first: number): Promise<void> {
    const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
    for (let at = 0; at < rows.length;) {
      const end = at + 4 + view.getUint32(at, true);
      if (first > 0)
        view.setFloat64(at + keyedRow.record, first + view.getFloat64(at + keyedRow.record, true), true);
      if (this.#files) {
        const file = this.#files[this.#partOf(rows, at + keyedRow.key, keyEnd(view, at))];
        if (!file.tryAppendRange(rows, at, end)) await file.appendRange(rows, at, end);
      } else {
        this.#hold(rows, view, at, end);
        if (this.#isFull) await this.#spill();
      }
      at = end;
    }
  }

  /** Gives each key once, many at a time. */
  async *finish(signal: AbortSignal): AsyncGenerator<Iterable<Pair>> {
    if (!this.#files) {
      yield this.#pairs();
      return;
    }
    const files = this.#files;
    for (const file of files) await file.finish();
    const buffer = Buffer.allocUnsafe(256 * 1024);
    for (const { path } of files) {
      const part = new Pairs(this.#budget, this.#folder, this.#level + 1);
      const reader = await SpillReader.open(path, buffer);
      try {
        while (await reader.next()) {
          signal.throwIfAborted();
          const { bytes, record } = reader;
          await part.add(bytes.subarray(record, record + 4 + reader.content.length), 0);
        }
      } finally {
        await reader.close();
      }
      yield* part.finish(signal);
    }
  }

  get #isFull(): boolean {
    const size = this.#keys.size + this.#json.length + perKey * this.#keys.count;
    return size > this.#budget && this.#level < mostLevels;
  }

  #partOf(bytes: Uint8Array, start: number, end: number): number {
    return hashBytes(bytes, start, end, 0x51ed270b + this.#level * 0x85ebca6b) % partitions;
  }

  #hold(rows: Uint8Array, view: DataView, at: number, end: number): void {
    const jsonStart = keyEnd(view, at);
    const before = this.#keys.count;
    const number = this.#keys.number(rows, at + keyedRow.key, jsonStart);
    if (number === before) {
      for (const held of this.#held) {
        held.starts.push(-1);
        held.ends.push(-1);
        held.records.push(-1);
        held.counts.push(0);
      }
    }
    const held = this.#held[sideOf(view, at)];
    held.counts[number] += view.getUint32(at + keyedRow.count, true);
    if (held.starts[number] !== -1) return;
    held.records[number] = view.getFloat64(at + keyedRow.record, true);
    held.starts[number] = this.#json.length;
    this.#json.copy(rows, jsonStart, end);
    held.ends[number] = this.#json.length;
  }

  async #spill(): Promise<void> {
    const files: SpillWriter[] = [];
    for (let part = 0; part < partitions; part++) files.push(await this.#folder.create(bufferSize));
    const row = new ByteWriter();
    for (let number = 0; number < this.#keys.count; number++) {
      const key = this.#keys.key(number);
      for (const side of [0, 1] as const) {
        const { starts, ends, records, counts } = this.#held[side];
        if (counts[number] === 0) continue;
        row.clear();
        const json = this.#json.bytes.subarray(starts[number], ends[number]);
        writeKeyedRow(row, side, records[number], counts[number], key, json);
        await files[this.#partOf(key, 0, key.length)].appendRange(row.bytes, 0, row.length);
      }
    }
    this.#files = files;
    this.#keys = new KeySet();
    this.#json = new ByteWriter(1 << 16);
    this.#held = [nothing(), nothing()];
  }

  *#pairs(): Generator<Pair> {
    const [a, b] = this.#held;
    const { bytes } = this.#json;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const jsonOf = ({ starts, ends }: Held, number: number): string | undefined =>
      starts[number] === -1 ? undefined : text.toString('utf8', starts[number], ends[number]);
    for (let number = 0; number < this.#keys.count; number++) {
      yield {
        counts: [a.counts[number], b.counts[number]],
        before: jsonOf(a, number),
        after: jsonOf(b, number),
        records: [a.records[number], b.records[number]],
      };
    }
  }
}

function nothing(): Held {
  return { starts: [], ends: [], records: [], counts: [] };
}

function keyEnd(view: DataView, at: number): number {
  return at + keyedRow.key + view.getUint32(at + keyedRow.keyLength, true);
}

function sideOf(view: DataView, at: number): Side {
  return view.getUint8(at + keyedRow.side) === 0 ? 0 : 1;
}
