import type { RecordBlock } from '../format/record.ts';
import type { Origin, Plan } from '../query/index.ts';
import { Aggregation, PartialAggregation } from './aggregate.ts';
import { batchOfBlock, type Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import {
  chain,
  computedSlots,
  groupingOf,
  liveSlotsBefore,
  liveSlotsOf,
  nameOf,
  sortKeys,
  stageBudget,
} from './compose.ts';
import { computeBatch } from './compute.ts';
import type { StageContext, StepWork } from './context.ts';
import { compileForBatches, selectTrue } from './expression.ts';
import { discard } from './discard.ts';
import { writeRowKey } from './distinct.ts';
import { KeySet } from './keySet.ts';
import { measuredParts } from './measure.ts';
import { KeyWriter, Sorter, type SortExpression } from './orderBy.ts';
import { outputVectors } from './output.ts';
import { Pieces } from './pieces.ts';
import { bytesPerBatch, RowCodec, rowsPerBatch } from './rows.ts';
import { recordEnd, writeSortRecord } from './sortRecord.ts';
import { SpillFolder } from './spill.ts';
import { maxTop, Top, topRows } from './top.ts';
import { unnestBatch } from './unnest.ts';

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
  /** How many of the records were taken in since the last `restart`; undefined: all. */
  readonly unfinished: number | undefined;
  /** What was made of the blocks since the last call. */
  take(work?: readonly StepWork[]): Uint8Array<ArrayBuffer>;
  /** Begins anew. */
  restart(cutoff?: Uint8Array): void;
  /** Nothing done so far: the steps that are done here, and the one of which a part is. */
  idle(): readonly StepWork[];
}

type RowStage = (batch: Batch) => Batch;

/** Makes something of the rows of some blocks. */
interface Reducer {
  readonly size: number;
  /** Leaves nothing behind where the batch's room is exceeded. */
  add(batch: Batch): void;
  take(): Uint8Array<ArrayBuffer>;
  restart(cutoff?: Uint8Array): void;
}

/** How many of a plan's steps look at one row at a time, from the first on. */
function localSteps({ steps }: Plan): number {
  const other = steps.findIndex(({ kind }) => kind !== 'compute' && kind !== 'where' && kind !== 'unnest');
  return other === -1 ? steps.length : other;
}

const kept = new WeakMap<Plan, LocalStages>();

/**
 * The stages of a plan for one task of this thread. They are kept with the plan: compiling them, and growing their
 * memory anew for every stretch of a file, would cost more than what they do.
 * @param cutoff see `StagesOutput`
 */
export function localStagesOf(plan: Plan, cutoff?: Uint8Array): LocalStages {
  const stages = kept.get(plan) ?? createLocalStages(plan);
  kept.set(plan, stages);
  stages.restart(cutoff);
  return stages;
}

