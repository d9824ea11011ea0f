import type { Bound, Step } from '../query/resolve/step.ts';
import { slotsOf } from './output.ts';

/** Slots that a step's expressions look at. */
function slotsOfBound({ columns, calls }: Bound): number[] {
  return [...Array.from(columns.values(), (binding) => binding.slot), ...calls.values()];
}

function readsOf(step: Step): readonly number[] {
  switch (step.kind) {
    case 'where':
    case 'compute':
    case 'window':
    case 'aggregate':
    case 'sort':
    case 'unnest':
      return slotsOfBound(step.bound);
    case 'distinct':
      return slotsOf(step.output);
    case 'limit':
    case 'sample':
      return [];
  }
}

function fillsOf(step: Step): readonly number[] {
  switch (step.kind) {
    case 'compute':
      return step.items.map((item) => item.slot);
    case 'window':
      return step.calls.map((call) => call.slot);
    case 'aggregate':
      return [...step.keys, ...step.calls].map((item) => item.slot);
    case 'unnest':
      return step.position === undefined ? [step.slot] : [step.slot, step.position];
    default:
      return [];
  }
}

/**
 * The slots that are read at each place in the steps: before each of them, by it or what follows, and at the end. What
 * a stage that copies rows has to copy is what is read behind it.
 */
export function liveSlots(steps: readonly Step[], output: readonly number[]): ReadonlySet<number>[] {
  let live = new Set(output);
  const places = [live];
  for (const step of steps.toReversed()) {
    const before = new Set(step.kind === 'aggregate' ? [] : live);
    for (const slot of fillsOf(step)) before.delete(slot);
    for (const slot of readsOf(step)) before.add(slot);
    places.unshift(before);
    live = before;
  }
  return places;
}
