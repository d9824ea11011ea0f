import { basename } from 'node:path';
import type { ToolAnswer } from '../../protocol/tools.ts';
import type { ViewState } from '../../protocol/preview.ts';
import { plannedFor } from '../dataset/plan.ts';
import { TableRun } from '../run/tableRun.ts';
import { visible } from '../visible.ts';
import { counted, percent } from '../words.ts';
import { reportTo, type Call } from './call.ts';
import { withDeadline } from './deadline.ts';
import { limitsOf, recordsAnswer } from './recordsAnswer.ts';
import type { AskedFile } from './openFiles.ts';
import { showRows } from './pageRows.ts';
import { pagedRows } from './queryFile.ts';
import { roundedShare } from './share.ts';
import { ToolError } from './toolError.ts';

/** Answers records that are chosen at random from all of a file, or from what was read of it. */
export async function sampleRecords(
  call: Call,
  asked: AskedFile,
  path: string,
  size: number,
): Promise<ToolAnswer> {
  const { dataset } = asked.file;
  const query = `|> TABLESAMPLE ${size} ROWS REPEATABLE (${call.input.number('seed')})`;
  const run = new TableRun(0, plannedFor(query, dataset.recognised.format), dataset);
  const report = reportTo(call);
  const told = ({ scanned, skipped, total }: ViewState): void => report(scanned + skipped, total);
  try {
    const state = await withDeadline(
      call.input.number('time_limit_seconds'),
      call.signal,
      ({ signal, until }) => asked.file.whileScanning(() => run.run(signal, told, until)),
    );
    call.signal.throwIfAborted();
    if (state.phase !== 'done')
      throw new ToolError(state.message === '' ? 'The time limit is over.' : state.message);
    const { total = 0, scanned, skipped } = state;
    const share = total === 0 ? 1 : roundedShare(Math.min(1, (scanned + skipped) / total));
    const figures = { file: path, complete: share === 1, share_read: share, first: 1 };
    const limits = { ...limitsOf(call, figures), first: 0, count: size };
    const shown = await showRows(pagedRows(run, asked), limits, call.signal);
    const of = share === 1 ? '' : ` from the first ${percent(share)} of the file, which the time limit left`;
    const part = shown.count < state.matched ? ` ${shown.count} shown; raise max_bytes for all.` : '';
    const head = `${visible(basename(path))}: a sample of ${counted(state.matched, 'record')}${of}.${part}`;
    return recordsAnswer(head, shown, { ...figures, last: shown.count, total: state.matched });
  } finally {
    await run.close();
  }
}
