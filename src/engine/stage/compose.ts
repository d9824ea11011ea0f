import type { Plan } from '../query/index.ts';
import type { Step } from '../query/resolve/step.ts';
import { aggregate, Aggregation, PartialAggregation } from './aggregate.ts';
import { createAccumulator, type Compile } from './aggregate/create.ts';
import type { GroupingPlan } from './aggregate/groups.ts';
import type { Batch } from './batch.ts';
import { compute } from './compute.ts';
import type { StageContext } from './context.ts';
import { distinct } from './distinct.ts';
import { compileForBatches, keepingLast, type BatchExpression } from './expression.ts';
import { limit } from './limit.ts';
import { liveSlots } from './liveness.ts';
import { measured } from './measure.ts';
import { orderBy, type SortExpression } from './orderBy.ts';
import { slotsOf } from './output.ts';
import { RowCodec } from './rows.ts';
import { SpillFolder } from './spill.ts';
import { samplePercent, sampleRows } from './tablesample.ts';
import { maxTop, top } from './top.ts';
import { unnest } from './unnest.ts';
import { where } from './where.ts';
import { window } from './window.ts';
import { createWindowCall } from './window/call.ts';

/**
 * The chain of generators that carries out a plan's steps on the batches that its condition has taken, from the step
 * number `from` on. The query reads from left to right as the chain runs from the innermost to the outermost.
 */
export async function* compose(
  plan: Plan,
  batches: AsyncIterable<Batch>,
  context: StageContext,
  from = 0,
): AsyncGenerator<Batch> {
  const folder = new SpillFolder(context.tempFolder);
  try {
    yield* chain(plan, batches, context, folder, from);
  } finally {
    await folder.remove();
  }
}

/** The same with a folder for temporary files that the caller removes. */
export function chain(
  plan: Plan,
  batches: AsyncIterable<Batch>,
  context: StageContext,
  folder: SpillFolder,
  from: number,
): AsyncIterable<Batch> {
  const live = liveSlotsOf(plan);
  const budget = stageBudget(plan, context);
  let stream = batches;
  for (let at = from; at < plan.steps.length; at++) {
    const step = plan.steps[at];
    const next = plan.steps.at(at + 1);
    const codec = new RowCodec(live[at]);
    if (step.kind === 'sort' && next?.kind === 'limit' && next.count + next.offset <= maxTop) {
      const keys = sortKeys(step, plan);
      const rows = next.count + next.offset;
      stream = measured({ name: 'ORDER BY … LIMIT', step: at }, stream, context, folder, (input) =>
        top(input, keys, codec, rows),
      );
      continue;
    }
    stream = measured({ name: nameOf(step), step: at }, stream, context, folder, (input) =>
      stage(step, input, plan, codec, budget, folder, context.signal),
    );
  }
  return stream;
}

function stage(
  step: Step,
  input: AsyncIterable<Batch>,
  plan: Plan,
  codec: RowCodec,
  budget: number,
  folder: SpillFolder,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const { slots } = plan;
  switch (step.kind) {
    case 'where':
      return where(input, compileForBatches(step.condition, step.bound, slots));
    case 'compute':
      return compute(input, computedSlots(step, plan));
    case 'window': {
      const calls = step.calls.map(({ call, slot }) => createWindowCall(call, slot, step.bound, slots));
      const partitionBy = (step.calls[0].call.over?.partitionBy ?? []).map((key) =>
        compileForBatches(key, step.bound, slots),
      );
      const own = new Set(step.calls.map(({ slot }) => slot));
      const carried = new RowCodec(codec.slots.filter((slot) => !own.has(slot)));
      return window(input, calls, partitionBy, carried, budget, folder, signal);
    }
    case 'distinct':
      return distinct(input, step.output, codec, budget, folder, signal);
    case 'aggregate': {
      const grouping = (): GroupingPlan => groupingOf(step, plan);
      const aggregation = new Aggregation(grouping, budget, folder);
      return aggregate(input, new PartialAggregation(grouping()), aggregation, budget, signal);
    }
    case 'sort':
      return orderBy(input, sortKeys(step, plan), codec, budget, folder, signal);
    case 'limit':
      return limit(input, step.count, step.offset);
    case 'sample':
      return step.unit === 'percent'
        ? samplePercent(input, step.size, step.seed)
        : sampleRows(input, step.size, step.seed, codec);
    case 'unnest':
      return unnest(input, compileForBatches(step.expression, step.bound, slots), step.slot, step.position);
  }
}

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

export function computedSlots(step: StepOf<'compute'>, { slots }: Plan): Parameters<typeof compute>[1] {
  return step.items.map(({ slot, expression }) => ({
    slot,
    expression: compileForBatches(expression, step.bound, slots),
  }));
}

export function sortKeys(step: StepOf<'sort'>, { slots }: Plan): SortExpression[] {
  return step.keys.map((key) => ({
    ...key,
    expression: compileForBatches(key.expression, step.bound, slots),
  }));
}

export function groupingOf(step: StepOf<'aggregate'>, { slots }: Plan): GroupingPlan {
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

/** For each step the slots that are read behind it, by the output at the latest. */
export function liveSlotsOf(plan: Plan): ReadonlySet<number>[] {
  return liveSlots(plan.steps, resultSlots(plan)).slice(1);
}

/** The slots that the step number `at` and all behind it read. */
export function liveSlotsBefore(plan: Plan, at: number): ReadonlySet<number> {
  return liveSlots(plan.steps, resultSlots(plan))[at];
}

function resultSlots({ output, offset }: Plan): number[] {
  return offset === undefined ? slotsOf(output) : [...slotsOf(output), offset];
}

/** The budget is shared evenly by the stages that hold rows. */
export function stageBudget({ steps }: Plan, { budget }: StageContext): number {
  const holding = steps.filter(({ kind }) => kind === 'sort' || kind === 'aggregate' || kind === 'distinct');
  return budget / Math.max(1, holding.length);
}

export function nameOf(step: Step): string {
  switch (step.kind) {
    case 'compute':
      return 'EXTEND';
    case 'sort':
      return 'ORDER BY';
    case 'sample':
      return 'TABLESAMPLE';
    default:
      return step.kind.toUpperCase();
  }
}
