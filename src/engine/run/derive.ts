import type { JoinedReport } from '../../protocol/comparison.ts';
import type { CellReadings } from '../format/csv/cellReading.ts';
import { isUtf8 } from 'node:buffer';
import { tmpdir } from 'node:os';
import { discard } from '../discard.ts';
import { Fault } from '../fault.ts';
import { everything } from '../matchWindow.ts';
import { RecordBlock } from '../format/record.ts';
import type { Plan } from '../query/index.ts';
import { vectorAt, type Batch } from '../stage/batch.ts';
import { CodedVector } from '../stage/codedVector.ts';
import { ByteWriter } from '../stage/bytes.ts';
import type { JoinedTables, RowsForm, StagesOutput } from '../pool/task.ts';
import { writtenRows } from '../pool/writtenRows.ts';
import { createDerivedEncoder } from '../sink/derivedRow.ts';
import type { Calls } from '../stage/calls.ts';
import type { StageContext } from '../stage/context.ts';
import { columnsOf, writeRows } from '../stage/output.ts';
import { describedFields, rowsOfFields } from '../stage/describe.ts';
import { follow, gather, reducesRows } from '../stage/gather.ts';
import { isLocal } from '../stage/local.ts';
import { stagesOf } from '../stage/stages.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { FileScan } from '../dataset/fileScan.ts';
import type { TextPlace } from '../dataset/follow/followedText.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { JoinedFiles } from './joinedFiles.ts';
import { gatherStatistics } from './statistics.ts';
import { scanOf, type Scan } from './sharedScan.ts';
import type { StageMeter } from './stageMeter.ts';

/** Bytes that the stages of a query may hold before they write to temporary files. */
const stageBudget = 64 * 1024 * 1024;
/** Bytes that the other files of JOINs may take, where all threads look into them. */
const tableBudget = 160 * 1024 * 1024;
/** Rows are handed on in pieces of about this many bytes. */
const pieceSize = 256 * 1024;

export interface DerivedRows {
  /** JSON objects, one a line, or what `DeriveOptions.form` says. */
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Bytes at which the rows' records begin in the file; empty where rows come from no single record. */
  readonly offsets: readonly number[];
}

export interface DeriveOptions {
  readonly malformed?: 'keep' | 'collect';
  readonly violations?: FileScan['violations'];
  readonly stages?: StageMeter | undefined;
  readonly calls?: Calls | undefined;
  /** How the rows are found, if not by the file's own scan. */
  readonly scan?: Scan | undefined;
  /** Whether rows are handed on as soon as they are known, not in larger pieces. */
  readonly prompt?: boolean | undefined;
  /** Is told which stretches of the file are done. */
  readonly journal?: DerivedJournal | undefined;
  /** Once it is aborted, the rows are those of what was read until then. */
  readonly until?: AbortSignal | undefined;
  /** Is told what there is to say of other files that the query has read. */
  readonly reported?: ((joined: JoinedReport) => void) | undefined;
  /** Is told what groups of all records are made of, where that is little. */
  readonly keep?: StageContext['keep'];
  /** What is read is what comes after these. */
  readonly begun?: GroupsSoFar | undefined;
  /** How rows are written; undefined: as JSON Lines. */
  readonly form?: RowsForm | undefined;
  /** Bytes that the stages, and before that the tables of JOINs, may hold. */
  readonly budget?: number | undefined;
}

/** What the groups of a query are made of, up to a place. */
export interface GroupsSoFar {
  readonly part: Uint8Array;
  readonly place: TextPlace;
}

export interface DerivedJournal {
  readonly reached: { readonly block: number } | undefined;
  /** Whether it wants to be told as soon as possible. */
  readonly isDue: boolean;
  /** All rows of a stretch and of those before it have been handed on and written, and none of what follows. */
  done(found: OrderedResult): Promise<void>;
}

/** The rows that a query computes. */
export function deriveRows(
  dataset: Dataset,
  query: PlannedQuery,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  options: DeriveOptions = {},
): AsyncGenerator<DerivedRows> {
  return withJoined(dataset, query, query.plan, signal, options, (run) => {
    const { form } = options;
    if (isLocal(run.plan, run.tables?.shared) && !options.begun)
      return rowsOfWorkers(dataset, run, signal, scanned, options);
    const lines = linesOfStages(dataset, run, signal, scanned, options);
    return form && form.target.kind !== 'lines' ? encodedRows(lines, form, options.stages) : lines;
  });
}

/** What is carried out for a query. */
interface Run {
  /** As the scan workers plan it. */
  readonly query: PlannedQuery;
  /** The query's, or that of its records, for what is known of the other files. */
  readonly plan: Plan;
  readonly isOfRecords: boolean;
  readonly joins?: JoinedFiles | undefined;
  /** The other files that the scan workers look rows up in. */
  readonly tables?: JoinedTables | undefined;
}

