import type { Batch } from './batch.ts';
import { selectTrue, type BatchExpression } from './expression.ts';

/** Lets the rows through for which the condition is true. */
export async function* where(
  batches: AsyncIterable<Batch>,
  condition: BatchExpression,
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    const narrowed = selectTrue(batch, condition);
    if (narrowed.count > 0) yield narrowed;
  }
}
