import { createHash, type Hash } from 'node:crypto';
import { Kind } from '../format/record.ts';
import { jsonUnescape } from '../query/fieldText.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { tag } from './codec.ts';
import { CodedVector } from './codedVector.ts';
import { textKey, writeKey } from './held/key.ts';
import { mergeRuns, runBuffers } from './held/merge.ts';
import { outputVectors, slotsOf } from './output.ts';
import type { Output, Step } from '../query/resolve/step.ts';
import { partitionOf, partitions } from './held/partition.ts';
import { isAscii, RowCodec } from './held/rows.ts';
import { runRecord } from './held/sortRecord.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from './held/spill.ts';
import { KeySet } from './held/keySet.ts';
import type { RowFilter, Stage } from './stage.ts';
import { FieldVector, type Vector } from './vector.ts';

/** DISTINCT. Each thread passes on the first of equal rows. */
export function distinctStage({ output }: Step<'distinct'>): Stage {
  return {
    name: 'DISTINCT',
    reads: slotsOf(output),
    fills: [],
    holds: true,
    filter: () => firstsOfEqual((batch) => outputVectors(batch, output)),
    run: (input, { live, budget, folder, signal }) =>
      distinct(input, output, new RowCodec(live), budget, folder, signal),
  };
}

/**
 * Of equal rows the first, in the order in which they came. Rows go on at once while their keys fit into
 * `budget` bytes. Rows with keys that do not are put aside by a hash of the key, and what is left of each part
 * follows in the end, merged back into the order of the rows.
 */
async function* distinct(
  batches: AsyncIterable<Batch>,
  output: Output,
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const seen = new KeySet();
  const keys = new RowKeys();
  const payload = new ByteWriter();
  let parts: SpillWriter[] | undefined;
  let ordinal = 0;
  for await (const batch of batches) {
    const keyVectors = outputVectors(batch, output);
    const vectors = codec.vectors(batch);
    const selection = new Uint32Array(batch.count);
    let count = 0;
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const key = keys.of(keyVectors, row);
      if (seen.size < budget) {
        if (seen.add(key)) selection[count++] = row;
        continue;
      }
      if (seen.has(key)) continue;
      parts ??= await openParts(folder);
      payload.clear();
      codec.write(payload, vectors, row);
      await parts[partitionOf(key, 0)].append(partRecord(ordinal++, key, payload.view()));
    }
    if (count > 0) yield { ...batch, selection, count };
    signal.throwIfAborted();
  }
  if (parts === undefined) return;
  for (const part of parts) await part.finish();
  seen.clear();
  const runs: string[] = [];
  for (const part of parts) runs.push(...(await firstOfEqual(part.path, 1, budget, folder, signal)));
  const buffers = runBuffers(runs.length, budget / 2);
  for await (const { bytes, payloads } of mergeRuns(runs, buffers, signal)) {
    yield codec.read(bytes, payloads);
  }
}

function firstsOfEqual(vectorsOf: (batch: Batch) => readonly Vector[]): RowFilter {
  const seen = new KeySet();
  const keys = new RowKeys();
  return {
    select(batch) {
      const vectors = vectorsOf(batch);
      const selection = new Uint32Array(batch.count);
      let count = 0;
      for (let i = 0; i < batch.count; i++) {
        if (seen.add(keys.of(vectors, batch.selection[i]))) selection[count++] = batch.selection[i];
      }
      // The keys stay, so nothing that is counted from here on could be taken back.
      return { ...batch, selection, count, room: undefined };
    },
    undo: () => undefined,
    restart: () => seen.clear(),
  };
}

/**
 * What equal rows have in common: their values, or a digest of them where they are long. A long text is digested where
 * it stands, or piece by piece as it is written: its key would be another copy of it.
 */
