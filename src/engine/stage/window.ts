import { said } from '../../said/said.ts';
import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { compileForBatches, type BatchExpression } from './expression.ts';
import { writeKey } from './held/key.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import { inPieces } from './pieces.ts';
import { writeCell } from './codec.ts';
import { Sorter } from './orderBy.ts';
import { RowCodec, RowGatherer, rowsPerBatch } from './held/rows.ts';
import type { SpillFolder } from './held/spill.ts';
import type { Stage } from './stage.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';
import { createWindowCall, type WindowCall, type WindowState } from './window/call.ts';
import { Ring } from './window/ring.ts';
import { wholePartitions } from './window/whole.ts';

/** Bytes that a partition takes besides the rows of its window, roughly. */
const partitionSize = 1000;
/** What a waiting row takes besides its bytes, roughly. */
const waitingSize = 150;

/** Functions with OVER. */
export function windowStage(step: Step<'window'>, slots: readonly Slot[]): Stage {
  const own = new Set(step.calls.map(({ slot }) => slot));
  return {
    name: 'WINDOW',
    reads: slotsOfBound(step.bound),
    fills: [...own],
    run(input, setting) {
      if (step.whole) return wholePartitions(input, step, slots, setting);
      const { live, budget, folder, signal } = setting;
      const calls = step.calls.map(({ call, slot }) => createWindowCall(call, slot, step.bound, slots));
      const partitionBy = (step.calls[0].call.over?.partitionBy ?? []).map((key) =>
        compileForBatches(key, step.bound, slots),
      );
      const carried = new RowCodec([...live].filter((slot) => !own.has(slot)));
      const partitions = new Partitions(calls, partitionBy, budget, step.contiguous);
      return window(input, calls, partitions, carried, budget, folder, signal);
    },
  };
}

/**
 * Window functions over the rows in the order in which they come. Only the rows of the window are held; where
 * it looks ahead, rows wait until enough have followed.
 * @throws MemoryLimitError
 */
async function* window(
  batches: AsyncIterable<Batch>,
  calls: readonly WindowCall[],
  partitions: Partitions,
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const ahead = Math.max(...calls.map((call) => call.ahead));
  if (ahead === 0) {
    for await (const input of inPieces(batches, (piece) => prepared(calls, piece), signal)) {
      yield withResults(input, calls, partitions);
    }
  } else if (partitions.isOne) {
    yield* waiting(batches, calls, partitions.only(), ahead, codec, signal);
  } else {
    const whole = new RowCodec(
      codec.slots,
      calls.map(({ slot }) => slot),
    );
    const sorter = new Sorter(whole, budget / 2, folder);
    const completed = new Completed(partitions, ahead, budget / 2, sorter);
    yield* completed.run(batches, calls, codec, signal);
  }
}

/** Nothing ahead is looked at: every row has its values at once. */
function withResults(
  { batch, inputs }: Prepared,
  calls: readonly WindowCall[],
  partitions: Partitions,
): Batch {
  partitions.use(batch);
  const results = calls.map(() => new Array<Cell>(batch.rows).fill(null));
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const partition = partitions.of(row);
    const number = partition.rows++;
    for (const [at, state] of partition.states.entries()) {
      state.push(inputs[at].cell(row), inputs[at].otherwise(row));
      results[at][row] = state.result(number);
    }
  }
  const vectors = batch.vectors.slice();
  for (const [at, { slot }] of calls.entries()) vectors[slot] = new CellVector(results[at]);
  return { ...batch, vectors };
}

/** Rows are copied and wait for those that follow them. */
async function* waiting(
  batches: AsyncIterable<Batch>,
  calls: readonly WindowCall[],
  { states }: Partition,
  ahead: number,
  codec: RowCodec,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const rows: Uint8Array[] = [];
  const out = new ByteWriter();
  let emitted = 0;
  for await (const { batch, inputs } of inPieces(batches, (piece) => prepared(calls, piece), signal)) {
    const vectors = codec.vectors(batch);
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      for (const [at, state] of states.entries()) state.push(inputs[at].cell(row), inputs[at].otherwise(row));
      out.clear();
      codec.write(out, vectors, row);
      rows.push(out.take());
    }
    const ready = rows.splice(0, Math.max(0, rows.length - ahead));
    if (ready.length > 0) yield emit(ready, emitted, calls, states, codec);
    emitted += ready.length;
  }
  while (rows.length > 0) {
    const ready = rows.splice(0, rowsPerBatch);
    yield emit(ready, emitted, calls, states, codec);
    emitted += ready.length;
  }
}

function emit(
  rows: readonly Uint8Array[],
  first: number,
  calls: readonly WindowCall[],
  states: readonly WindowState[],
  codec: RowCodec,
): Batch {
  const gatherer = new RowGatherer(codec, rows.length);
  for (const row of rows) gatherer.add(row);
  const batch = gatherer.take();
  const vectors = batch.vectors.slice();
  const results = calls.map((): Cell[] => []);
  for (let row = 0; row < rows.length; row++) {
    for (const [at, state] of states.entries()) results[at].push(state.result(first + row));
  }
  for (const [at, { slot }] of calls.entries()) vectors[slot] = new CellVector(results[at]);
  return { ...batch, vectors };
}

/** A row whose values are not known yet, with its place in the stream. */
interface Waiting {
  readonly place: number;
  readonly row: Uint8Array;
}

