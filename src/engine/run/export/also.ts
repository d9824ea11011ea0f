import type { ExportFormat, ExportProgress, ExportSummary } from '../../../protocol/engine.ts';
import type { HandlerContext } from '../../../protocol/rpc.ts';
import { said } from '../../../said/said.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { plannedFor } from '../../dataset/plan.ts';
import type { ByteSink } from '../../sink/byteSink.ts';
import { SinkError } from '../../sink/sinkError.ts';
import type { SplitSink } from '../../sink/split/splitSink.ts';
import { exportTo, type Export } from './export.ts';
import { SharedScan } from '../sharedScan.ts';

/** Another output of an export. */
export type AlsoExport = { readonly query: string; readonly to: ExportFormat } & (
  { readonly sink: ByteSink } | { readonly split: SplitSink }
);

/**
 * Exports what several queries select in one pass over the file, each into its own sink. All of them are committed, or,
 * where one fails, none.
 * @returns the summaries, that of `first` first
 * @throws as `exportTo`
 */
export async function exportAll(
  dataset: Dataset,
  first: Export,
  also: readonly AlsoExport[],
  context: HandlerContext<ExportProgress>,
): Promise<[ExportSummary, ...ExportSummary[]]> {
  if (also.length === 0) return [await exportTo(dataset, first, context)];
  const { programs } = first;
  refuseLimits(dataset, [first, ...also], programs !== undefined);
  const pass = new SharedScan(dataset, also.length + 1);
  const quiet = { signal: context.signal, progress: () => undefined };
  const exports = [
    exportTo(dataset, { ...first, shared: pass.partOf(0) }, context),
    ...also.map((other, i) => exportTo(dataset, { ...other, programs, shared: pass.partOf(i + 1) }, quiet)),
  ];
  for (const one of exports) one.catch((error: unknown) => pass.fail(error));
  // Each has let go of its target before this ends.
  await Promise.allSettled(exports);
  const [own, ...others] = await Promise.all(exports);
  return [own, ...others];
}

/** @throws SinkError: a limit of whole records ends the scan, or cuts what a worker has made */
function refuseLimits(
  dataset: Dataset,
  exports: readonly { readonly query: string }[],
  calls: boolean,
): void {
  for (const { query } of exports) {
    const { plan } = plannedFor(query, dataset.recognised.format, { calls });
    if (plan.shape !== 'records' || plan.operators.every(({ kind }) => kind !== 'limit')) continue;
    const message = said`With --also, a query cannot limit whole records: LIMIT and OFFSET need SELECT, AGGREGATE or ORDER BY before them.`;
    throw new SinkError('unsupported', message);
  }
}
