import type { Plan } from '../query/index.ts';
import type { Slot } from '../query/resolve/slot.ts';
import type { Step, StepKind } from '../query/resolve/step.ts';
import { aggregateStage } from './aggregate.ts';
import { callStage } from './call.ts';
import { computeStage } from './compute.ts';
import { describeStage } from './describe.ts';
import { distinctStage } from './distinct.ts';
import { fillStage } from './fill.ts';
import { frequentStage } from './frequent.ts';
import type { SharedJoin } from './join/build.ts';
import { joinStage } from './join/join.ts';
import { limitStage } from './limit.ts';
import { sortStage } from './orderBy.ts';
import { slotsOf } from './output.ts';
import type { Stage } from './stage.ts';
import { sampleStage } from './tablesample.ts';
import { topStage } from './top.ts';
import { unnestStage } from './unnest.ts';
import { whereStage } from './where.ts';
import { windowStage } from './window.ts';

/** Every kind of step. */
const kinds: {
  readonly [K in StepKind]: (step: Step<K>, slots: readonly Slot[], shared: readonly SharedJoin[]) => Stage;
} = {
  where: whereStage,
  compute: computeStage,
  window: windowStage,
  distinct: distinctStage,
  aggregate: aggregateStage,
  sort: sortStage,
  top: topStage,
  limit: limitStage,
  sample: sampleStage,
  unnest: unnestStage,
  join: (step, slots, shared) =>
    joinStage(
      step,
      slots,
      shared.find(({ slot }) => slot === step.slot),
    ),
  fill: fillStage,
  describe: describeStage,
  frequent: frequentStage,
  call: callStage,
};

export function stageOf<K extends StepKind>(
  step: Step<K>,
  slots: readonly Slot[],
  shared: readonly SharedJoin[] = [],
): Stage {
  return kinds[step.kind](step, slots, shared);
}

/** The stages of a plan, with the slots that are read at each place. */
export interface PlanStages {
  readonly stages: readonly Stage[];
  /**
   * Of each place between the stages, the slots that what follows reads: before the first stage, ..., and after the last
   * one, where the output reads them.
   */
  readonly live: readonly ReadonlySet<number>[];
  /** How many stages, from the first on, look at each row by itself. */
  readonly local: number;
}

/** @param shared the JOINs that look at each row by itself */
export function stagesOf(
  { steps, slots, output, offset }: Plan,
  shared: readonly SharedJoin[] = [],
): PlanStages {
  const stages = steps.map((step) => stageOf(step, slots, shared));
  const other = stages.findIndex(({ local }) => local === undefined);
  return {
    stages,
    live: liveSlots(stages, offset === undefined ? slotsOf(output) : [...slotsOf(output), offset]),
    local: other === -1 ? stages.length : other,
  };
}

/**
 * What the stages read of records besides their fields and their numbers: nothing, the text of some that the first stage picks
 * by fields, or that of all.
 */
export function textNeedOf(plan: Plan): 'fields' | 'matches' | 'all' {
  const { stages, live } = stagesOf(plan);
  const isField = (slot: number): boolean => {
    const { source } = plan.slots[slot];
    return (
      source.kind === 'field' ||
      source.kind === 'computed' ||
      (source.kind === 'attribute' && source.attribute === '_record')
    );
  };
  if ([...live[0]].every(isField)) return 'fields';
  const first = stages.at(0);
  if (first?.narrows !== true || !first.reads.every(isField)) return 'all';
  const isLine = (slot: number): boolean => {
    const { source } = plan.slots[slot];
    return (
      source.kind === 'attribute' &&
      !['_record', '_offset', '_file', '_file_offset'].includes(source.attribute)
    );
  };
  return [...live[0]].some(isLine) ? 'all' : 'matches';
}

function liveSlots(stages: readonly Stage[], output: readonly number[]): ReadonlySet<number>[] {
  let live = new Set(output);
  const places = [live];
  for (const { reads, fills, renews } of stages.toReversed()) {
    const before = new Set(renews === true ? [] : live);
    for (const slot of fills) before.delete(slot);
    for (const slot of reads) before.add(slot);
    places.unshift(before);
    live = before;
  }
  return places;
}
