import type { Plan } from '../query/index.ts';
import type { Batch } from './batch.ts';
import { chain, holdingOf, settingOf } from './chain.ts';
import type { StageContext } from './context.ts';
import type { SharedJoin } from './join/build.ts';
import type { Joins } from './joins.ts';
import { measuredParts } from './measure.ts';
import { decodedRows } from './held/rowParts.ts';
import { RowCodec } from './held/rows.ts';
import { SpillFolder } from './held/spill.ts';
import type { Stage } from './stage.ts';
import { stagesOf } from './stages.ts';

/**
 * Carries out a plan on what `LocalStages` of any number of threads have made of the file, given in its order. The
 * parts are void once they have been taken in.
 */
export async function* gather(
  plan: Plan,
  parts: AsyncIterable<Uint8Array>,
  context: StageContext,
): AsyncGenerator<Batch> {
  const folder = new SpillFolder(context.tempFolder);
  try {
    yield* gathered(plan, parts, context, folder);
  } finally {
    await folder.remove();
  }
}

function gathered(
  plan: Plan,
  parts: AsyncIterable<Uint8Array>,
  context: StageContext,
  folder: SpillFolder,
): AsyncIterable<Batch> {
  const stages = stagesOf(plan, context.joins?.shared);
  const at = stages.local;
  const stage: Stage | undefined = stages.stages.at(at);
  const place = { name: stage?.name ?? 'rows', step: at };
  const { parts: partly } = stage ?? {};
  const batches = measuredParts(place, parts, context, folder, (given) =>
    partly
      ? partly.gather(given, settingOf(stages, at, context, folder))
      : decodedRows(given, new RowCodec(stages.live[at])),
  );
  return chain(stages, batches, context, folder, partly ? at + 1 : at);
}

/** Carries out the steps of a plan behind its first one on what that has made. */
export async function* follow(plan: Plan, first: Batch, context: StageContext): AsyncGenerator<Batch> {
  const folder = new SpillFolder(context.tempFolder);
  try {
    yield* chain(stagesOf(plan), only(first), context, folder, 1);
  } finally {
    await folder.remove();
  }
}

async function* only(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}

/** Whether what the threads make of many rows is small: groups, or the first rows. */
export function reducesRows(plan: Plan, shared?: readonly SharedJoin[]): boolean {
  const { stages, local } = stagesOf(plan, shared);
  return stages.at(local)?.reduces ?? false;
}

/** Rows that a thread may make of one. */
const mostMatches = 16;

export type ShareContext = Pick<StageContext, 'budget' | 'signal' | 'metrics'>;

/**
 * Makes the tables of those JOINs that come before any step that needs all rows, so that each thread can look up its own
 * rows. One whose other file takes more than its share of the budget, or has many rows of a key, and all behind it, are done
 * where the rows come together: there, what comes of a few rows can end, or be cancelled, in between.
 * @throws the signal's reason
 */
export async function shareJoins(
  plan: Plan,
  joins: Pick<Joins, 'build'>,
  { budget, signal, metrics }: ShareContext,
): Promise<SharedJoin[]> {
  const planned = stagesOf(plan);
  const { stages, live } = planned;
  const shared: SharedJoin[] = [];
  for (const [at, step] of plan.steps.entries()) {
    if (step.kind !== 'join') {
      if (stages[at].local === undefined) break;
      continue;
    }
    const share = budget / holdingOf(planned);
    const began = performance.now();
    const { table, natures, puts, rest } = await joins.build(step, plan.slots, live[at + 1], share, signal);
    if (rest || !table.hasAtMost(mostMatches)) break;
    shared.push({ slot: step.slot, natures, puts, memory: table.share() });
    const ms = performance.now() - began;
    metrics?.push({ name: stages[at].name, step: at, rowsIn: 0, rowsOut: 0, ms, spilled: 0 });
  }
  return shared;
}
