import type { Batch } from './batch.ts';
import type { StageContext, StageMetrics } from './context.ts';
import type { SpillFolder } from './spill.ts';

/** A stage whose rows, batches, time and temporary files are noted in the context's metrics. */
export function measured(
  place: Pick<StageMetrics, 'name' | 'step'>,
  input: AsyncIterable<Batch>,
  context: StageContext,
  folder: SpillFolder,
  stage: (input: AsyncIterable<Batch>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  return noted(place, input, ({ count }) => count, context, folder, stage);
}

/** The same for what takes in the parts that other threads have made; how many rows those are made of, they know. */
export function measuredParts(
  place: Pick<StageMetrics, 'name' | 'step'>,
  parts: AsyncIterable<Uint8Array>,
  context: StageContext,
  folder: SpillFolder,
  stage: (parts: AsyncIterable<Uint8Array>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  return noted(place, parts, () => 0, context, folder, stage);
}

function noted<T>(
  place: Pick<StageMetrics, 'name' | 'step'>,
  input: AsyncIterable<T>,
  rowsOf: (item: T) => number,
  { metrics, signal }: StageContext,
  folder: SpillFolder,
  stage: (input: AsyncIterable<T>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  if (metrics === undefined) return stage(input);
  const own: StageMetrics = { ...place, rowsIn: 0, rowsOut: 0, batches: 0, ms: 0, spilled: 0 };
  metrics.push(own);
  return outgoing(stage(incoming(input, rowsOf, own, folder)), own, folder, signal);
}

/** What happens while the stage waits for what is before it does not count as its own. */
async function* incoming<T>(
  input: AsyncIterable<T>,
  rowsOf: (item: T) => number,
  own: StageMetrics,
  folder: SpillFolder,
): AsyncGenerator<T> {
  let asked = now(folder);
  for await (const item of input) {
    count(own, asked, folder, -1);
    own.rowsIn += rowsOf(item);
    yield item;
    asked = now(folder);
  }
  count(own, asked, folder, -1);
}

async function* outgoing(
  output: AsyncIterable<Batch>,
  own: StageMetrics,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let asked = now(folder);
  for await (const batch of output) {
    count(own, asked, folder, 1);
    own.rowsOut += batch.count;
    own.batches++;
    signal.throwIfAborted();
    yield batch;
    asked = now(folder);
  }
  count(own, asked, folder, 1);
}

interface Moment {
  readonly ms: number;
  readonly written: number;
}

function now({ written }: SpillFolder): Moment {
  return { ms: performance.now(), written };
}

function count(own: StageMetrics, since: Moment, folder: SpillFolder, sign: 1 | -1): void {
  own.ms += sign * (performance.now() - since.ms);
  own.spilled += sign * (folder.written - since.written);
}
