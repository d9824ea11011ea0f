import type { Batch } from './batch.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { BatchExpression } from './expression.ts';
import { writeSortKey, type KeyOrder } from './key.ts';
import { mergeRuns, runRecord } from './merge.ts';
import { rowsPerBatch, type RowCodec } from './rows.ts';
import { SortBuffer } from './sortBuffer.ts';
import type { SpillFolder } from './spill.ts';

/** One of the keys that rows are sorted by. */
export interface SortExpression extends KeyOrder {
  readonly expression: BatchExpression;
}

/**
 * Sorts all rows; equal ones stay in the order in which they came. Rows are held up to `budget` bytes; then they
 * are written out as sorted runs, which are merged in the end.
 */
export async function* orderBy(
  batches: AsyncIterable<Batch>,
  keys: readonly SortExpression[],
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const buffer = new SortBuffer();
  const runs: string[] = [];
  // What sorting itself needs, and the merge later, is left free.
  const limit = budget * 0.6;
  const key = new ByteWriter();
  const payload = new ByteWriter();
  for await (const batch of batches) {
    const vectors = codec.vectors(batch);
    for (const { expression } of keys) expression.use(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      key.clear();
      for (const order of keys) writeSortKey(key, order.expression.value(row), order, order.expression.loose);
      payload.clear();
      codec.write(payload, vectors, row);
      buffer.add(key.view(), payload.view());
      if (buffer.size > limit) {
        runs.push(await spillRun(buffer, folder));
        signal.throwIfAborted();
      }
    }
  }
  if (runs.length === 0) {
    yield* inOrder(buffer, codec);
    return;
  }
  if (buffer.count > 0) runs.push(await spillRun(buffer, folder));
  yield* merged(runs, codec, budget, folder, signal);
}

async function spillRun(buffer: SortBuffer, folder: SpillFolder): Promise<string> {
  const writer = await folder.create();
  try {
    for (const row of buffer.order()) {
      const record = runRecord(buffer.key(row), buffer.payload(row));
      if (!writer.tryAppend(record)) await writer.append(record);
    }
  } finally {
    await writer.finish();
  }
  buffer.clear();
  return writer.path;
}

function* inOrder(buffer: SortBuffer, codec: RowCodec): Generator<Batch> {
  const order = buffer.order();
  for (let from = 0; from < order.length; from += rowsPerBatch) {
    const rows = order.subarray(from, from + rowsPerBatch);
    yield codec.read(Array.from(rows, (row) => new ByteReader(buffer.payload(row))));
  }
}

/** Most runs that are read at once; more are merged in several rounds. */
const maxFanIn = 256;

async function* merged(
  runs: readonly string[],
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const bufferSize = Math.max(
    16 * 1024,
    Math.min(1024 * 1024, Math.floor((budget * 0.5) / Math.min(runs.length, maxFanIn))),
  );
  let left = runs;
  while (left.length > maxFanIn) {
    const round: string[] = [];
    for (let from = 0; from < left.length; from += maxFanIn) {
      round.push(await mergeIntoOne(left.slice(from, from + maxFanIn), bufferSize, folder, signal));
    }
    left = round;
  }
  for await (const rows of mergeRuns(left, bufferSize, rowsPerBatch, signal)) {
    yield codec.read(rows.map(({ payload }) => new ByteReader(payload)));
  }
}

async function mergeIntoOne(
  runs: readonly string[],
  bufferSize: number,
  folder: SpillFolder,
  signal: AbortSignal,
): Promise<string> {
  const writer = await folder.create();
  try {
    for await (const rows of mergeRuns(runs, bufferSize, rowsPerBatch, signal)) {
      for (const { key, payload } of rows) await writer.append(runRecord(key, payload));
    }
  } finally {
    await writer.finish();
  }
  return writer.path;
}
