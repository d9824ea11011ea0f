import type { Batch } from './batch.ts';
import type { StageContext, StageMetrics } from './context.ts';
import type { SpillFolder } from './spill.ts';

/** A stage whose rows, batches and time are noted in the context's metrics. */
export function measured(
  name: string,
  input: AsyncIterable<Batch>,
  { metrics, signal }: StageContext,
  folder: SpillFolder,
  stage: (input: AsyncIterable<Batch>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  if (metrics === undefined) return stage(input);
  const own: StageMetrics = { name, rowsIn: 0, rowsOut: 0, batches: 0, ms: 0, spilled: 0 };
  metrics.push(own);
  return outgoing(stage(incoming(input, own)), own, folder, signal);
}

/** Time in which the stage waits for what is before it does not count as its own. */
async function* incoming(input: AsyncIterable<Batch>, own: StageMetrics): AsyncGenerator<Batch> {
  let asked = performance.now();
  for await (const batch of input) {
    own.ms -= performance.now() - asked;
    own.rowsIn += batch.count;
    yield batch;
    asked = performance.now();
  }
  own.ms -= performance.now() - asked;
}

async function* outgoing(
  output: AsyncIterable<Batch>,
  own: StageMetrics,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  let asked = performance.now();
  const spilled = folder.written;
  for await (const batch of output) {
    own.ms += performance.now() - asked;
    own.rowsOut += batch.count;
    own.batches++;
    own.spilled = folder.written - spilled;
    signal.throwIfAborted();
    yield batch;
    asked = performance.now();
  }
  own.ms += performance.now() - asked;
}
