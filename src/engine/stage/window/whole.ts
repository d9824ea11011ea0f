import { said } from '../../../said/said.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import type { Step } from '../../query/resolve/step.ts';
import type { Expression } from '../../query/syntax/tree.ts';
import { wholeNames } from '../../query/syntax/walk.ts';
import { createAccumulator } from '../aggregate/create.ts';
import type { Accumulator } from '../aggregate/accumulator.ts';
import { maxGather } from '../aggregate/tooLarge.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { compileForBatches, keepingLast, type BatchExpression } from '../expression.ts';
import { writeKey } from '../held/key.ts';
import { MemoryLimitError } from '../memoryLimit.ts';
import { inPieces } from '../pieces.ts';
import { RowCodec, RowGatherer } from '../held/rows.ts';
import { recordEnd } from '../held/sortRecord.ts';
import { SpillReader, type SpillFolder, type SpillWriter } from '../held/spill.ts';
import type { StageSetting } from '../stage.ts';
import { CellVector, type Cell } from '../vector.ts';

/** Bytes before a kept row: its length, and the number of its partition. */
const header = 8;

/**
 * Aggregates over whole partitions: a row has its values once all have been read, so the rows are kept, on disk where
 * they are many, and given back in their order. In memory there is what the aggregates hold of each partition.
 * @throws MemoryLimitError
 */
export async function* wholePartitions(
  batches: AsyncIterable<Batch>,
  step: Step<'window'>,
  slots: readonly Slot[],
  { live, budget, folder, signal }: Pick<StageSetting, 'live' | 'budget' | 'folder' | 'signal'>,
): AsyncGenerator<Batch> {
  const own = new Set(step.calls.map(({ slot }) => slot));
  const codec = new RowCodec([...live].filter((slot) => !own.has(slot)));
  const partitions = new WholePartitions(step, slots, budget);
  const rows = new KeptRows(folder, budget / 4);
  const record = new ByteWriter();
  for await (const piece of inPieces(batches, (piece) => partitions.prepare(piece), signal)) {
    const numbers = partitions.add(piece);
    const vectors = codec.vectors(piece);
    for (let i = 0; i < piece.count; i++) {
      record.clear();
      const start = record.beginBlock();
      record.uint32(numbers[i]);
      codec.write(record, vectors, piece.selection[i]);
      record.endBlock(start);
      if (!rows.tryAdd(record)) await rows.addToFile(record);
    }
    signal.throwIfAborted();
  }
  const gatherer = new RowGatherer(codec);
  let numbers: number[] = [];
  const take = (): Batch => {
    const batch = gatherer.take();
    const vectors = batch.vectors.slice();
    for (const [at, { slot }] of step.calls.entries()) {
      vectors[slot] = new CellVector(numbers.map((number) => partitions.result(at, number)));
    }
    numbers = [];
    return { ...batch, vectors };
  };
  for await (const { bytes, start } of rows.all()) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    numbers.push(view.getUint32(start + 4, true));
    gatherer.add(bytes, start + header, recordEnd(bytes, start));
    if (!gatherer.full) continue;
    yield take();
    signal.throwIfAborted();
  }
  if (gatherer.count > 0) yield take();
}

/** What a partition's number takes besides its key, roughly. */
const partitionSize = 120;

/** The partitions by number, and what the aggregates hold of them. */
class WholePartitions {
  readonly #accumulators: readonly Accumulator[];
  readonly #inputs: BatchExpression[] = [];
  readonly #keys: readonly BatchExpression[];
  readonly #numbers = new Map<string, number>();
  readonly #key = new ByteWriter(64);
  readonly #results: Map<number, Cell>[];
  readonly #budget: number;
  #size = 0;

