import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { compileForBatches, type BatchExpression } from './expression.ts';
import type { Stage } from './stage.ts';

/** Fills a slot for each expression. Which columns a SELECT leaves out is known to the plan and costs nothing here. */
export function computeStage(step: Step<'compute'>, slots: readonly Slot[]): Stage {
  return {
    name: 'EXTEND',
    reads: slotsOfBound(step.bound),
    fills: step.items.map(({ slot }) => slot),
    local: () => {
      const items = step.items.map(({ slot, expression }) => ({
        slot,
        expression: compileForBatches(expression, step.bound, slots),
      }));
      return (batch) => computeBatch(batch, items);
    },
  };
}

function computeBatch(
  batch: Batch,
  items: readonly { readonly slot: number; readonly expression: BatchExpression }[],
): Batch {
  const vectors = batch.vectors.slice();
  const extended = { ...batch, vectors };
  for (const { slot, expression } of items) vectors[slot] = expression.vector(extended);
  return extended;
}
