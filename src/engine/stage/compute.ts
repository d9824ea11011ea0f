import type { Batch } from './batch.ts';
import type { BatchExpression } from './expression.ts';
import { inPieces } from './pieces.ts';

/** What SELECT, EXTEND and SET compute: a slot for each expression. */
export interface ComputedSlot {
  readonly slot: number;
  readonly expression: BatchExpression;
}

/** The batch with the slots filled. */
export function computeBatch(batch: Batch, items: readonly ComputedSlot[]): Batch {
  const vectors = batch.vectors.slice();
  const extended = { ...batch, vectors };
  for (const { slot, expression } of items) vectors[slot] = expression.vector(extended);
  return extended;
}

/** Adds columns, row by row. Which columns a SELECT leaves out is known to the plan and costs nothing here. */
export function compute(
  batches: AsyncIterable<Batch>,
  items: readonly ComputedSlot[],
): AsyncGenerator<Batch> {
  return inPieces(batches, (piece) => computeBatch(piece, items));
}
