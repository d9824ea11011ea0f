import type { RecordBlock } from '../format/record.ts';
import type { Origin, Plan } from '../query/index.ts';
import { batchOfBlock, type Batch } from './batch.ts';
import type { StepWork } from './context.ts';
import type { SharedJoin } from './join/build.ts';
import { Description, type Figures } from './description.ts';
import { Pieces } from './pieces.ts';
import { rowReducer } from './held/rowParts.ts';
import { RowCodec } from './held/rows.ts';
import type { Reducer, RowStage } from './stage.ts';
import { stagesOf, type PlanStages } from './stages.ts';

/**
 * The first steps of a plan in one of several threads: those that look at one record at a time, and as much of the
 * next one as can be done on a part of the rows. What comes out is bytes, for `gather` in another thread.
 */
export interface LocalStages {
  /**
   * Takes in the records of a block that the plan's condition has taken. Blocks must come in the order of the file.
   * Once enough is made of them for one answer, the rest of them is left out.
   * @param work noted here where it is asked for
   */
  add(
    block: RecordBlock,
    selection: Uint32Array,
    count: number,
    origin: Origin,
    work?: readonly StepWork[],
  ): void;
  /**
   * For a block that has only fields of the records: narrows the selection in place to the records whose text is needed, and
   * answers how many these are; `addNarrowed` takes them in.
   */
  narrow(block: RecordBlock, selection: Uint32Array, count: number, origin: Origin): number;
  /** @param before how many were selected before `narrow` */
  addNarrowed(
    block: RecordBlock,
    selection: Uint32Array,
    count: number,
    origin: Origin,
    text: RecordBlock,
    before: number,
    work?: readonly StepWork[],
  ): void;
  /** For a block that nothing is wanted of, though some of its records match. */
  pass(matched: number): void;
  /** How many of the records were taken in since the last `restart`; undefined: all. */
  readonly unfinished: number | undefined;
  /** What was made of the blocks since the last call. */
  take(work?: readonly StepWork[]): Uint8Array<ArrayBuffer>;
  /** Begins anew. */
  restart(cutoff?: Uint8Array): void;
  /** Nothing done so far: the steps that are done here, and the one of which a part is. */
  idle(): readonly StepWork[];
}

const kept = new WeakMap<Plan, { readonly form: string; readonly stages: LocalStages }>();

/** What `localStagesOf` may be given. */
export interface LocalOptions {
  /** See `StagesOutput`. */
  readonly cutoff?: Uint8Array | undefined;
  /** Makes bytes of the rows, where all steps are done here; `form` says which it is. */
  readonly writer?: { readonly form: string; readonly create: () => Reducer } | undefined;
  /** The same for all calls with a plan. */
  readonly shared?: readonly SharedJoin[] | undefined;
}

/**
 * The stages of a plan for one task of this thread. They are kept with the plan: compiling them, and growing their
 * memory anew for every stretch of a file, would cost more than what they do.
 */
export function localStagesOf(plan: Plan, { cutoff, writer, shared }: LocalOptions = {}): LocalStages {
  const form = writer?.form ?? '';
  const last = kept.get(plan);
  const stages =
    last?.form === form ? last.stages : createLocalStages(stagesOf(plan, shared), plan, writer?.create());
  kept.set(plan, { form, stages });
  stages.restart(cutoff);
  return stages;
}

/** Whether all steps of a plan are done by each thread alone. */
export function isLocal(plan: Plan, shared?: readonly SharedJoin[]): boolean {
  const { stages, local } = stagesOf(plan, shared);
  return local === stages.length;
}

/** What the columns of rows hold that are computed from each record: for one task after the other. */
export function rowStatisticsOf(plan: Plan, figures: Figures): LocalStages {
  const planned = stagesOf(plan);
  return createLocalStages(planned, plan, new Description(plan.output, plan.slots, figures));
}

function createLocalStages(planned: PlanStages, plan: Plan, reducer = reducerOf(planned)): LocalStages {
  const count = planned.local;
  const stages = planned.stages.slice(0, count).flatMap(({ local }) => local?.() ?? []);
  stages.push((batch) => {
    if (batch.count > 0) reducer.add(batch);
    return batch;
  });
  const pieces = new Pieces();
  const idle = (): StepWork[] => stages.map(() => ({ rowsIn: 0, rowsOut: 0, ms: 0 }));
  let taken = 0;
  let isFull = false;
  return {
    get unfinished() {
      return isFull ? taken : undefined;
    },
    add(block, selection, selected, origin, work) {
      const whole = batchOfBlock(plan, block, selection, selected, origin);
      for (let from = 0; from < selected && !isFull;) {
        if (reducer.size >= enough) {
          isFull = true;
          return;
        }
        let own = work && idle();
        const rows = pieces.take(whole, from, (piece) => {
          own = work && idle();
          let batch = piece;
          for (const [at, stage] of stages.entries()) {
            batch = own === undefined ? stage(batch) : noted(stage, batch, own[at]);
          }
        });
        if (work !== undefined && own !== undefined) addWork(work, own);
        taken += rows;
        from += rows;
      }
    },
    narrow(block, selection, selected, origin) {
      // What is full is asked of no text.
      if (isFull || reducer.size >= enough) {
        isFull = true;
        return 0;
      }
      return reducer.narrow?.(batchOfBlock(plan, block, selection, selected, origin)) ?? selected;
    },
    addNarrowed(block, selection, selected, origin, text, before, work) {
      if (isFull) return;
      const whole = batchOfBlock(plan, block, selection, selected, origin, text);
      const own = work && idle();
      for (let from = 0; from < selected;) {
        from += pieces.take(whole, from, (piece) => {
          let batch = piece;
          for (const [at, stage] of stages.entries()) {
            batch = own === undefined ? stage(batch) : noted(stage, batch, own[at]);
          }
        });
      }
      if (work !== undefined && own !== undefined) {
        own[0].rowsIn += before - selected;
        addWork(work, own);
      }
      taken += before;
    },
    pass(matched) {
      if (!isFull) taken += matched;
    },
    take(work) {
      const began = performance.now();
      const bytes = reducer.take();
      reducer.restart();
      if (work !== undefined) work[count].ms += performance.now() - began;
      return bytes;
    },
    restart: (cutoff) => {
      taken = 0;
      isFull = false;
      reducer.restart(cutoff);
    },
    idle,
  };
}

/** An answer is not made larger than this and what a piece adds to it, in bytes. */
const enough = 16 * 1024 * 1024;

function addWork(work: readonly StepWork[], own: readonly StepWork[]): void {
  for (const [at, { rowsIn, rowsOut, ms }] of own.entries()) {
    work[at].rowsIn += rowsIn;
    work[at].rowsOut += rowsOut;
    work[at].ms += ms;
  }
}

function noted(stage: RowStage, batch: Batch, own: StepWork): Batch {
  const began = performance.now();
  const made = stage(batch);
  own.ms += performance.now() - began;
  own.rowsIn += batch.count;
  own.rowsOut += made.count;
  return made;
}

/** Makes of the rows what the first stage that is not local can make of some of them. */
function reducerOf({ stages, live, local }: PlanStages): Reducer {
  const stage = stages.at(local);
  return stage?.parts
    ? stage.parts.reduce(live[local + 1])
    : rowReducer(new RowCodec(live[local]), stage?.filter?.());
}
