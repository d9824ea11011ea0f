import { takenOf, windowAmong, windowEnd, type MatchWindow } from '../matchWindow.ts';
import type { Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import type { RowFilter, Stage } from './stage.ts';

/** LIMIT count OFFSET offset. Each thread passes on as many rows as there are to be of all. */
export function limitStage({ count, offset }: Step<'limit'>): Stage {
  const window = { skip: offset, take: count };
  return {
    name: 'LIMIT',
    reads: [],
    fills: [],
    reduces: true,
    filter: () => firstRows(windowEnd(window)),
    run: (input) => limit(input, window),
  };
}

/** Asks for no batch more once it has its rows, which stops all stages before it. */
async function* limit(batches: AsyncIterable<Batch>, window: MatchWindow): AsyncGenerator<Batch> {
  let before = 0;
  if (window.take === 0) return;
  for await (const batch of batches) {
    const { skip, take } = windowAmong(window, before, batch.count);
    if (take > 0) yield { ...batch, selection: batch.selection.subarray(skip, skip + take), count: take };
    before += batch.count;
    if (before >= windowEnd(window)) return;
  }
}

function firstRows(most: number): RowFilter {
  let left = most;
  let before = most;
  return {
    select(batch) {
      before = left;
      const count = takenOf({ skip: 0, take: left }, batch.count);
      left -= count;
      return { ...batch, count };
    },
    undo: () => (left = before),
    restart: () => (left = most),
  };
}