/**
 * With PARTITION BY a row waits for rows of its own partition, which may be the last of the stream: rows have their
 * values in another order than that in which they came, and are sorted back.
 */
class Completed {
  readonly #partitions: Partitions;
  readonly #ahead: number;
  readonly #budget: number;
  readonly #sorter: Sorter;
  readonly #place = Buffer.alloc(8);
  readonly #payload = new ByteWriter();
  #held = 0;

  constructor(partitions: Partitions, ahead: number, budget: number, sorter: Sorter) {
    this.#partitions = partitions;
    this.#ahead = ahead;
    this.#budget = budget;
    this.#sorter = sorter;
  }

  async *run(
    batches: AsyncIterable<Batch>,
    calls: readonly WindowCall[],
    codec: RowCodec,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const out = new ByteWriter();
    let place = 0;
    for await (const { batch, inputs } of inPieces(batches, (piece) => prepared(calls, piece), signal)) {
      const vectors = codec.vectors(batch);
      this.#partitions.use(batch);
      for (let i = 0; i < batch.count; i++) {
        const row = batch.selection[i];
        const partition = this.#partitions.of(row);
        partition.states.forEach((state, at) => {
          state.push(inputs[at].cell(row), inputs[at].otherwise(row));
        });
        out.clear();
        codec.write(out, vectors, row);
        this.#hold(out.length);
        partition.waiting.push({ place: place++, row: out.take() });
        if (partition.waiting.length > this.#ahead) await this.#complete(partition);
      }
      signal.throwIfAborted();
    }
    for (const partition of this.#partitions.all()) {
      while (partition.waiting.length > 0) await this.#complete(partition);
    }
    yield* this.#sorter.finish(signal);
  }

  /** Before a row of so many bytes is kept. */
  #hold(length: number): void {
    this.#held += length + waitingSize;
    if (this.#held > this.#budget) {
      throw new MemoryLimitError(
        said`With PARTITION BY, rows wait for those that follow in their partition, and they do not fit in memory.`,
      );
    }
  }

  /** The row that has waited longest has its values. */
  async #complete(partition: Partition): Promise<void> {
    const first = partition.waiting.at(partition.rows);
    if (first === undefined) return;
    const { place, row } = first;
    partition.waiting.dropBefore(partition.rows + 1);
    this.#held -= row.length + waitingSize;
    const number = partition.rows++;
    const payload = this.#payload;
    payload.clear();
    payload.copy(row);
    for (const state of partition.states) writeCell(payload, state.result(number));
    this.#place.writeUInt32BE(Math.floor(place / 2 ** 32));
    this.#place.writeUInt32BE(place % 2 ** 32, 4);
    this.#sorter.add(this.#place, payload.view());
    if (this.#sorter.full) await this.#sorter.spill();
  }
}

interface Inputs {
  cell(row: number): Cell;
  otherwise(row: number): Cell;
}

/** A piece with everything computed that its rows give to the windows. */
interface Prepared {
  readonly batch: Batch;
  readonly inputs: readonly Inputs[];
}

function prepared(calls: readonly WindowCall[], batch: Batch): Prepared {
  const reader = (vector: Vector | undefined): ((row: number) => Cell) =>
    vector === undefined ? () => null : (row) => vector.cell(row);
  const inputs = calls.map(({ input, otherwise }) => ({
    cell: reader(input?.vector(batch)),
    otherwise: reader(otherwise?.vector(batch)),
  }));
  return { batch, inputs };
}

interface Partition {
  readonly states: readonly WindowState[];
  /** Rows that have their values. */
  rows: number;
  readonly waiting: Ring<Waiting>;
}

/** The windows of each partition; without PARTITION BY there is one. */
class Partitions {
  readonly #calls: readonly WindowCall[];
  readonly #keys: readonly BatchExpression[];
  readonly #most: number;
  readonly #known = new Map<string, Partition>();
  readonly #key = new ByteWriter(64);
  /** Whether a partition is at its end where another one begins. */
  readonly #contiguous: boolean;

  constructor(
    calls: readonly WindowCall[],
    keys: readonly BatchExpression[],
    budget: number,
    contiguous: boolean,
  ) {
    this.#calls = calls;
    this.#keys = keys;
    this.#contiguous = contiguous && calls.every(({ ahead }) => ahead === 0);
    this.#most = Math.max(1, Math.floor(budget / partitionSize));
  }

  get isOne(): boolean {
    return this.#keys.length === 0;
  }

  use(batch: Batch): void {
    for (const key of this.#keys) key.use(batch);
  }

  only(): Partition {
    return this.#named('');
  }

  all(): Iterable<Partition> {
    return this.#known.values();
  }

  of(row: number): Partition {
    if (this.#keys.length === 0) return this.only();
    this.#key.clear();
    for (const key of this.#keys) writeKey(this.#key, key.value(row));
    return this.#named(Buffer.from(this.#key.view()).toString('latin1'));
  }

  #named(name: string): Partition {
    let partition = this.#known.get(name);
    if (partition === undefined) {
      if (this.#contiguous) this.#known.clear();
      if (this.#known.size === this.#most) {
        throw new MemoryLimitError(said`PARTITION BY makes more partitions than fit in memory.`);
      }
      partition = { states: this.#calls.map((call) => call.begin()), rows: 0, waiting: new Ring() };
      this.#known.set(name, partition);
    }
    return partition;
  }
}
