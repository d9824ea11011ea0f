import { type Said, said } from '../../../said/said.ts';
import { slotsOfBound, type Step } from '../../query/resolve/step.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { writeJoinKey, type KeyPair } from './key.ts';
import type { JoinMatches } from './matches.ts';
import { noRow, type JoinTable } from './table.ts';
import { MemoryLimitError } from '../memoryLimit.ts';
import { mergeRuns, runBuffers } from '../held/merge.ts';
import { partitionOf, partitions } from '../held/partition.ts';
import { bytesPerBatch, RowCodec, rowsPerBatch } from '../held/rows.ts';
import { runRecord } from '../held/sortRecord.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from '../held/spill.ts';
import type { Vector } from '../vector.ts';

interface Setting {
  /** Holds the other file's rows that have fitted, and later those of a part. */
  readonly table: JoinTable;
  readonly matches: JoinMatches;
  readonly pairs: readonly KeyPair[];
  readonly live: ReadonlySet<number>;
  readonly budget: number;
  readonly folder: SpillFolder;
  readonly signal: AbortSignal;
}

/** Rows with the values of their keys. */
interface Keyed {
  readonly piece: Batch;
  readonly values: readonly Vector[];
}

/** A part of a part of a part: beyond that, it is not the number of keys that is the trouble. */
const maxLevel = 4;

/**
 * A JOIN with a file that does not fit into memory: the rows of both are parted by a hash of their keys into temporary
 * files, of which one after the other is joined. What comes out is put back into the order of the rows.
 */
export class JoinParts {
  readonly #step: Step<'join'>;
  readonly #setting: Setting;
  /** Of the rows. */
  readonly #codec: RowCodec;
  /** Of what comes out. */
  readonly #outCodec: RowCodec;
  /** Slots for what is kept of the keys, which no plan has. */
  readonly #kept: readonly number[];
  #other: SpillWriter[] | undefined;

  constructor(step: Step<'join'>, setting: Setting) {
    this.#step = step;
    this.#setting = setting;
    const { live, pairs } = setting;
    const slots = new Set([...live, ...slotsOfBound(step.conditionBound)]);
    slots.delete(step.slot);
    const first = Math.max(step.slot, ...slots) + 1;
    this.#kept = pairs.map((_, at) => first + at);
    this.#codec = new RowCodec(slots, this.#kept);
    this.#outCodec = new RowCodec(live);
  }

  /** Whether there were too many rows to hold. */
  get isUsed(): boolean {
    return this.#other !== undefined;
  }

  /** Takes a row of the other file if there is room for it at once. */
  tryAddOther(key: Uint8Array, row: Uint8Array): boolean {
    return this.#other?.[partitionOf(key, 0)].tryAppend(runRecord(key, row)) ?? false;
  }

  /** Takes a row of the other file, and with the first one those that the table holds. */
  async addOther(key: Uint8Array, row: Uint8Array): Promise<void> {
    this.#other ??= await this.#emptied(0);
    await this.#other[partitionOf(key, 0)].append(runRecord(key, row));
  }

