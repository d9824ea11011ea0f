import type { JoinedReport } from '../../../protocol/comparison.ts';
import type { ExportFormat } from '../../../protocol/engine.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import type { FileScan } from '../../dataset/fileScan.ts';
import type { PlannedQuery } from '../../dataset/plan.ts';
import type { OrderedResult } from '../../dataset/scanInOrder.ts';
import { areRecords } from '../../pool/rowNature.ts';
import type { Output } from '../../pool/task.ts';
import type { ByteSink } from '../../sink/byteSink.ts';
import { rowShape, type Target } from '../../sink/exportFormat.ts';
import { appendReject } from '../../sink/rejects.ts';
import type { Calls } from '../../stage/calls.ts';
import type { CallLog } from '../callLog.ts';
import type { CheckLog } from '../checkLog.ts';
import { type CheckSinks } from '../checkLog.ts';
import { windowAfter } from '../../matchWindow.ts';
import type { ExportJournal, JournalOptions } from './journal.ts';
import type { DeriveOptions } from '../derive.ts';
import type { KeptRows } from '../keptRows.ts';
import type { Meter } from '../meter.ts';
import { scanOf, type Scan, type SharedScan } from '../sharedScan.ts';

export interface ExportOptions {
  readonly query: string;
  /**
   * Takes the malformed and odd records of the whole file, one JSON object a line; those that can be read are then
   * left out of `sink`.
   */
  readonly rejects?: ByteSink | undefined;
  /** Runs the programs that the query calls; undefined: it may call none. */
  readonly programs?: Pick<Calls, 'open'> | undefined;
  /** Where what the file's schema does not allow goes; undefined: it is counted. */
  readonly checks?: CheckSinks | undefined;
  /** Whether the summary is to say what the stages took. */
  readonly measure?: boolean | undefined;
  /** The rows of the query as a run has made them, if one has: they are not computed again. */
  readonly kept?: KeptRows | undefined;
  /** How another process can go on with it; undefined: none is to. */
  readonly journal?: JournalOptions | undefined;
  /** Its part of a pass over the file that it shares with others. */
  readonly shared?: ReturnType<SharedScan['partOf']> | undefined;
}

/** An export that is under way. */
export interface ExportRun {
  readonly dataset: Dataset;
  readonly query: PlannedQuery;
  readonly to: ExportFormat;
  readonly kept: KeptRows | undefined;
  readonly rejects: ByteSink | undefined;
  readonly checks: CheckLog;
  readonly calls: CallLog | undefined;
  readonly signal: AbortSignal;
  readonly meter: Meter;
  readonly journal: ExportJournal | undefined;
  /** A scan that it shares with others, if its rows are not found by the file's own. */
  readonly scan: Scan | undefined;
  /** Takes what there is to say of other files that the query reads. */
  readonly joined: JoinedReport[];
  /** Whether rows are to be written as soon as they are known, not in larger pieces. */
  readonly prompt?: boolean | undefined;
}

/** Whether the rows are records of the file as they are. */
export function isWhole({ dataset, query: { plan } }: Pick<ExportRun, 'dataset' | 'query'>): boolean {
  return areRecords(dataset.format, plan);
}

/**
 * Whether the rows are written from the bytes of records that a query puts in order: always where records have columns,
 * and JSON where the bytes are written as they stand.
 */
export function isArranged(
  { dataset: { format }, query }: Pick<ExportRun, 'dataset' | 'query'>,
  to: Target,
): boolean {
  return (
    query.plan.asRecords !== undefined && (format.fields !== undefined || rowShape(format, to) === 'raw')
  );
}

/**
 * Whether the scan workers can look at the types of the rows and then encode these: two passes over the file, with no row in
 * one thread alone. Not of what is read once only, or from far away, and not of rows that come from elsewhere.
 */
export function isEncodedByWorkers({ dataset, query, kept, scan }: ExportRun): boolean {
  return (
    query.plan.shape === 'records' &&
    kept === undefined &&
    scan === undefined &&
    !dataset.once &&
    !dataset.remote
  );
}

/** A scan of the matching records. */
export function scanFor({ query, rejects, checks, meter, journal }: ExportRun, output: Output): FileScan {
  const { block: fromBlock = 0, selected = 0 } = journal?.reached ?? {};
  return {
    query,
    output,
    malformed: rejects ? 'collect' : 'keep',
    violations: checks.use,
    measure: meter.stages?.measure,
    fromBlock,
    window: windowAfter(query.window, selected),
  };
}

/** What a scan makes of the matching records, with what is noted of it. */
export async function* scanned(run: ExportRun, output: Output): AsyncGenerator<OrderedResult> {
  const { dataset, rejects, checks, signal, meter, journal } = run;
  const results = (run.scan ?? scanOf(dataset))(scanFor(run, output), signal);
  for await (const found of meter.stages?.waitedFor(results) ?? results) {
    meter.add(found);
    if (rejects) await writeRejects(found, rejects);
    await checks.take(found, signal);
    yield found;
    // What is made of it has been written by now.
    await journal?.done(found);
  }
}

/** What is noted of the scan of an export whose rows the stages make. */
export function noting({
  rejects,
  checks,
  signal,
  meter,
  journal,
}: ExportRun): (result: OrderedResult) => Promise<void> {
  return async (result) => {
    if (journal?.startsAgain) await journal.done(result);
    meter.scanned(result);
    if (rejects) await writeRejects(result, rejects);
    await checks.take(result, signal);
  };
}

export function deriveOptions({
  rejects,
  checks,
  calls,
  meter: { stages },
  journal,
  scan,
  prompt,
  joined,
}: ExportRun): DeriveOptions {
  const malformed = rejects ? 'collect' : 'keep';
  const reported = (one: JoinedReport): void => void joined.push(one);
  return { malformed, violations: checks.use, calls, stages, journal, scan, prompt, reported };
}

export async function writeRejects({ place, result }: OrderedResult, sink: ByteSink): Promise<void> {
  if (!result || result.rejects.length === 0) return;
  const out = new ByteBuilder();
  for (const reject of result.rejects) appendReject(out, reject, place);
  await sink.write(out.view());
}

export async function discardChecks({ report, invalid }: CheckSinks = {}): Promise<void> {
  await report?.discard();
  await invalid?.discard();
}

/** The lines on which the file's other tables begin. */
export function otherTables({ recognised: { tables } }: Dataset): number[] {
  return tables
    ? tables.places.flatMap(({ line }, index) => (index === tables.number - 1 ? [] : [line]))
    : [];
}
