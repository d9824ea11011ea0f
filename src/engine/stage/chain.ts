import type { Batch } from './batch.ts';
import type { StageContext } from './context.ts';
import { measured } from './measure.ts';
import { inPieces } from './pieces.ts';
import type { SpillFolder } from './held/spill.ts';
import type { RowStage, StageSetting } from './stage.ts';
import type { PlanStages } from './stages.ts';

/**
 * The generators that carry out a plan's stages in this thread, from the stage number `from` on. The query reads from
 * left to right as the chain runs from the innermost to the outermost.
 * @param folder for temporary files; the caller removes it
 */
export function chain(
  plan: PlanStages,
  batches: AsyncIterable<Batch>,
  context: StageContext,
  folder: SpillFolder,
  from: number,
): AsyncIterable<Batch> {
  let stream = batches;
  for (const [at, stage] of plan.stages.entries()) {
    if (at < from) continue;
    const setting = settingOf(plan, at, context, folder);
    stream = measured({ name: stage.name, step: at }, stream, context, folder, (input) => {
      if (stage.run) return stage.run(input, setting);
      if (stage.local) return localRows(input, stage.local(), setting.signal);
      throw new TypeError(`${stage.name} says neither what it does with a row nor with all of them.`);
    });
  }
  return stream;
}

/** What the stage number `at` is given. Memory is shared evenly by the stages that hold rows. */
export function settingOf(
  plan: PlanStages,
  at: number,
  { signal, cutoff, keep, calls, joins, budget }: StageContext,
  folder: SpillFolder,
): StageSetting {
  return {
    live: plan.live[at + 1],
    budget: budget / holdingOf(plan),
    folder,
    signal,
    cutoff,
    keep,
    calls,
    joins,
  };
}

/** How many stages share the memory of a run. */
export function holdingOf({ stages }: PlanStages): number {
  return Math.max(1, stages.filter(({ holds }) => holds === true).length);
}

async function* localRows(
  batches: AsyncIterable<Batch>,
  stage: RowStage,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const batch of inPieces(batches, stage, signal)) if (batch.count > 0) yield batch;
}
