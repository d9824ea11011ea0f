import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import type { BatchExpression } from './expression.ts';
import { writeKey } from './key.ts';
import { RowGatherer, rowsPerBatch, type RowCodec } from './rows.ts';
import { CellVector, type Cell, type Vector } from './vector.ts';
import type { WindowCall, WindowState } from './window/call.ts';

/** The partitions of a window do not fit into memory. */
export class WindowTooLargeError extends Error {
  override readonly name = 'WindowTooLargeError';
}

/** Bytes that a partition takes besides the rows of its window, roughly. */
const partitionSize = 1000;

/**
 * Window functions over the rows in the order in which they come. Only the rows of the window are held; where it looks ahead,
 * rows wait until enough have followed.
 */
export async function* window(
  batches: AsyncIterable<Batch>,
  calls: readonly WindowCall[],
  partitionBy: readonly BatchExpression[],
  codec: RowCodec,
  budget: number,
): AsyncGenerator<Batch> {
  const ahead = Math.max(...calls.map((call) => call.ahead));
  const partitions = new Partitions(calls, partitionBy, budget);
  if (ahead === 0) {
    for await (const batch of batches) yield withResults(batch, calls, partitions);
    return;
  }
  yield* waiting(batches, calls, partitions.only(), ahead, codec);
}

/** Nothing ahead is looked at: every row has its values at once. */
function withResults(batch: Batch, calls: readonly WindowCall[], partitions: Partitions): Batch {
  const inputs = inputsOf(calls, batch);
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
): AsyncGenerator<Batch> {
  const rows: Uint8Array[] = [];
  const out = new ByteWriter();
  let emitted = 0;
  for await (const batch of batches) {
    const inputs = inputsOf(calls, batch);
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

interface Inputs {
  cell(row: number): Cell;
  otherwise(row: number): Cell;
}

function inputsOf(calls: readonly WindowCall[], batch: Batch): Inputs[] {
  const reader = (vector: Vector | undefined): ((row: number) => Cell) =>
    vector === undefined ? () => null : (row) => vector.cell(row);
  return calls.map(({ input, otherwise }) => ({
    cell: reader(input?.vector(batch)),
    otherwise: reader(otherwise?.vector(batch)),
  }));
}

interface Partition {
  readonly states: readonly WindowState[];
  rows: number;
}

/** The windows of each partition; without PARTITION BY there is one. */
class Partitions {
  readonly #calls: readonly WindowCall[];
  readonly #keys: readonly BatchExpression[];
  readonly #most: number;
  readonly #known = new Map<string, Partition>();
  readonly #key = new ByteWriter(64);

  constructor(calls: readonly WindowCall[], keys: readonly BatchExpression[], budget: number) {
    this.#calls = calls;
    this.#keys = keys;
    this.#most = Math.max(1, Math.floor(budget / partitionSize));
  }

  use(batch: Batch): void {
    for (const key of this.#keys) key.use(batch);
  }

  only(): Partition {
    return this.#named('');
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
      if (this.#known.size === this.#most) {
        throw new WindowTooLargeError('PARTITION BY makes more partitions than fit into memory.');
      }
      partition = { states: this.#calls.map((call) => call.begin()), rows: 0 };
      this.#known.set(name, partition);
    }
    return partition;
  }
}