class RowKeys {
  readonly #out = new ByteWriter(1024, () => {
    if (this.#out.length > longestKey) this.#digestSoFar();
  });
  #hash: Hash | undefined;

  /** Valid until the next call. */
  of(vectors: readonly Vector[], row: number): Uint8Array {
    const out = this.#out;
    out.clear();
    this.#hash = undefined;
    for (const vector of vectors) {
      const text = longText(vector, row);
      if (text === undefined) writeKey(out, vector.value(row));
      else this.#digestSoFar().update(textKey.begin).update(text).update(textKey.end);
    }
    if (!this.#isDigested && out.length <= longestKey) return out.view();
    return this.#digestSoFar().digest();
  }

  get #isDigested(): boolean {
    return this.#hash !== undefined;
  }

  #digestSoFar(): Hash {
    this.#hash ??= createHash('sha256');
    this.#hash.update(this.#out.view());
    this.#out.clear();
    return this.#hash;
  }
}

/** The bytes of a text that alone makes a key long, where they stand as they are. */
function longText(vector: Vector, row: number): Uint8Array | undefined {
  let text: Uint8Array | undefined;
  if (vector instanceof FieldVector) {
    const { bytes, column, unescape } = vector;
    const [start, end] = [column.starts[row], column.ends[row]];
    if (column.kinds[row] !== Kind.Text || end - start <= longestKey) return undefined;
    // JSON that can be read is UTF-8; a CSV field need not be.
    if (unescape === jsonUnescape || isAscii(bytes, start, end)) text = bytes.subarray(start, end);
  } else if (vector instanceof CodedVector) {
    const cell = vector.range(row);
    if (cell?.kind === tag.text && cell.end - cell.start > longestKey) {
      text = vector.bytes.subarray(cell.start, cell.end);
    }
  }
  return text?.includes(0) === false ? text : undefined;
}

/** A key of more bytes would take much room for nothing: nobody reads it back. */
const longestKey = 64 * 1024;

async function openParts(folder: SpillFolder): Promise<SpillWriter[]> {
  const parts: SpillWriter[] = [];
  for (let part = 0; part < partitions; part++) parts.push(await folder.create());
  return parts;
}

/** The row's number, big-endian so that bytes sort as numbers do, its key and the row. */
function partRecord(ordinal: number, key: Uint8Array, payload: Uint8Array): Uint8Array {
  const position = Buffer.allocUnsafe(8);
  position.writeUInt32BE(Math.floor(ordinal / 2 ** 32));
  position.writeUInt32BE(ordinal % 2 ** 32, 4);
  return runRecord(position, runRecord(key, payload));
}

/**
 * Runs with the first of equal rows of a part, each run in the order of the rows' numbers. A part whose keys
 * are too many is parted again.
 */
async function firstOfEqual(
  path: string,
  level: number,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): Promise<string[]> {
  const seen = new KeySet();
  const reader = await SpillReader.open(path, Buffer.allocUnsafe(256 * 1024));
  const kept = await folder.create();
  let parts: SpillWriter[] | undefined;
  try {
    while (reader.tryNext() || (await reader.next())) {
      const record = reader.content;
      const key = innerKey(record);
      if (seen.size < budget || level > maxLevel) {
        if (seen.add(key)) {
          const row = innerRow(record);
          if (!kept.tryAppend(row)) await kept.append(row);
        }
      } else if (!seen.has(key)) {
        parts ??= await openParts(folder);
        await parts[partitionOf(key, level)].append(record);
      }
      signal.throwIfAborted();
    }
  } finally {
    await reader.close();
    await kept.finish();
    for (const part of parts ?? []) await part.finish();
  }
  const runs = [kept.path];
  seen.clear();
  for (const part of parts ?? [])
    runs.push(...(await firstOfEqual(part.path, level + 1, budget, folder, signal)));
  return runs;
}

/** Parts of parts of parts: beyond that, it is not the number of keys that is the trouble. */
const maxLevel = 4;

/** record = 4 + 8 bytes of position, then key length, key, payload. */
function innerKey(record: Uint8Array): Uint8Array {
  const length = record[12] | (record[13] << 8) | (record[14] << 16) | (record[15] << 24);
  return record.subarray(16, 16 + length);
}

function innerRow(record: Uint8Array): Uint8Array {
  return runRecord(record.subarray(4, 12), record.subarray(16 + innerKey(record).length));
}
