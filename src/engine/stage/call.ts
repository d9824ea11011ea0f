import { RecordBlock } from '../format/record.ts';
import { lineFeed } from '../ascii.ts';
import type { Step } from '../query/resolve/step.ts';
import { vectorAt, wholeBatch, type Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import type { CallInput, CallPlace } from './calls.ts';
import { slotsOf, writeRows } from './output.ts';
import type { Stage } from './stage.ts';
import { RecordVector, type Vector } from './vector.ts';

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

function placesOf(batch: Batch, slots: NonNullable<Step<'call'>['place']>): CallPlace[] {
  const numbers = (slot: number): number[] => {
    const vector = vectorAt(batch, slot);
    return Array.from(batch.selection.subarray(0, batch.count), (row) => Number(vector.value(row)));
  };
  const [records, lines, offsets] = [numbers(slots.record), numbers(slots.line), numbers(slots.offset)];
  return offsets.map((offset, at) => ({ record: records[at], line: lines[at], offset }));
}

/** Lines of JSON objects as rows. */
function objectsOf(bytes: Uint8Array, slot: number): Batch {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(lineFeed, at);
    starts.push(at);
    ends.push(end);
    at = end + 1;
  }
  const count = starts.length;
  const block = RecordBlock.owned({
    bytes,
    count,
    starts: Uint32Array.from(starts),
    ends: Uint32Array.from(ends),
    faults: new Uint8Array(count),
    faultAt: new Uint32Array(count),
    lines: new Uint32Array(count),
    ...{ offset: 0, faulty: 0, lineCount: count, next: bytes.length, incomplete: false, fields: [] },
  });
  const vectors: Vector[] = [];
  vectors[slot] = new RecordVector(block);
  return wholeBatch(vectors, count);
}
