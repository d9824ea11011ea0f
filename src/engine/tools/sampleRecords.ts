import { basename } from 'node:path';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { visible } from '../visible.ts';
import { counted, percent } from '../words.ts';
import type { Call } from './call.ts';
import { chosenRecords } from './chosenRecords.ts';
import { limitsOf, recordsAnswer } from './recordsAnswer.ts';
import type { AskedFile } from './openFiles.ts';
import { rowBytesOf, showRows, type PagedRows } from './pageRows.ts';
import { roundedShare } from './share.ts';

/** Answers records that are chosen at random from those that are known: their numbers are, and no other is read. */
export async function sampleRecords(
  call: Call,
  { file: { dataset } }: AskedFile,
  path: string,
  size: number,
  until: AbortSignal,
): Promise<ToolAnswer> {
  const numbers = chosenRecords(dataset.known.records, size, call.input.number('seed'));
  const rows: PagedRows = {
    columns: dataset.columns,
    total: numbers.length,
    rowBytes: rowBytesOf(dataset),
    page: (first, count, cells, signal) => {
      const records = numbers.slice(first, first + count);
      const parts = records.flatMap((record) => dataset.known.parts(record, 1));
      return dataset.page(undefined, parts, cells, signal);
    },
  };
  const share = dataset.indexed ? 1 : roundedShare(dataset.index.length / Math.max(1, dataset.blocks));
  const figures = { file: path, complete: share === 1, share_read: share, first: 1 };
  const shown = await showRows(
    rows,
    { ...limitsOf(call, figures), first: 0, count: size },
    { signal: call.signal, until },
  );
  const of =
    share === 1 ? '' : ` from the first ${percent(share)} of the file, as the time limit was reached`;
  const part =
    shown.count < numbers.length
      ? ` ${shown.count} shown; raise ${until.aborted ? 'time_limit_seconds' : 'max_bytes'} for all.`
      : '';
  const head = `${visible(basename(path))}: a sample of ${counted(numbers.length, 'record')}${of}.${part}`;
  return recordsAnswer(head, shown, { ...figures, last: shown.count, total: numbers.length });
}