/** Does something with a query while the other files that it names are open. */
async function* withJoined<T>(
  dataset: Dataset,
  query: PlannedQuery,
  plan: Plan,
  signal: AbortSignal,
  { begun, stages, reported, budget = tableBudget }: DeriveOptions,
  make: (run: Run) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const isOfRecords = plan === query.plan.asRecords;
  if (!plan.steps.some(({ kind }) => kind === 'join')) {
    yield* make({ query, plan, isOfRecords });
    return;
  }
  const joins = await JoinedFiles.open(dataset, query, allBatches, signal);
  try {
    const known = joins.planned();
    const whole = (isOfRecords ? known.plan.asRecords : undefined) ?? known.plan;
    // What is there of groups was made without tables.
    const tables = begun ? undefined : await joins.share(whole, { budget, signal, metrics: stages?.metrics });
    yield* make({ query: tables ? known : query, plan: whole, isOfRecords, joins, tables });
    for (const report of await joins.report(signal)) reported?.(report);
  } finally {
    await joins.close();
  }
}

const asLines: RowsForm = { target: { kind: 'lines' }, columns: { kind: 'named', names: [] } };

/** The rows of a query of which the scan workers do all, as they write them. */
async function* rowsOfWorkers(
  dataset: Dataset,
  { query, tables }: Run,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  { malformed = 'keep', violations, stages, scan: shared, journal, until, form = asLines }: DeriveOptions,
): AsyncGenerator<DerivedRows> {
  const fromBlock = journal?.reached?.block;
  const output: StagesOutput = { kind: 'stages', written: form, joined: tables };
  const scan = {
    ...{ query, output, malformed, violations },
    ...{ window: everything, blocksPerStretch: 1, measure: stages?.measure },
    ...(fromBlock !== undefined && { fromBlock }),
  };
  const results = (shared ?? scanOf(dataset))(scan, signal);
  for await (const found of stages?.waitedFor(results) ?? results) {
    await scanned(found);
    const part = found.result?.bytes;
    if (part) {
      const rows = writtenRows(part);
      if (rows.bytes.length > 0) yield rows;
      discard(part);
    }
    await journal?.done(found);
    if (until?.aborted) return;
  }
}

/** Rows in another form than JSON Lines. */
async function* encodedRows(
  lines: AsyncIterable<DerivedRows>,
  { target, columns }: RowsForm,
  stages: StageMeter | undefined,
): AsyncGenerator<DerivedRows> {
  const encoder = createDerivedEncoder(target, columns);
  for await (const piece of lines) {
    const began = performance.now();
    const bytes = encoder.encode(piece.bytes);
    stages?.encoding(performance.now() - began);
    yield { ...piece, bytes };
  }
}

/** The rows that stages in this thread make, as JSON Lines. */
async function* linesOfStages(
  dataset: Dataset,
  run: Run,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  options: DeriveOptions,
): AsyncGenerator<DerivedRows> {
  const { plan } = run;
  const { stages, journal, prompt = false } = options;
  const out = new ByteWriter(pieceSize);
  let rows = 0;
  let offsets: number[] = [];
  // With a journal, a stretch is noted only once all before it has been written, so that the two are told of together.
  let finished: OrderedResult | undefined;
  let current: OrderedResult | undefined;
  let isNoted = true;
  async function note(): Promise<void> {
    if (current && !isNoted) await scanned(current);
    isNoted = true;
  }
  async function begin(found: OrderedResult): Promise<void> {
    await note();
    finished = current;
    if (finished && out.length === 0) await journal?.done(finished);
    [current, isNoted] = [found, false];
  }
  for await (const batch of batchesOf(dataset, run, signal, journal ? begin : scanned, options)) {
    if (finished && journal?.isDue) {
      if (out.length > 0) yield { bytes: out.view(), rows, offsets };
      out.clear();
      [rows, offsets] = [0, []];
      await journal.done(finished);
    }
    finished = undefined;
    await note();
    const began = performance.now();
    writeRows(out, batch, plan.output);
    if (plan.offset !== undefined) takeOffsets(offsets, batch, plan.offset);
    stages?.encoding(performance.now() - began);
    rows += batch.count;
    if (out.length < (prompt ? 1 : pieceSize)) continue;
    yield { bytes: out.view(), rows, offsets };
    out.clear();
    rows = 0;
    offsets = [];
  }
  await note();
  if (out.length > 0) yield { bytes: out.view(), rows, offsets };
}

function takeOffsets(offsets: number[], batch: Batch, slot: number): void {
  const vector = vectorAt(batch, slot);
  for (let i = 0; i < batch.count; i++) offsets.push(Number(vector.value(batch.selection[i])));
}

/**
 * The records that a query with `Plan.asRecords` selects and puts in order, in blocks that are void once the next
 * one is asked for. What stands behind a record there is no line end.
 */
