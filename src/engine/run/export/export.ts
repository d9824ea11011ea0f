import type { FileDoubt } from '../../../protocol/comparison.ts';
import type { ExportFormat, ExportProgress, ExportSummary } from '../../../protocol/engine.ts';
import type { HandlerContext } from '../../../protocol/rpc.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { withPart } from '../../dataset/part.ts';
import { plannedFor, type PlannedQuery } from '../../dataset/plan.ts';
import type { ByteSink } from '../../sink/byteSink.ts';
import type { RowService } from '../../sink/http/rowService.ts';
import { objectSinkOf } from '../../sink/objectSinks.ts';
import { openTarget } from '../../sink/openTarget.ts';
import { isTypedTarget } from '../../sink/typedFormats.ts';
import { withJoinedColumns } from '../joinedColumns.ts';
import { pathsRead } from '../joinedFiles.ts';
import { openOutput } from '../openOutput.ts';
import { wantedRows } from '../wantedRows.ts';
import { withBesideColumns } from '../besideColumns.ts';
import { asRows, type RowSink } from '../../sink/rowSink.ts';
import type { SplitSink } from '../../sink/split/splitSink.ts';
import { batchEncoderOf } from '../../sink/targets.ts';
import { CallLog, keepFailures } from '../callLog.ts';
import { CheckLog } from '../checkLog.ts';
import { countTo } from '../count.ts';
import { countWrites, type CountedSink } from '../countedSink.ts';
import { ExportJournal, refuseOther, type JournalOptions } from './journal.ts';
import { removeOlder, type OutputName } from './kept.ts';
import { objectRowsOf } from './columns.ts';
import { bytesOf } from './heldRows.ts';
import { linesOf } from './rows.ts';
import {
  discardChecks,
  isEncodedByWorkers,
  otherTables,
  type ExportOptions,
  type ExportRun,
} from './exportRun.ts';
import { writeSplit } from './split.ts';
import { sendRows, writeBatches } from './targets.ts';
import { Meter, nothingYet } from '../meter.ts';
import { StageMeter, type MeteredRun, type Written } from '../stageMeter.ts';

/** What is exported, and where to: as bytes of a format, as batches of rows, or to a service. */
export type Export = ExportOptions & (ByteExport | RowExport | ServiceExport | SplitExport);

interface ByteExport {
  readonly to: ExportFormat;
  readonly sink: ByteSink;
}

interface SplitExport {
  readonly to: ExportFormat;
  readonly split: SplitSink;
}

interface RowExport {
  readonly rows: RowSink;
}

interface ServiceExport {
  readonly service: RowService;
}

/**
 * Streams what a query selects into a sink, in file order, and commits it. Sinks are discarded when the export fails
 * or is cancelled, so their targets are then as they were.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function exportTo(
  dataset: Dataset,
  asked: Export,
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  try {
    const { query, programs, rejects, shared } = asked;
    const plannedAs = (text: string): PlannedQuery =>
      plannedFor(text, dataset.recognised.format, { calls: programs !== undefined });
    let planned = plannedAs(query);
    const to = 'to' in asked ? asked.to : 'jsonl';
    const columned = withBesideColumns(dataset, planned, to);
    if (columned !== undefined) planned = plannedAs(columned);
    const apart =
      'to' in asked && !shared
        ? await withJoinedColumns(dataset, planned, asked.to, context.signal)
        : undefined;
    if (apart !== undefined) planned = plannedAs(apart);
    // The rows that were kept have other columns then.
    const run = apart === undefined ? asked : { ...asked, kept: undefined };
    if (run.kept || rejects || shared) return await exportAll(dataset, planned, run, context);
    const { signal } = context;
    let looking: Meter | undefined;
    const wanted = await wantedRows(dataset, planned, signal, (found, of) => {
      looking ??= new Meter(of, context.progress, undefined);
      looking.scanned(found);
    });
    const part = { plan: planned.plan, makesRows: true, rows: wanted?.rows };
    const work = (read: Dataset): Promise<ExportSummary> =>
      exportAll(read, planned, run, context, wanted?.passed, looking);
    return await withPart(dataset, part, signal, work);
  } catch (error) {
    await keepFailures(error, asked.rejects);
    throw error;
  } finally {
    await targetOf(asked).discard();
    await asked.rejects?.discard();
    await discardChecks(asked.checks);
  }
}

/**
 * @param passed records that were found not to be wanted: they are none of the dataset's
 * @param looking told of the search for those that are
 */
