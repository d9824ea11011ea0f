import { lineFeed } from '../ascii.ts';
import type { Step } from '../query/resolve/step.ts';
import { vectorAt, wholeBatch, type Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import type { CallInput, CallPlaces } from './calls.ts';
import { tag } from './codec.ts';
import { CodedVector } from './codedVector.ts';
import { slotsOf, writeRows } from './output.ts';
import type { Stage } from './stage.ts';
import type { Vector } from './vector.ts';

/** CALL: rows go to a program as JSON, and come back so. */
export function callStage(step: Step<'call'>): Stage {
  return {
    name: 'CALL',
    reads: [...slotsOf(step.output), ...Object.values(step.place ?? {})],
    fills: [step.slot],
    renews: true,
    async *run(input, { calls, signal }) {
      if (!calls) throw new TypeError('CALL was planned where it is not allowed.');
      const call = await calls.open(step.file, step.options, signal);
      try {
        for await (const { rows, failures } of call.process(written(input, step))) {
          if (failures.length > 0) await calls.failed(step.file, failures);
          signal.throwIfAborted();
          if (rows.length > 0) yield objectsOf(rows, step.slot);
        }
      } finally {
        await call.close();
      }
    },
  };
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

function placesOf(batch: Batch, slots: NonNullable<Step<'call'>['place']>): CallPlaces {
  const numbers = (slot: number): Float64Array<ArrayBuffer> => {
    const vector = vectorAt(batch, slot);
    const found = new Float64Array(batch.count);
    for (let i = 0; i < batch.count; i++) found[i] = Number(vector.value(batch.selection[i]));
    return found;
  };
  return { record: numbers(slots.record), line: numbers(slots.line), offset: numbers(slots.offset) };
}

/** Lines of JSON objects as rows: their bytes are copied on as they stand. */
function objectsOf(lines: Uint8Array, slot: number): Batch {
  const coded = new ByteWriter(Math.ceil(1.1 * lines.length));
  const starts: number[] = [];
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf(lineFeed, at);
    starts.push(coded.length);
    coded.byte(tag.objectText);
    coded.count(end - at);
    coded.copy(lines, at, end);
    at = end + 1;
  }
  const vectors: Vector[] = [];
  vectors[slot] = new CodedVector(coded.view(), Uint32Array.from(starts));
  return wholeBatch(vectors, starts.length);
}
