import { said } from '../../../said/said.ts';
import { createDerivedEncoder, derivedTarget, type DerivedColumns } from '../../sink/derivedRow.ts';
import { rowShape } from '../../sink/exportFormat.ts';
import { SinkError } from '../../sink/sinkError.ts';
import type { SplitSink } from '../../sink/split/splitSink.ts';
import { derivedColumns } from '../derive.ts';
import { tableRows } from './heldRows.ts';
import { linesOf } from './rows.ts';
import { isWhole, type ExportRun } from './exportRun.ts';

/** An export in many files. Workers make JSON Lines of its rows, which are told apart and written anew here. */
export async function writeSplit(run: ExportRun, split: SplitSink): Promise<void> {
  const { dataset, query, to, meter } = run;
  const { format, recognised } = dataset;
  if (['batches', 'objects'].includes(rowShape(format, to))) {
    const message = said`${split.name} cannot be written: many files are JSON Lines, JSON, CSV or TSV.`;
    throw new SinkError('unsupported', message);
  }
  const target = derivedTarget(format, to, recognised.lineEnd);
  const table = target.kind === 'table' ? await tableRows(run) : undefined;
  try {
    const columns: DerivedColumns = table?.columns ?? { kind: 'named', names: [] };
    const encoder = createDerivedEncoder(target, columns);
    const { layout } = format;
    const known = isWhole(run)
      ? layout.names === 'columns'
        ? layout.columns
        : undefined
      : derivedColumns(query);
    split.begin(encoder, target.kind === 'lines', known, !isWhole(run));
    for await (const lines of table?.lines ?? linesOf(run)) {
      const [began, waited] = [performance.now(), split.waitedMs];
      if (lines.length > 0) await split.write(lines);
      meter.stages?.encoding(performance.now() - began - (split.waitedMs - waited));
    }
  } finally {
    await table?.close();
  }
}