  /** Parts the rows of the table. */
  async #emptied(level: number): Promise<SpillWriter[]> {
    const { table, folder } = this.#setting;
    const parts = await openParts(folder);
    for (const { key, row } of table.entries()) {
      const part = parts[partitionOf(key, level)];
      const record = runRecord(key, row);
      if (!part.tryAppend(record)) await part.append(record);
    }
    table.clear();
    return parts;
  }

  async *joined(input: AsyncIterable<Keyed>): AsyncGenerator<Batch> {
    const { budget, signal } = this.#setting;
    const other = this.#other ?? [];
    for (const part of other) await part.finish();
    const own = await this.#parted(input);
    const runs: string[] = [];
    for (const [at, { path }] of own.entries()) runs.push(...(await this.#run(path, other[at].path, 1)));
    const buffers = runBuffers(runs.length, budget / 2);
    for await (const { bytes, payloads } of mergeRuns(runs, buffers, signal)) {
      yield this.#outCodec.read(bytes, payloads);
    }
  }

  /** The rows, each as its number, its key, which is empty where it has none, and itself. */
  async #parted(input: AsyncIterable<Keyed>): Promise<readonly SpillWriter[]> {
    const { folder, pairs, signal } = this.#setting;
    const { type } = this.#step;
    const parts = await openParts(folder);
    const key = new ByteWriter();
    const payload = new ByteWriter();
    let ordinal = 0;
    for await (const { piece, values } of input) {
      const vectors = this.#codec.vectors(withKept(piece, values, pairs, this.#kept));
      for (let i = 0; i < piece.count; i++, ordinal++) {
        const row = piece.selection[i];
        key.clear();
        if (!writeJoinKey(key, values, row, pairs, 'left')) key.clear();
        if (key.length === 0 && (type === 'inner' || type === 'semi')) continue;
        payload.clear();
        this.#codec.write(payload, vectors, row);
        const record = runRecord(positionOf(ordinal), runRecord(key.view(), payload.view()));
        const part = parts[partitionOf(key.view(), 0)];
        if (!part.tryAppend(record)) await part.append(record);
      }
      signal.throwIfAborted();
    }
    for (const part of parts) await part.finish();
    return parts;
  }

  /** Joins a part; answers runs of what comes out, each in the order of the rows. */
  async #run(own: string, other: string, level: number): Promise<string[]> {
    const { table } = this.#setting;
    table.clear();
    const parts = await this.#load(other, level);
    if (parts === undefined) return [await this.#write(own)];
    const ownParts = await this.#partAgain(own, level);
    const runs: string[] = [];
    for (const [at, { path }] of ownParts.entries())
      runs.push(...(await this.#run(path, parts[at].path, level + 1)));
    return runs;
  }

  /** Takes the rows of a part of the other file into the table; where they do not fit, they are parted again. */
  async #load(path: string, level: number): Promise<readonly SpillWriter[] | undefined> {
    const { table, budget, signal } = this.#setting;
    let parts: SpillWriter[] | undefined;
    for await (const some of records(path, signal)) {
      for (const record of some) {
        const key = keyIn(record);
        if (parts === undefined && table.size < budget) {
          table.add(key, record.subarray(4 + key.length));
          continue;
        }
        if (level > maxLevel) throw new MemoryLimitError(tooMany(this.#step.file.path, budget));
        parts ??= await this.#emptied(level);
        const part = parts[partitionOf(key, level)];
        if (!part.tryAppend(record)) await part.append(record);
      }
    }
    for (const part of parts ?? []) await part.finish();
    return parts;
  }

  async #partAgain(path: string, level: number): Promise<readonly SpillWriter[]> {
    const { folder, signal } = this.#setting;
    const parts = await openParts(folder);
    for await (const some of records(path, signal)) {
      for (const record of some) {
        const part = parts[partitionOf(keyIn(record.subarray(innerAt)), level)];
        if (!part.tryAppend(record)) await part.append(record);
      }
    }
    for (const part of parts) await part.finish();
    return parts;
  }

  /** Writes what comes out of the rows of a part. */
  async #write(path: string): Promise<string> {
    const { folder, signal } = this.#setting;
    const run = await folder.create();
    const bytes = new ByteWriter();
    const starts = new Uint32Array(rowsPerBatch);
    const firsts = new Int32Array(rowsPerBatch);
    const positions = new Uint8Array(8 * rowsPerBatch);
    let count = 0;
    const flush = async (): Promise<void> => {
      const batch = this.#codec.read(bytes.view(), starts.subarray(0, count));
      await this.#writeBatch(run, batch, firsts, positions);
      bytes.clear();
      count = 0;
    };
    for await (const some of records(path, signal)) {
      for (const record of some) {
        const inner = record.subarray(innerAt);
        const key = keyIn(inner);
        positions.set(record.subarray(4, innerAt), 8 * count);
        firsts[count] = key.length === 0 ? noRow : this.#setting.table.first(key);
        starts[count++] = bytes.length;
        bytes.copy(inner, 4 + key.length);
        if (count === rowsPerBatch || bytes.length >= bytesPerBatch) await flush();
      }
    }
    if (count > 0) await flush();
    await run.finish();
    return run.path;
  }

  async #writeBatch(run: SpillWriter, rows: Batch, firsts: Int32Array, positions: Uint8Array): Promise<void> {
    const kept = this.#kept.map((slot) => {
      const vector = rows.vectors[slot];
      if (!vector) throw new TypeError('A part has nothing kept of its keys.');
      return vector;
    });
    const payload = new ByteWriter();
    for (const { batch, sources } of this.#setting.matches.of(rows, firsts, kept)) {
      const vectors = this.#outCodec.vectors(batch);
      for (let i = 0; i < batch.count; i++) {
        payload.clear();
        this.#outCodec.write(payload, vectors, batch.selection[i]);
        const position = positions.subarray(8 * sources[i], 8 * sources[i] + 8);
        const record = runRecord(position, payload.view());
        if (!run.tryAppend(record)) await run.append(record);
      }
    }
  }
}

/** Bytes before what is behind a row's number: the length of that number, and itself. */
const innerAt = 12;

/** The batch with what is kept of its keys as columns. */
function withKept(
  batch: Batch,
  values: readonly Vector[],
  pairs: readonly KeyPair[],
  slots: readonly number[],
): Batch {
  const vectors = batch.vectors.slice();
  for (const [at, pair] of pairs.entries()) {
    const kept = (row: number): Value => pair.keptOf(values[at], row, 'left');
    vectors[slots[at]] = { value: kept, cell: kept };
  }
  return { ...batch, vectors };
}

async function openParts(folder: SpillFolder): Promise<SpillWriter[]> {
  const parts: SpillWriter[] = [];
  for (let part = 0; part < partitions; part++) parts.push(await folder.create());
  return parts;
}

/** The records of a temporary file as they are read, some at a time; each is valid until the next one. */
async function* records(path: string, signal: AbortSignal): AsyncGenerator<Iterable<Uint8Array>> {
  const reader = await SpillReader.open(path, Buffer.allocUnsafe(256 * 1024));
  try {
    while (await reader.next()) {
      yield readyIn(reader);
      signal.throwIfAborted();
    }
  } finally {
    await reader.close();
  }
}

function* readyIn(reader: SpillReader): Generator<Uint8Array> {
  do yield reader.content;
  while (reader.tryNext());
}

/** The row's number, big-endian so that bytes sort as numbers do. */
function positionOf(ordinal: number): Uint8Array {
  const position = Buffer.allocUnsafe(8);
  position.writeUInt32BE(Math.floor(ordinal / 2 ** 32));
  position.writeUInt32BE(ordinal % 2 ** 32, 4);
  return position;
}

/** The key that a record begins with, behind its length. */
function keyIn(record: Uint8Array): Uint8Array {
  const length = record[0] | (record[1] << 8) | (record[2] << 16) | (record[3] << 24);
  return record.subarray(4, 4 + length);
}

function tooMany(file: string, budget: number): Said {
  return said`More rows of ${file} have the same key than fit into ${Math.round(budget / 1024 ** 2)} MB of memory.`;
}
