import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Bound, type SortKey, type Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { discard } from '../discard.ts';
import { compileForBatches, type BatchExpression } from './expression.ts';
import { writeFieldKey, writeSortKey, type KeyOrder } from './held/key.ts';
import { isReference, longestHeld, LongRows } from './held/longRows.ts';
import { mergeRuns, type MergedRows } from './held/merge.ts';
import { writeAll } from './held/rowParts.ts';
import { RowCodec, RowGatherer } from './held/rows.ts';
import { SortBuffer } from './held/sortBuffer.ts';
import { keyStart, payloadStart, recordEnd } from './held/sortRecord.ts';
import type { SpillFolder, SpillWriter } from './held/spill.ts';
import type { Reducer, Stage } from './stage.ts';
import type { FieldVector } from './vector.ts';

/** One of the keys that rows are sorted by. */
export interface SortExpression extends KeyOrder {
  readonly expression: BatchExpression;
}

/** ORDER BY. Each thread writes the keys of its rows. */
export function sortStage({ keys, bound }: Step<'sort'>, slots: readonly Slot[]): Stage {
  return {
    name: 'ORDER BY',
    reads: slotsOfBound(bound),
    fills: [],
    holds: true,
    parts: {
      reduce: (live) => keyedReducer(sortKeys(keys, bound, slots), new RowCodec(live)),
      gather: (parts, { live, budget, folder, signal }) =>
        sortedRows(parts, new Sorter(new RowCodec(live), budget, folder), signal),
    },
    run: (input, { live, budget, folder, signal }) =>
      orderBy(input, sortKeys(keys, bound, slots), new RowCodec(live), budget, folder, signal),
  };
}

export function sortKeys(keys: readonly SortKey[], bound: Bound, slots: readonly Slot[]): SortExpression[] {
  return keys.map((key) => ({ ...key, expression: compileForBatches(key.expression, bound, slots) }));
}

/** Writes the keys of rows, so that they can be sorted by their bytes. */
export class KeyWriter {
  readonly #keys: readonly SortExpression[];
  readonly #out = new ByteWriter();
  #fields: readonly (FieldVector | undefined)[] = [];

  constructor(keys: readonly SortExpression[]) {
    this.#keys = keys;
  }

  /** Makes `batch` the one that `key` is asked of. */
  use(batch: Batch): void {
    this.#fields = this.#keys.map(({ expression }) => expression.field(batch));
    for (const { expression } of this.#keys) expression.use(batch);
  }

  /** Valid until the next call. */
  key(row: number): Uint8Array {
    const out = this.#out;
    out.clear();
    this.write(out, row);
    return out.view();
  }

  write(out: ByteWriter, row: number): void {
    const keys = this.#keys;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at];
      const field = this.#fields[at];
      if (field !== undefined) writeFieldKey(out, field, row, key, key.expression);
      else writeSortKey(out, key.expression.value(row), key, key.expression);
    }
  }
}

/**
 * Sorts rows by their keys; equal ones stay in the order in which they came. Rows are held up to `budget` bytes; then
 * they are written out as sorted runs, which are merged in the end. Long rows are written out at once, and only their
 * keys are sorted.
 */
export class Sorter {
  readonly #codec: RowCodec;
  readonly #budget: number;
  readonly #folder: SpillFolder;
  readonly #buffer = new SortBuffer();
  readonly #runs: string[] = [];
  readonly #longRows: LongRows;
  /** A long row that `spill` writes out. */
  #waiting: { readonly key: Uint8Array; readonly payload: Uint8Array } | undefined;

  constructor(codec: RowCodec, budget: number, folder: SpillFolder) {
    this.#codec = codec;
    this.#budget = budget;
    this.#folder = folder;
    this.#longRows = new LongRows(folder);
  }

  /** The bytes must stay as they are until `full` was asked for and, if so, `spill` has ended. */
  add(key: Uint8Array, payload: Uint8Array): void {
    if (payload.length > longestHeld) this.#waiting = { key, payload };
    else this.#buffer.add(key, payload);
  }

  /** Takes some of the sort records from `from` on; answers where it stopped. The bytes are as those of `add`. */
  addRecords(bytes: Uint8Array, from: number): number {
    const payload = payloadStart(bytes, from);
    const end = recordEnd(bytes, from);
    if (end - payload <= longestHeld) return this.#buffer.addRecords(bytes, from, longestHeld);
    this.add(bytes.subarray(keyStart(from), payload), bytes.subarray(payload, end));
    return end;
  }

  /** Whether `spill` must be called before more is added: what sorting itself needs, and the merge, is left free. */
  get full(): boolean {
    return this.#waiting !== undefined || this.#isOverBudget;
  }

