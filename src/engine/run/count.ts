import type { JoinedReport } from '../../protocol/comparison.ts';
import type { ExportProgress, ExportSummary } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { FileScan } from '../dataset/fileScan.ts';
import { withPart } from '../dataset/part.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { CallLog, keepFailures } from './callLog.ts';
import { CheckLog } from './checkLog.ts';
import { countWrites } from './countedSink.ts';
import { discardChecks, otherTables, type ExportOptions, writeRejects } from './export/exportRun.ts';
import { Meter } from './meter.ts';
import { StageMeter, type MeteredRun } from './stageMeter.ts';

/**
 * Counts what a query selects. `rejects` is as for an export, and so is what becomes of it.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function countTo(
  dataset: Dataset,
  options: Omit<ExportOptions, 'kept'>,
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const { query, rejects, programs, measure } = options;
  try {
    const plannedAs = (text: string): PlannedQuery =>
      plannedFor(text, dataset.recognised.format, { calls: programs !== undefined });
    const planned = plannedAs(query);
    // Rows that are only counted need not be made. What the stages of the query take is measured as it stands.
    const isCounted = planned.plan.shape === 'table' && measure !== true;
    const counting = isCounted ? plannedAs(`${query}\n|> AGGREGATE count(*) AS n`) : planned;
    const work = (read: Dataset): Promise<ExportSummary> =>
      countAll(read, { planned, counting }, options, context);
    if (rejects) return await work(dataset);
    const makesRows = planned.plan.shape === 'table';
    return await withPart(dataset, { plan: counting.plan, makesRows }, context.signal, work);
  } catch (error) {
    await keepFailures(error, rejects);
    throw error;
  } finally {
    await rejects?.discard();
    await discardChecks(options.checks);
  }
}

interface Planned {
  readonly planned: PlannedQuery;
  /** What is run in its place. */
  readonly counting: PlannedQuery;
}

async function countAll(
  dataset: Dataset,
  { planned, counting }: Planned,
  { rejects, checks: checkSinks, programs, measure }: Omit<ExportOptions, 'kept'>,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const counted = rejects && countWrites(rejects);
  const checks = new CheckLog(dataset, checkSinks);
  const violations = checks.use;
  const calls = programs && new CallLog(dataset, programs, counted, signal);
  const metered: MeteredRun = {
    plan: planned.plan,
    ran: planned.plan.shape === 'table',
    outputs: () => (counted ? [counted.done('rejects', meter.malformed)] : []),
    failed: calls && (() => calls.failures),
  };
  const stages = measure ? new StageMeter(dataset, metered, 'stages') : undefined;
  const meter = new Meter(dataset, progress, stages);
  const joined: JoinedReport[] = [];
  const malformed = rejects ? 'collect' : 'keep';
  if (planned.plan.shape === 'table') {
    const found = async (result: OrderedResult): Promise<void> => {
      meter.scanned(result);
      if (counted) await writeRejects(result, counted);
      await checks.take(result, signal);
    };
    const { deriveRows } = await import('./derive.ts');
    for await (const piece of deriveRows(dataset, counting, signal, found, {
      malformed,
      violations,
      stages,
      calls,
      reported: (one) => joined.push(one),
    })) {
      meter.derived(stages ? piece.rows : countIn(piece.bytes));
    }
  } else {
    const scan: FileScan = {
      query: planned,
      output: { kind: 'count' },
      malformed,
      violations,
      measure: stages?.measure,
    };
    const results = dataset.scan(scan, signal);
    for await (const found of stages?.waitedFor(results) ?? results) {
      meter.add(found);
      if (counted) await writeRejects(found, counted);
      await checks.take(found, signal);
    }
  }
  signal.throwIfAborted();
  const doubt = await dataset.recheck(signal);
  await counted?.finish?.();
  await checks.finish(signal);
  await counted?.commit();
  await checks.commit();
  return {
    ...meter.state(),
    written: counted?.written() ?? 0,
    malformed: meter.malformed,
    failed: calls?.failures,
    checked: checks.summary(),
    otherTables: otherTables(dataset),
    doubt,
    joined,
  };
}

/** The number in the one row of a count. */
function countIn(row: Uint8Array): number {
  const { n } = JSON.parse(Buffer.from(row).toString()) as { readonly n: number };
  return n;
}