function createLocalStages(plan: Plan): LocalStages {
  const count = localSteps(plan);
  const stages = plan.steps.slice(0, count).map((step): RowStage => {
    switch (step.kind) {
      case 'compute': {
        const items = computedSlots(step, plan);
        return (batch) => computeBatch(batch, items);
      }
      case 'where': {
        const condition = compileForBatches(step.condition, step.bound, plan.slots);
        return (batch) => selectTrue(batch, condition);
      }
      case 'unnest': {
        const expression = compileForBatches(step.expression, step.bound, plan.slots);
        return (batch) => unnestBatch(batch, expression, step.slot, step.position);
      }
      default:
        throw new Error(`${step.kind} is no step on single rows`);
    }
  });
  const reducer = createReducer(plan, count);
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

/** Whether what the local stages make of many rows is small: groups, or the first rows. */
export function reducesRows(plan: Plan): boolean {
  const at = localSteps(plan);
  const kind = plan.steps.at(at)?.kind;
  return kind === 'aggregate' || kind === 'limit' || topCount(plan, at) !== undefined;
}

function createReducer(plan: Plan, at: number): Reducer {
  const step = plan.steps.at(at);
  const codec = codecBefore(plan, at);
  if (step?.kind === 'aggregate') return new PartialAggregation(groupingOf(step, plan));
  const count = topCount(plan, at);
  if (step?.kind === 'sort' && count !== undefined) {
    return topReducer(new Top(sortKeys(step, plan), new RowCodec(liveSlotsOf(plan)[at]), count));
  }
  if (step?.kind === 'sort') return keyedReducer(sortKeys(step, plan), new RowCodec(liveSlotsOf(plan)[at]));
  if (step?.kind === 'limit') return rowReducer(codec, firstRows(step.count + step.offset));
  if (step?.kind === 'distinct') {
    const { output } = step;
    return rowReducer(
      codec,
      firstOfEqual((batch) => outputVectors(batch, output)),
    );
  }
  return rowReducer(codec, { select: (batch) => batch, undo: () => undefined, restart: () => undefined });
}

/** How many rows ORDER BY … LIMIT needs; undefined where it is no such step, or too many. */
function topCount({ steps }: Plan, at: number): number | undefined {
  const next = steps.at(at + 1);
  if (steps.at(at)?.kind !== 'sort' || next?.kind !== 'limit') return undefined;
  const count = next.count + next.offset;
  return count <= maxTop ? count : undefined;
}

/** Copies the slots that the step number `at` and all behind it read. */
function codecBefore(plan: Plan, at: number): RowCodec {
  return new RowCodec(liveSlotsBefore(plan, at));
}

/** Writes each of the batch's rows behind its length; where its room is exceeded, it is as if none had come. */
function writeAll(out: ByteWriter, batch: Batch, undo: () => void, write: (row: number) => void): void {
  const before = out.length;
  try {
    for (let i = 0; i < batch.count; i++) {
      const start = out.beginBlock();
      write(batch.selection[i]);
      out.endBlock(start);
      batch.room?.take(out.length - start);
    }
  } catch (error) {
    out.length = before;
    undo();
    throw error;
  }
}

/** Lets some of the rows through. */
interface RowFilter {
  select(batch: Batch): Batch;
  /** The last batch counts as not seen. */
  undo(): void;
  restart(): void;
}

function rowReducer(codec: RowCodec, filter: RowFilter): Reducer {
  const out = new ByteWriter();
  return {
    get size() {
      return out.length;
    },
    add(batch) {
      const { selection, count, room } = filter.select(batch);
      const vectors = codec.vectors(batch);
      const undo = (): void => filter.undo();
      writeAll(out, { ...batch, selection, count, room }, undo, (row) => codec.write(out, vectors, row));
    },
    take: () => out.release(),
    restart() {
      out.clear();
      filter.restart();
    },
  };
}

function firstRows(most: number): RowFilter {
  let left = most;
  let before = most;
  return {
    select(batch) {
      before = left;
      const count = Math.min(left, batch.count);
      left -= count;
      return { ...batch, count };
    },
    undo: () => (left = before),
    restart: () => (left = most),
  };
}

function firstOfEqual(vectorsOf: (batch: Batch) => ReturnType<typeof outputVectors>): RowFilter {
  const seen = new KeySet();
  const key = new ByteWriter();
  return {
    select(batch) {
      const vectors = vectorsOf(batch);
      const selection = new Uint32Array(batch.count);
      let count = 0;
      for (let i = 0; i < batch.count; i++) {
        writeRowKey(key, vectors, batch.selection[i]);
        if (seen.add(key.view())) selection[count++] = batch.selection[i];
      }
      // The keys stay, so nothing that is counted from here on could be taken back.
      return { ...batch, selection, count, room: undefined };
    },
    undo: () => undefined,
    restart: () => seen.clear(),
  };
}

/** Rows with the keys that they will be sorted by: writing those is most of the work. */
function keyedReducer(keys: readonly SortExpression[], codec: RowCodec): Reducer {
  const out = new ByteWriter();
  const writer = new KeyWriter(keys);
  return {
    get size() {
      return out.length;
    },
    add(batch) {
      const vectors = codec.vectors(batch);
      writer.use(batch);
      const nothing = (): void => undefined;
      writeAll(out, batch, nothing, (row) => {
        const keyStart = out.beginBlock();
        writer.write(out, row);
        out.endBlock(keyStart);
        codec.write(out, vectors, row);
      });
    },
    take: () => out.release(),
    restart: () => out.clear(),
  };
}

function topReducer(top: Top): Reducer {
  return {
    get size() {
      return top.size;
    },
    add: (batch) => top.add(batch),
    take() {
      const out = new ByteWriter();
      for (const { key, payload } of top.rows()) writeSortRecord(out, key, payload);
      return out.release();
    },
    restart: (cutoff) => top.restart(cutoff),
  };
}

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
  const at = localSteps(plan);
  const step = plan.steps.at(at);
  const place = { name: step === undefined ? 'rows' : nameOf(step), step: at };
  const noted = (stage: (parts: AsyncIterable<Uint8Array>) => AsyncIterable<Batch>): AsyncIterable<Batch> =>
    measuredParts(place, parts, context, folder, stage);
  if (step?.kind === 'aggregate') {
    const aggregation = new Aggregation(() => groupingOf(step, plan), stageBudget(plan, context), folder);
    const merged = noted((given) => mergedGroups(given, aggregation, context.signal));
    return chain(plan, merged, context, folder, at + 1);
  }
  const count = topCount(plan, at);
  if (step?.kind === 'sort' && count !== undefined) {
    const codec = new RowCodec(liveSlotsOf(plan)[at]);
    const top = new Top(sortKeys(step, plan), codec, count);
    const merged = noted((given) => mergedTop(given, top, codec, context));
    return chain(plan, merged, context, folder, at + 1);
  }
  if (step?.kind === 'sort') {
    const sorter = new Sorter(new RowCodec(liveSlotsOf(plan)[at]), stageBudget(plan, context), folder);
    const sorted = noted((given) => sortedRows(given, sorter, context.signal));
    return chain(plan, sorted, context, folder, at + 1);
  }
  const decoded = noted((given) => decodedRows(given, codecBefore(plan, at)));
  return chain(plan, decoded, context, folder, at);
}

