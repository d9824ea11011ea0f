import type { Batch } from './batch.ts';
import type { StageContext, StageMetrics } from './context.ts';
import type { SpillFolder } from './held/spill.ts';

type StagePlace = Pick<StageMetrics, 'name' | 'step'>;

/** A stage whose rows, time and temporary files are noted in the context's metrics. */
export function measured(
  place: StagePlace,
  input: AsyncIterable<Batch>,
  context: StageContext,
  folder: SpillFolder,
  stage: (input: AsyncIterable<Batch>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  return noted(place, input, ({ count }) => count, context, folder, stage);
}

/** The same for what takes in the parts that other threads have made; how many rows those are made of, they know. */
export function measuredParts(
  place: StagePlace,
  parts: AsyncIterable<Uint8Array>,
  context: StageContext,
  folder: SpillFolder,
  stage: (parts: AsyncIterable<Uint8Array>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  return noted(place, parts, () => 0, context, folder, stage);
}

function noted<T>(
  place: StagePlace,
  input: AsyncIterable<T>,
  rowsOf: (item: T) => number,
  { metrics, signal }: StageContext,
  folder: SpillFolder,
  stage: (input: AsyncIterable<T>) => AsyncIterable<Batch>,
): AsyncIterable<Batch> {
  if (metrics === undefined) return stage(input);
  const own = new StageTally(place, folder);
  metrics.push(own);
  return outgoing(stage(incoming(input, rowsOf, own)), own, signal);
}

/** What happens while the stage waits for what is before it does not count as its own. */
async function* incoming<T>(
  input: AsyncIterable<T>,
  rowsOf: (item: T) => number,
  own: StageTally,
): AsyncGenerator<T> {
  own.waits();
  for await (const item of input) {
    own.goesOn();
    own.rowsIn += rowsOf(item);
    yield item;
    own.waits();
  }
  own.goesOn();
}

async function* outgoing(
  output: AsyncIterable<Batch>,
  own: StageTally,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  own.begins();
  for await (const batch of output) {
    own.rests();
    own.rowsOut += batch.count;
    signal.throwIfAborted();
    yield batch;
    own.begins();
  }
  own.rests();
}

/**
 * A stage that takes in all rows before it gives one is asked once and waits many times: what it has taken so far is known
 * also while it is asked, and while it waits.
 */
class StageTally implements StageMetrics {
  readonly name: string;
  readonly step: number;
  rowsIn = 0;
  rowsOut = 0;
  readonly #folder: SpillFolder;
  #sum: Moment = { ms: 0, written: 0 };
  #begun: Moment | undefined;
  #waiting: Moment | undefined;

  constructor({ name, step }: StagePlace, folder: SpillFolder) {
    this.name = name;
    this.step = step;
    this.#folder = folder;
  }

  get ms(): number {
    return this.#sofar().ms;
  }

  get spilled(): number {
    return this.#sofar().written;
  }

  begins(): void {
    this.#begun = this.#now();
  }

  rests(): void {
    this.#sum = this.#sofar();
    this.#begun = undefined;
  }

  waits(): void {
    this.#waiting = this.#now();
  }

  goesOn(): void {
    const { ms, written } = this.#since(this.#waiting);
    this.#waiting = undefined;
    this.#sum = { ms: this.#sum.ms - ms, written: this.#sum.written - written };
  }

  #sofar(): Moment {
    const [busy, waited] = [this.#since(this.#begun), this.#since(this.#waiting)];
    return {
      ms: this.#sum.ms + busy.ms - waited.ms,
      written: this.#sum.written + busy.written - waited.written,
    };
  }

  #now(): Moment {
    return { ms: performance.now(), written: this.#folder.written };
  }

  #since(moment: Moment | undefined): Moment {
    if (!moment) return { ms: 0, written: 0 };
    const now = this.#now();
    return { ms: now.ms - moment.ms, written: now.written - moment.written };
  }
}

interface Moment {
  readonly ms: number;
  readonly written: number;
}
