import { basename } from 'node:path';
import type { ToolAnswer } from '../../protocol/tools.ts';
import { locate } from '../service/locate.ts';
import { visible } from '../visible.ts';
import { counted, grouped, percent } from '../words.ts';
import { reportTo, withFile, type Call } from './call.ts';
import { withDeadline, type Deadline } from './deadline.ts';
import type { AskedFile } from './openFiles.ts';
import { rowBytesOf, showRows, type PagedRows } from './pageRows.ts';
import { limitsOf, recordsAnswer } from './recordsAnswer.ts';
import { sampleRecords } from './sampleRecords.ts';
import { roundedShare } from './share.ts';
import { ToolError } from './toolError.ts';

/** Answers records by number, from a byte on, or a sample. */
export async function getRecords(call: Call): Promise<ToolAnswer> {
  const { input } = call;
  const sample = input.numberIfAny('sample');
  const offset = input.numberIfAny('offset');
  if (sample !== undefined && offset !== undefined)
    throw new ToolError('Give either offset or sample, not both.');
  const answered = async (asked: AskedFile, path: string, deadline: Deadline): Promise<ToolAnswer> => {
    if (sample !== undefined) {
      await knowUpTo(call, asked, Infinity, deadline);
      return sampleRecords(call, asked, path, sample, deadline.until);
    }
    const wanted = offset === undefined ? input.number('first') - 1 : undefined;
    const first = wanted ?? (await recordAt(call, asked, offset ?? 0, deadline));
    const { file } = asked;
    const { dataset } = file;
    await knowUpTo(call, asked, first + input.number('count'), deadline);
    const total = dataset.known.records;
    const atFirst = dataset.index.length === 0 && first === 0;
    if (first >= total && !atFirst) throw notThere(asked, first, total);
    const rows: PagedRows = {
      columns: dataset.columns,
      total: atFirst ? Infinity : total,
      rowBytes: rowBytesOf(dataset),
      page: (from, count, cells, signal) =>
        dataset.page(undefined, dataset.known.parts(from, count), cells, signal),
    };
    const figures = { file: path, total: file.state().records, total_exact: dataset.indexed };
    const shown = await showRows(
      rows,
      { ...limitsOf(call, figures), first },
      { signal: call.signal, until: deadline.until },
    );
    const head = `${visible(basename(path))}: records ${grouped(first + 1)}-${grouped(first + shown.count)} of ${dataset.indexed ? '' : 'about '}${grouped(figures.total)}.`;
    return recordsAnswer(head, shown, { ...figures, first: first + 1, last: first + shown.count });
  };
  return withDeadline(input.number('time_limit_seconds'), call.signal, (deadline) =>
    withFile(call, (asked, path) => answered(asked, path, deadline)),
  );
}

/** Reads on until so many records are known, or the time is over. */
async function knowUpTo(
  call: Call,
  { file }: AskedFile,
  records: number,
  { signal, until }: Deadline,
): Promise<void> {
  const { dataset } = file;
  const report = reportTo(call);
  const either = AbortSignal.any([signal, until]);
  while (dataset.known.records < records && !dataset.indexed && !either.aborted) {
    const before = dataset.index.length;
    await file.indexedTo(records === Infinity ? dataset.blocks : before + 1, either).catch(() => undefined);
    report(dataset.index.length, dataset.blocks);
    // A source that gives out does not get further.
    if (dataset.index.length === before) break;
  }
  call.signal.throwIfAborted();
}

/** The record that begins at a byte, or is the first after it. */
async function recordAt(
  call: Call,
  { file }: AskedFile,
  offset: number,
  { signal, until }: Deadline,
): Promise<number> {
  const size = file.state().fileSize ?? Infinity;
  if (offset >= size)
    throw new ToolError(`offset ${offset} is past the end of the file, which has ${size} bytes.`);
  try {
    const either = AbortSignal.any([signal, until]);
    return (await locate(file, undefined, { by: 'offset', value: offset }, either)).row;
  } catch (error) {
    if (!until.aborted || call.signal.aborted) throw error;
    throw new ToolError(
      'The time limit was reached before that offset. Call again with the same arguments to continue.',
    );
  }
}

function notThere({ file: { dataset } }: AskedFile, first: number, total: number): ToolError {
  if (dataset.indexed) {
    const held = total === 0 ? 'The file has no records.' : `The file has ${counted(total, 'record')}.`;
    return new ToolError(`There is no record ${grouped(first + 1)}. ${held}`);
  }
  const share = percent(roundedShare(dataset.index.length / dataset.blocks));
  return new ToolError(
    `The time limit was reached before record ${grouped(first + 1)}: ${counted(total, 'record')} were found in ${share} of the file. Call again with the same arguments to continue.`,
  );
}