  async spill(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#buffer.add(waiting.key, await this.#longRows.put(waiting.payload));
    if (this.#isOverBudget) await this.#spillBuffer();
  }

  async *finish(signal: AbortSignal): AsyncGenerator<Batch> {
    try {
      if (this.#runs.length === 0) {
        yield* this.#read(this.#buffer.payloads(this.#buffer.order()));
        return;
      }
      if (this.#buffer.count > 0) await this.#spillBuffer();
      const buffers = this.#buffer.release(Math.min(this.#runs.length, maxFanIn));
      for await (const rows of merged(this.#runs, buffers, this.#folder, signal)) {
        if (hasReference(rows)) yield* this.#read(payloadsOf(rows));
        else yield this.#codec.read(rows.bytes, rows.payloads);
      }
    } finally {
      await this.#longRows.close();
    }
  }

  get #isOverBudget(): boolean {
    return this.#buffer.size > this.#budget * 0.6;
  }

  async #spillBuffer(): Promise<void> {
    const { path } = await writeRun(this.#buffer, this.#folder);
    this.#runs.push(path);
  }

  /** Copies rows into batches; a long one is a batch of its own. */
  async *#read(rows: Iterable<Uint8Array>): AsyncGenerator<Batch> {
    const gatherer = new RowGatherer(this.#codec);
    for (const row of rows) {
      if (isReference(row)) {
        if (gatherer.count > 0) yield gatherer.take();
        yield this.#codec.read(await this.#longRows.get(row), Uint32Array.of(0));
        continue;
      }
      gatherer.add(row);
      if (gatherer.full) yield gatherer.take();
    }
    if (gatherer.count > 0) yield gatherer.take();
  }
}

function hasReference({ bytes, records, payloads }: MergedRows): boolean {
  return payloads.some((start, at) => isReference(bytes, start, recordEnd(bytes, records[at])));
}

function* payloadsOf({ bytes, records, payloads }: MergedRows): Generator<Uint8Array> {
  for (const [at, start] of payloads.entries()) yield bytes.subarray(start, recordEnd(bytes, records[at]));
}

/** ORDER BY in one thread. */
async function* orderBy(
  batches: AsyncIterable<Batch>,
  keys: readonly SortExpression[],
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const sorter = new Sorter(codec, budget, folder);
  const writer = new KeyWriter(keys);
  const payload = new ByteWriter();
  for await (const batch of batches) {
    const vectors = codec.vectors(batch);
    writer.use(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      payload.clear();
      codec.write(payload, vectors, row);
      sorter.add(writer.key(row), payload.view());
      payload.clear();
      if (sorter.full) {
        await sorter.spill();
        signal.throwIfAborted();
      }
    }
  }
  yield* sorter.finish(signal);
}

/** Rows with the keys that they will be sorted by: writing those is most of the work. */
function keyedReducer(keys: readonly SortExpression[], codec: RowCodec): Reducer {
  const out = new ByteWriter();
  const writer = new KeyWriter(keys);
  return {
    get size() {
      return out.length;
    },
    add(batch) {
      const vectors = codec.vectors(batch);
      writer.use(batch);
      const nothing = (): void => undefined;
      writeAll(out, batch, nothing, (row) => {
        const keyStart = out.beginBlock();
        writer.write(out, row);
        out.endBlock(keyStart);
        codec.write(out, vectors, row);
      });
    },
    take: () => out.release(),
    restart: () => out.clear(),
  };
}

async function* sortedRows(
  parts: AsyncIterable<Uint8Array>,
  sorter: Sorter,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      at = sorter.addRecords(part, at);
      if (sorter.full) await sorter.spill();
    }
    discard(part);
    signal.throwIfAborted();
  }
  yield* sorter.finish(signal);
}

async function writeRun(buffer: SortBuffer, folder: SpillFolder): Promise<SpillWriter> {
  const writer = await folder.create(runBufferSize);
  try {
    const order = buffer.order();
    for (let at = 0; at < order.length;) {
      at = buffer.appendTo(writer, order, at);
      if (at < order.length) await buffer.append(writer, order[at++]);
    }
  } finally {
    await writer.finish();
  }
  buffer.clear();
  return writer;
}

/** A sorted run is written in pieces of this many bytes. */
const runBufferSize = 512 * 1024;
/** Most runs that are read at once; more are merged in several rounds. */
const maxFanIn = 256;

async function* merged(
  runs: readonly string[],
  buffers: readonly Buffer[],
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<MergedRows> {
  let left = runs;
  while (left.length > maxFanIn) {
    const round: string[] = [];
    for (let from = 0; from < left.length; from += maxFanIn) {
      round.push(await mergeIntoOne(left.slice(from, from + maxFanIn), buffers, folder, signal));
    }
    left = round;
  }
  yield* mergeRuns(left, buffers, signal);
}

async function mergeIntoOne(
  runs: readonly string[],
  buffers: readonly Buffer[],
  folder: SpillFolder,
  signal: AbortSignal,
): Promise<string> {
  const writer = await folder.create(runBufferSize);
  try {
    // The records of a batch stand one behind the other.
    for await (const { bytes } of mergeRuns(runs, buffers, signal)) {
      await writer.appendRange(bytes, 0, bytes.length);
    }
  } finally {
    await writer.finish();
  }
  return writer.path;
}