export async function* deriveRecords(
  dataset: Dataset,
  query: PlannedQuery,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  options: DeriveOptions,
): AsyncGenerator<RecordBlock> {
  const plan = query.plan.asRecords ?? query.plan;
  const [{ slot }] = plan.output;
  const batches = withJoined(dataset, query, plan, signal, options, (run) =>
    batchesOf(dataset, run, signal, scanned, options),
  );
  for await (const batch of batches) {
    const { count } = batch;
    const [starts, ends] = [new Uint32Array(count), new Uint32Array(count)];
    const faults = new Uint8Array(count);
    const vector = vectorAt(batch, slot);
    if (!(vector instanceof CodedVector)) throw new TypeError('The rows hold no records.');
    for (let i = 0; i < count; i++) {
      const range = vector.range(batch.selection[i]);
      if (!range) throw new TypeError('A row holds no record.');
      starts[i] = range.start;
      ends[i] = range.end;
      if (!isUtf8(vector.bytes.subarray(range.start, range.end))) faults[i] = Fault.FieldNotUtf8;
    }
    yield RecordBlock.owned({ ...noRecords, bytes: vector.bytes, count, starts, ends, faults });
  }
}

const noRecords = {
  offset: 0,
  lines: new Uint32Array(0),
  faultAt: new Uint32Array(0),
  faulty: 0,
  lineCount: 0,
  next: 0,
  incomplete: false,
  fields: [],
} as const;

function allBatches(dataset: Dataset, query: PlannedQuery, signal: AbortSignal): AsyncIterable<Batch> {
  return batchesOf(dataset, { query, plan: query.plan, isOfRecords: false }, signal, () => undefined, {});
}

/**
 * What the stages make of a file: the scan workers do the stages that look at one record at a time, and what they can
 * of the next one; the rest is done here, in memory that has a bound.
 */
async function* batchesOf(
  dataset: Dataset,
  { query, plan, isOfRecords, joins, tables }: Run,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void | Promise<void>,
  {
    malformed = 'keep',
    violations,
    stages,
    calls,
    until,
    journal,
    scan: shared,
    keep,
    begun,
    budget = stageBudget,
  }: DeriveOptions,
): AsyncGenerator<Batch> {
  const measure = stages?.measure;
  const output: StagesOutput = { kind: 'stages', asRecords: isOfRecords, joined: tables };
  async function* parts(): AsyncGenerator<Uint8Array> {
    if (begun) {
      // Who takes parts in gives their memory back.
      yield begun.part.slice();
      const scan = { query, output, malformed, violations };
      for await (const { found } of dataset.scanFrom(begun.place, scan, signal)) {
        if (found.result?.bytes) yield found.result.bytes;
      }
      return;
    }
    const blocksPerStretch = reducesRows(plan, tables?.shared) ? undefined : 1;
    const fromBlock = journal?.reached?.block;
    // LIMIT is one of the stages here.
    const scan = {
      ...{ query, output, malformed, violations, window: everything, blocksPerStretch, measure },
      ...(fromBlock !== undefined && { fromBlock }),
    };
    const results = (shared ?? scanOf(dataset))(scan, signal);
    for await (const found of stages?.waitedFor(results) ?? results) {
      await scanned(found);
      if (found.result?.bytes) yield found.result.bytes;
      if (until?.aborted) return;
    }
  }
  const context: StageContext = {
    signal,
    budget,
    tempFolder: tmpdir(),
    calls,
    joins,
    // What tables have made of the rows is not made anew when one of the files grows.
    keep: tables ? undefined : keep,
    cutoff: (key) => (output.cutoff = key),
    ...(stages && { metrics: stages.metrics }),
  };
  const asItStands = measure === 'stages' || shared !== undefined;
  const described = asItStands
    ? undefined
    : describedFields(plan, dataset.recognised.paths ?? [], dataset.size === 0);
  if (described === undefined) {
    yield* gather(plan, parts(), context);
    return;
  }
  const scan = {
    ...{ query, ...described, malformed, violations },
    ...{ window: everything, deep: false, counts: false },
  };
  const gathered = await gatherStatistics(dataset, scan, signal, () => undefined, scanned, until);
  const rows = rowsOfFields(described, gathered);
  const { name } = stagesOf(plan).stages[0];
  const own = { name, step: 0, rowsIn: gathered.coverage.rows, rowsOut: rows.count, ms: 0, spilled: 0 };
  stages?.metrics.push(own);
  yield* follow(plan, rows, context);
}

/** Names of the columns that a query makes; undefined where they are seen only in the rows. */
export function derivedColumns({ plan }: PlannedQuery): readonly string[] | undefined {
  return columnsOf(plan.output);
}

/** How the cells of those columns are written: they may be fields of the file as they stand. */
export function derivedReadings({ plan }: PlannedQuery): CellReadings {
  return plan.output.map(({ slot }) => plan.slots[slot].reading);
}