async function exportAll(
  dataset: Dataset,
  planned: PlannedQuery,
  {
    rejects: rejectSink,
    checks: checkSinks,
    programs,
    measure,
    kept,
    journal: journalOptions,
    shared,
    ...where
  }: Export,
  { signal, progress }: HandlerContext<ExportProgress>,
  passed = 0,
  looking?: Meter,
): Promise<ExportSummary> {
  const { shape, asRecords } = planned.plan;
  // Neither malformed records nor the bytes of records are kept with the rows.
  const keptRows = rejectSink || asRecords ? undefined : kept;
  const reached = journalOptions?.kept?.entry.reached;
  const { counted, rows } = sinksOf(where, takenBy('output', journalOptions));
  const to = 'to' in where ? where.to : 'jsonl';
  const rejects = rejectSink && countWrites(rejectSink, takenBy('rejects', journalOptions));
  const checks = new CheckLog(dataset, checkSinks, reached?.checks);
  const calls = programs && new CallLog(dataset, programs, rejects, signal);
  const written = (): Pick<Written, 'bytes' | 'waitedMs'> => {
    if ('split' in where) return { bytes: where.split.written, waitedMs: where.split.waitedMs };
    const taken = counted.done('write', 0);
    return 'service' in where ? { ...taken, bytes: where.service.sent.bytes } : taken;
  };
  const metered: MeteredRun = {
    plan: planned.plan,
    ran: shape !== 'records',
    outputs: () => [
      { ...written(), name: 'write', rows: meter.matched },
      ...(rejects ? [rejects.done('rejects', meter.malformed)] : []),
    ],
    failed: calls && (() => calls.failures),
  };
  const stages = measure && !keptRows ? new StageMeter(dataset, metered, 'stages') : undefined;
  const before = reached?.meter ?? { ...nothingYet, records: passed };
  const meter = new Meter(dataset, progress, stages, before, looking);
  const sinks = { output: 'sink' in where ? where.sink : undefined, rejects: rejectSink, ...checkSinks };
  const journal =
    journalOptions &&
    ExportJournal.open({ dataset, query: planned, kept: keptRows, sinks, meter, checks }, journalOptions);
  if (journalOptions?.targets.output !== undefined && !journalOptions.kept)
    await removeOlder(journalOptions.targets.output, planned.text, journalOptions);
  const run: ExportRun = {
    ...{ dataset, query: planned, to, kept: keptRows, rejects, checks, calls, signal, meter, journal },
    scan: shared?.scan,
    joined: [],
  };
  const typed = 'sink' in where && isTypedTarget(to) && isEncodedByWorkers(run) ? to : undefined;
  const openObjects = 'split' in where || typed !== undefined ? undefined : objectSinkOf(to);
  const objects = await openObjects?.(counted, objectRowsOf(run));
  let asText: readonly string[] | undefined;
  let doubt: FileDoubt | undefined;
  try {
    if ('service' in where) await sendRows(run, where.service);
    else if ('split' in where) await writeSplit(run, where.split);
    else if (typed) asText = await (await import('./typed.ts')).writeTyped(run, typed, counted);
    else if (objects) for await (const lines of linesOf(run)) await objects.write(lines);
    else if (rows) await writeBatches(run, rows);
    else for await (const chunk of bytesOf(run)) await counted.write(chunk);
    signal.throwIfAborted();
    // What fails must do so before any of the outputs takes the place of its target.
    await rejects?.finish?.();
    await checks.finish(signal);
    if (objects) asText = await objects.finish(signal);
    else if ('split' in where) await where.split.finish();
    else await (rows ?? counted).finish?.();
    await shared?.finished();
    doubt = await dataset.recheck(signal);
    await journal?.settle();
    // The output comes last: until it is there, the export can be gone on with.
    await rejects?.commit();
    await checks.commit();
    if (objects) await objects.commit();
    if ('service' in where) await where.service.commit();
    else if ('split' in where) await where.split.commit();
    else if (!objects) await (rows ?? counted).commit();
    await journal?.remove();
  } catch (error) {
    await journal?.suspend(error, signal);
    throw error;
  } finally {
    await objects?.discard();
  }
  return {
    ...meter.state(),
    written: written().bytes,
    files: 'split' in where ? where.split.files : undefined,
    filesLeft: 'split' in where ? where.split.left : undefined,
    malformed: meter.malformed,
    failed: calls?.failures,
    checked: checks.summary(),
    asText,
    sent: 'service' in where ? where.service.sent : undefined,
    otherTables: otherTables(dataset),
    doubt,
    joined: run.joined,
  };
}

/**
 * Exports into a file, and says what the stages took. @throws as `exportTo`; SinkError also when the target is
 * the file that is read
 */
export async function exportToFile(
  dataset: Dataset,
  {
    query,
    to,
    target,
    kept,
    journal,
    programs,
  }: Pick<ExportOptions & ByteExport, 'query' | 'to' | 'kept' | 'journal' | 'programs'> & {
    readonly target: string;
  },
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  if (journal?.kept) refuseOther(journal.kept, dataset);
  const sources = await pathsRead(dataset, [query]);
  const sink = journal
    ? await openOutput(target, 'output', sources, journal.kept)
    : await openTarget(target, { sources });
  return exportTo(dataset, { query, to, sink, kept, journal, programs, measure: true }, context);
}

/** Writes the file's malformed records, and nothing else, into a file. @throws as `exportToFile` */
export async function exportRejectsToFile(
  dataset: Dataset,
  target: string,
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  return countTo(
    dataset,
    { query: '', rejects: await openTarget(target, { sources: dataset.location.paths }), measure: true },
    context,
  );
}

/** Bytes that an output was given in a run that is gone on with. */
function takenBy(name: OutputName, journal: JournalOptions | undefined): number {
  return journal?.kept?.entry.outputs.find((output) => output.name === name)?.state?.taken ?? 0;
}

/** What takes the rows. */
function targetOf(asked: Export): Pick<ByteSink, 'discard'> {
  if ('rows' in asked) return asked.rows;
  if ('service' in asked) return asked.service;
  return 'split' in asked ? asked.split : asked.sink;
}

/** Where the rows go: bytes to `counted`, or batches to `rows`, which may write to `counted` in turn. */
function sinksOf(
  where: ByteExport | RowExport | ServiceExport | SplitExport,
  before: number,
): {
  counted: CountedSink;
  rows: RowSink | undefined;
} {
  if ('service' in where || 'split' in where) return { counted: countWrites(nowhere), rows: undefined };
  if ('rows' in where) return { counted: countWrites(nowhere), rows: where.rows };
  const counted = countWrites(where.sink, before);
  const encoder = batchEncoderOf(where.to);
  return { counted, rows: encoder && asRows(encoder, counted) };
}

/** Of rows that are no bytes, none are counted. */
const nowhere: ByteSink = {
  name: '',
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  discard: () => Promise.resolve(),
};
