import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import { compileForBatches, selectTrue } from './expression.ts';
import type { Stage } from './stage.ts';

/** Lets the rows through for which the condition is true. */
export function whereStage({ condition, bound }: Step<'where'>, slots: readonly Slot[]): Stage {
  return {
    name: 'WHERE',
    reads: slotsOfBound(bound),
    fills: [],
    local: () => {
      const compiled = compileForBatches(condition, bound, slots);
      return (batch) => selectTrue(batch, compiled);
    },
  };
}