async function* mergedGroups(
  parts: AsyncIterable<Uint8Array>,
  aggregation: Aggregation,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    await aggregation.merge(part);
    discard(part);
    signal.throwIfAborted();
  }
  yield* aggregation.finish(signal);
}

async function* mergedTop(
  parts: AsyncIterable<Uint8Array>,
  top: Top,
  codec: RowCodec,
  { cutoff }: StageContext,
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    for (let at = 0; at < part.length; at = recordEnd(part, at)) top.addRecord(part, at);
    discard(part);
    const key = top.cutoff();
    if (key) cutoff?.(key);
  }
  yield* topRows(top, codec);
}

async function* sortedRows(
  parts: AsyncIterable<Uint8Array>,
  sorter: Sorter,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      at = sorter.addRecords(part, at);
      if (sorter.full) await sorter.spill();
    }
    discard(part);
    signal.throwIfAborted();
  }
  yield* sorter.finish(signal);
}

/** Rows with their lengths before them, as `rowReducer` writes them. */
async function* decodedRows(parts: AsyncIterable<Uint8Array>, codec: RowCodec): AsyncGenerator<Batch> {
  const starts = new Uint32Array(rowsPerBatch);
  for await (const part of parts) {
    for (let at = 0; at < part.length;) {
      let count = 0;
      const end = Math.min(part.length, at + bytesPerBatch);
      for (; count < rowsPerBatch && at < end; at = recordEnd(part, at)) starts[count++] = at + 4;
      yield codec.read(part, starts.subarray(0, count));
    }
    discard(part);
  }
}
