import type { Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import type { RowFilter, Stage } from './stage.ts';

/** LIMIT count OFFSET offset. Each thread passes on as many rows as there are to be of all. */
export function limitStage({ count, offset }: Step<'limit'>): Stage {
  return {
    name: 'LIMIT',
    reads: [],
    fills: [],
    reduces: true,
    filter: () => firstRows(count + offset),
    run: (input) => limit(input, count, offset),
  };
}

/** Asks for no batch more once it has its rows, which stops all stages before it. */
async function* limit(batches: AsyncIterable<Batch>, count: number, offset: number): AsyncGenerator<Batch> {
  let skip = offset;
  let left = count;
  if (left === 0) return;
  for await (const batch of batches) {
    if (batch.count <= skip) {
      skip -= batch.count;
      continue;
    }
    const taken = Math.min(left, batch.count - skip);
    yield { ...batch, selection: batch.selection.subarray(skip, skip + taken), count: taken };
    skip = 0;
    left -= taken;
    if (left === 0) return;
  }
}

function firstRows(most: number): RowFilter {
  let left = most;
  let before = most;
  return {
    select(batch) {
      before = left;
      const count = Math.min(left, batch.count);
      left -= count;
      return { ...batch, count };
    },
    undo: () => (left = before),
    restart: () => (left = most),
  };
}
