import type { Slot } from '../../query/resolve/slot.ts';
import type { Step } from '../../query/resolve/step.ts';
import { compileForBatches, keepingLast, type BatchExpression } from '../expression.ts';
import { createAccumulator, type Compile } from './create.ts';
import type { GroupingPlan } from './groups.ts';

/** The expressions and accumulators of an AGGREGATE; each call makes accumulators of its own. */
export function groupingOf(step: Step<'aggregate'>, slots: readonly Slot[]): GroupingPlan {
  const inputs: BatchExpression[] = [];
  const compile: Compile = {
    expression: (expression) => compileForBatches(expression, step.bound, slots),
    input(expression) {
      const input = keepingLast(compile.expression(expression));
      inputs.push(input);
      return input;
    },
  };
  return {
    inputs,
    keys: step.keys.map(({ slot, expression }) => ({ slot, expression: compile.input(expression) })),
    aggregates: step.calls.map(({ slot, call }) => ({
      slot,
      call,
      accumulator: createAccumulator(call, compile),
    })),
  };
}