  constructor({ calls, bound }: Step<'window'>, slots: readonly Slot[], budget: number) {
    const expression = (node: Expression): BatchExpression => compileForBatches(node, bound, slots);
    const input = (node: Expression): BatchExpression => {
      const compiled = keepingLast(expression(node));
      this.#inputs.push(compiled);
      return compiled;
    };
    this.#keys = (calls[0].call.over?.partitionBy ?? []).map(input);
    this.#accumulators = calls.map(({ call }) => {
      const called = call.name.name.toLowerCase();
      const name = { ...call.name, name: wholeNames.get(called) ?? called };
      return createAccumulator({ ...call, name, over: undefined }, { expression, input });
    });
    this.#results = calls.map(() => new Map<number, Cell>());
    this.#budget = budget;
  }

  /** Computes all that can turn out to be too much. */
  prepare(piece: Batch): Batch {
    for (const input of this.#inputs) input.vector(piece);
    return piece;
  }

  /** The number of each selected row's partition. */
  add(piece: Batch): Uint32Array {
    const keys = this.#keys.map((key) => key.vector(piece));
    const numbers = new Uint32Array(piece.count);
    for (let i = 0; i < piece.count && keys.length > 0; i++) {
      this.#key.clear();
      for (const key of keys) writeKey(this.#key, key.value(piece.selection[i]));
      const name = Buffer.from(this.#key.view()).toString('latin1');
      let number = this.#numbers.get(name);
      if (number === undefined) {
        number = this.#numbers.size;
        this.#numbers.set(name, number);
        this.#size += partitionSize + name.length;
      }
      numbers[i] = number;
    }
    for (const accumulator of this.#accumulators) {
      accumulator.reserve(Math.max(1, this.#numbers.size));
      accumulator.addBatch(piece, numbers);
    }
    this.#refuseLarge();
    return numbers;
  }

  result(at: number, number: number): Cell {
    const results = this.#results[at];
    let result = results.get(number);
    if (result === undefined) {
      result = this.#accumulators[at].result(number);
      results.set(number, result);
    }
    return result;
  }

  /** @throws MemoryLimitError */
  #refuseLarge(): void {
    const size = this.#accumulators.reduce((sum, accumulator) => sum + accumulator.size, this.#size);
    if (size <= this.#budget * maxGather) return;
    throw new MemoryLimitError(
      said`What OVER (PARTITION BY …) holds of all partitions does not fit in memory. Make groups instead, which can use the disk: |> AGGREGATE … GROUP BY …`,
    );
  }
}

/** Rows in their order: in memory, and in a file from where they are more than `most` bytes. */
class KeptRows {
  readonly #folder: SpillFolder;
  readonly #most: number;
  readonly #held = new ByteWriter();
  #file: SpillWriter | undefined;

  constructor(folder: SpillFolder, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** False where a file has to be waited for. */
  tryAdd(record: ByteWriter): boolean {
    if (this.#file !== undefined) return this.#file.tryAppendRange(record.bytes, 0, record.length);
    if (this.#held.length + record.length > this.#most) return false;
    this.#held.copy(record.bytes, 0, record.length);
    return true;
  }

  async addToFile(record: ByteWriter): Promise<void> {
    if (this.#file === undefined) {
      this.#file = await this.#folder.create();
      const held = this.#held;
      for (let at = 0, end = 0; at < held.length; at = end) {
        end = recordEnd(held.bytes, at);
        await this.#file.appendRange(held.bytes, at, end);
      }
      held.clear();
    }
    await this.#file.appendRange(record.bytes, 0, record.length);
  }

  /** Each with its place in bytes that are valid until the next one. */
  async *all(): AsyncGenerator<{ readonly bytes: Uint8Array; readonly start: number }> {
    if (this.#file === undefined) {
      const bytes = this.#held.view();
      for (let start = 0; start < bytes.length; start = recordEnd(bytes, start)) yield { bytes, start };
      return;
    }
    await this.#file.finish();
    const reader = await SpillReader.open(this.#file.path, Buffer.allocUnsafe(256 * 1024));
    try {
      while (reader.tryNext() || (await reader.next())) yield { bytes: reader.bytes, start: reader.record };
    } finally {
      await reader.close();
    }
  }
}
