import { discard } from '../discard.ts';
import type { Step } from '../query/resolve/step.ts';
import { vectorAt, wholeBatch, type Batch } from './batch.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { CallInput, CallPlaces } from './calls.ts';
import { bytesPerBatch, rowsPerBatch } from './held/rows.ts';
import { LinesVector } from './linesVector.ts';
import { slotsOf, writeRows } from './output.ts';
import type { Reducer, Stage, StageSetting } from './stage.ts';
import type { Vector } from './vector.ts';

/** So many rows are written before it is known how long they are. */
const fewRows = 16;

/** CALL: rows go to a program as JSON, and come back so. */
export function callStage(step: Step<'call'>): Stage {
  return {
    name: 'CALL',
    reads: [...slotsOf(step.output), ...Object.values(step.place ?? {})],
    fills: [step.slot],
    renews: true,
    parts: {
      reduce: () => new CallReducer(step),
      gather: (parts, setting) => called(step, inputsIn(parts, step), setting),
    },
    run: (input, setting) => called(step, written(input, step), setting),
  };
}

async function* called(
  step: Step<'call'>,
  input: AsyncIterable<CallInput>,
  { calls, signal }: StageSetting,
): AsyncGenerator<Batch> {
  if (!calls) throw new TypeError('CALL was planned where it is not allowed.');
  const call = await calls.open(step.file, step.options, signal);
  try {
    for await (const { rows, count, failures } of call.process(input)) {
      if (failures.length > 0) await calls.failed(step.file, failures);
      signal.throwIfAborted();
      if (count > 0) yield objectsOf(rows, count, step.slot);
    }
  } finally {
    await call.close();
  }
}

async function* written(input: AsyncIterable<Batch>, step: Step<'call'>): AsyncGenerator<CallInput> {
  const out = new ByteWriter();
  for await (const batch of input) {
    if (batch.count === 0) continue;
    out.clear();
    writeRows(out, batch, step.output);
    yield { rows: out.take(), count: batch.count, places: step.place && placesOf(batch, step.place) };
  }
}

/**
 * Writes the rows as the program is given them, in the thread that has read them. Of each batch for the program: the rows,
 * behind their length; four bytes that say how many they are; and three numbers a row where their places are known.
 */
class CallReducer implements Reducer {
  readonly #step: Step<'call'>;
  readonly #out = new ByteWriter();

  constructor(step: Step<'call'>) {
    this.#step = step;
  }

  get size(): number {
    return this.#out.length;
  }

  add(batch: Batch): void {
    const before = this.#out.length;
    try {
      for (let from = 0; from < batch.count;) from += this.#write(batch, from);
    } catch (error) {
      this.#out.length = before;
      throw error;
    }
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#out.release();
  }

  restart(): void {
    this.#out.clear();
  }

  /** Writes rows from one on, as many as a batch may have. Answers how many. */
  #write(batch: Batch, from: number): number {
    const out = this.#out;
    const { output, place } = this.#step;
    const most = Math.min(rowsPerBatch, batch.count - from);
    const part = (first: number, count: number): Batch => ({
      ...batch,
      selection: batch.selection.subarray(first),
      count,
    });
    const start = out.beginBlock();
    let count = 0;
    for (let next = fewRows; count < most && next > 0;) {
      next = Math.min(next, most - count);
      writeRows(out, part(from + count, next), output);
      count += next;
      const written = Math.max(1, out.length - start);
      // As if the rows that are left were as long as those before.
      next = Math.ceil(((bytesPerBatch - written) * count) / written);
    }
    out.endBlock(start);
    out.uint32(count);
    const places = place && placesOf(part(from, count), place);
    if (places) {
      for (const numbers of placeNumbers(places)) for (const number of numbers) out.double(number);
    }
    batch.room?.take(out.length - start);
    return count;
  }
}

/** The batches that `CallReducer` has written. */
async function* inputsIn(parts: AsyncIterable<Uint8Array>, step: Step<'call'>): AsyncGenerator<CallInput> {
  for await (const part of parts) {
    const reader = new ByteReader(part);
    while (reader.left > 0) {
      const rows = reader.bytes(reader.uint32()).slice();
      const count = reader.uint32();
      const [record, line, offset] = [0, 0, 0].map(() => {
        const numbers = new Float64Array(step.place ? count : 0);
        for (let row = 0; row < numbers.length; row++) numbers[row] = reader.double();
        return numbers;
      });
      yield { rows, count, places: step.place && { record, line, offset } };
    }
    discard(part);
  }
}

function placeNumbers({ record, line, offset }: CallPlaces): readonly Float64Array[] {
  return [record, line, offset];
}

function placesOf(batch: Batch, slots: NonNullable<Step<'call'>['place']>): CallPlaces {
  const numbers = (slot: number): Float64Array<ArrayBuffer> => {
    const vector = vectorAt(batch, slot);
    const found = new Float64Array(batch.count);
    for (let i = 0; i < batch.count; i++) found[i] = Number(vector.value(batch.selection[i]));
    return found;
  };
  return { record: numbers(slots.record), line: numbers(slots.line), offset: numbers(slots.offset) };
}

/** Lines of JSON objects as rows. */
function objectsOf(lines: Uint8Array, count: number, slot: number): Batch {
  const vectors: Vector[] = [];
  vectors[slot] = new LinesVector(lines, count);
  return wholeBatch(vectors, count);
}
