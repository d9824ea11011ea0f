import type { Batch } from './batch.ts';

/** LIMIT count OFFSET offset. Asks for no batch more once it has its rows, which stops all stages before it. */
export async function* limit(
  batches: AsyncIterable<Batch>,
  count: number,
  offset: number,
): AsyncGenerator<Batch> {
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
