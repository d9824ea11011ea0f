import { said } from '../../../said/said.ts';
import { computedPlaces, recordPlaces } from '../../sink/http/rowPlaces.ts';
import type { RowService } from '../../sink/http/rowService.ts';
import { RowBatcher } from '../../sink/rowBatcher.ts';
import type { RowSink } from '../../sink/rowSink.ts';
import { SinkError } from '../../sink/sinkError.ts';
import { deriveRows } from '../derive.ts';
import { columnsOfRows, pathsOfDeadLetters } from './columns.ts';
import { tableRows } from './heldRows.ts';
import { arrangedRows } from './rows.ts';
import { deriveOptions, isArranged, noting, scanned, type ExportRun } from './exportRun.ts';

/** An export as batches of rows. Workers make JSON Lines of them, which are taken apart here. */
export async function writeBatches(run: ExportRun, sink: RowSink): Promise<void> {
  const { dataset, meter } = run;
  const { columns, lines, close } = await tableRows(run);
  const batcher = new RowBatcher(columns, dataset.format.numbersInText);
  if (run.journal?.taken) batcher.hasBegun = true;
  try {
    for await (const piece of lines) {
      if (piece.length === 0) continue;
      const batch = meter.encode(() => batcher.batch(piece));
      if (!batcher.hasBegun) await sink.begin(batcher.columns(batch));
      await sink.write(batch);
    }
  } finally {
    await close();
  }
  if (!batcher.hasBegun) await sink.begin(batcher.columns(undefined));
}

/** An export to a service. Its rows are JSON Lines until they are sent. */
export async function sendRows(run: ExportRun, service: RowService): Promise<void> {
  const { query, dataset, signal } = run;
  const { plan } = query;
  if (service.resends && plan.shape !== 'records') {
    throw new SinkError(
      'unsupported',
      said`--resend takes a query that selects dead letters, and does not change them.`,
    );
  }
  if (service.needsColumns) {
    if (service.resends) await service.begin({ kind: 'found', paths: await pathsOfDeadLetters(run) });
    else await service.begin(await columnsOfRows(run));
  }
  if (plan.shape === 'records') {
    for await (const found of scanned(run, { kind: 'bytes', to: 'jsonl', columns: [], located: true })) {
      const { result, place } = found;
      if (result?.bytes) {
        const places = result.located && recordPlaces(result.located, place);
        await service.write(result.bytes, places, result.rowEnds);
      }
    }
    return;
  }
  if (isArranged(run, 'jsonl')) {
    for await (const piece of arrangedRows(run, 'jsonl')) await service.write(piece);
    return;
  }
  for await (const piece of deriveRows(dataset, query, signal, noting(run), deriveOptions(run))) {
    run.meter.derived(piece.rows);
    await service.write(piece.bytes, computedPlaces(piece.offsets));
  }
}
