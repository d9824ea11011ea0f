import type { ExportProgress, ExportSummary, FileDoubt, StageReport } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { FileScan } from '../dataset/fileScan.ts';
import { plannedFor } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { CallLog } from './callLog.ts';
import { CheckLog } from './checkLog.ts';
import { countWrites } from './countedSink.ts';
import { discardChecks, otherTables, type ExportOptions, writeRejects } from './exportRun.ts';
import { Meter } from './meter.ts';
import { StageMeter } from './stageMeter.ts';

/**
 * Counts what a query selects. `rejects` is as for an export, and so is what becomes of it.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function countTo(
  dataset: Dataset,
  { query, rejects, checks: checkSinks, programs, measure }: Omit<ExportOptions, 'kept'>,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const counted = rejects && countWrites(rejects);
  const stages = measure ? new StageMeter({ inFile: (bytes) => dataset.inFile(bytes) }) : undefined;
  const meter = new Meter(dataset, progress, stages);
  const checks = new CheckLog(dataset, checkSinks);
  const violations = checks.use;
  const allows = { calls: programs !== undefined };
  const calls = programs && new CallLog(dataset, programs, counted, signal);
  let report: StageReport | undefined;
  let doubt: FileDoubt | undefined;
  try {
    const planned = plannedFor(query, dataset.recognised.format, allows);
    const malformed = rejects ? 'collect' : 'keep';
    if (planned.plan.shape === 'table') {
      const found = async (result: OrderedResult): Promise<void> => {
        meter.scanned(result);
        if (counted) await writeRejects(result, counted);
        await checks.take(result, signal);
      };
      // Rows that are only counted need not be made. What the stages of the query take is measured as it stands.
      const counting = stages
        ? planned
        : plannedFor(`${query}\n|> AGGREGATE count(*) AS n`, dataset.recognised.format, allows);
      const { deriveRows } = await import('./derive.ts');
      for await (const piece of deriveRows(dataset, counting, signal, found, {
        malformed,
        violations,
        stages,
        calls,
      })) {
        meter.derived(stages ? piece.rows : countIn(piece.bytes));
      }
    } else {
      const scan: FileScan = { query: planned, output: { kind: 'count' }, malformed, violations, measure };
      for await (const found of dataset.scan(scan, signal)) {
        meter.add(found);
        if (counted) await writeRejects(found, counted);
        await checks.take(found, signal);
      }
    }
    signal.throwIfAborted();
    doubt = await dataset.recheck(signal);
    await counted?.commit();
    await checks.commit(signal);
    const outputs = counted ? [counted.done('rejects', meter.malformed)] : [];
    report = stages?.report(planned.plan, planned.plan.shape === 'table', outputs, meter.state().elapsedMs);
  } finally {
    await rejects?.discard();
    await discardChecks(checkSinks);
  }
  return {
    ...meter.state(),
    written: counted?.written() ?? 0,
    malformed: meter.malformed,
    failed: calls?.failures,
    checked: checks.summary(),
    stages: report,
    otherTables: otherTables(dataset),
    doubt,
  };
}

/** The number in the one row of a count. */
function countIn(row: Uint8Array): number {
  const { n } = JSON.parse(Buffer.from(row).toString()) as { readonly n: number };
  return n;
}
