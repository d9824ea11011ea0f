import { basename } from 'node:path';
import type { ToolAnswer } from '../../protocol/tools.ts';
import type { ViewState } from '../../protocol/preview.ts';
import { english } from '../../said/said.ts';
import type { Run } from '../run/run.ts';
import { TableRun } from '../run/tableRun.ts';
import { ViewRun } from '../run/viewRun.ts';
import { counted, grouped, sized } from '../words.ts';
import { visible } from '../visible.ts';
import { answer, byteLength, roomBeside } from './answer.ts';
import { checked, reportTo, withFile, type Call, type CheckedQuery } from './call.ts';
import { shownLine, startOf } from './cells.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { withDeadline, type Deadline } from './deadline.ts';
import type { AskedFile } from './openFiles.ts';
import { rowBytesOf, showRows, type PagedRows, type ShownRows } from './pageRows.ts';
import { formatOptionsOf } from './readAs.ts';
import { partlyRead, shareOfPart } from './share.ts';
import { ToolError } from './toolError.ts';

/** Runs of a file are counted, and no view has this number. */
const runNumber = 0;

/** Answers rows of a query, and how many there are. */
export async function queryFile(call: Call): Promise<ToolAnswer> {
  return withDeadline(call.input.number('time_limit_seconds'), call.signal, (deadline) =>
    withFile(call, (asked, path) => answered(call, asked, path, deadline)),
  );
}

async function answered(call: Call, asked: AskedFile, path: string, deadline: Deadline): Promise<ToolAnswer> {
  const { input } = call;
  const query = input.text('query');
  const identity = [path, query, formatOptionsOf(input)];
  const cursor = readCursor(input, ...identity);
  const { dataset } = asked.file;
  const check = await checked(query, dataset, call);
  const make = (): Promise<{ run: Run; keep: boolean }> => runQuery(call, asked, check, deadline);
  return asked.runs.with(check.planned.text, make, async (run) => {
    const first = cursor?.at ?? 0;
    const { state } = run;
    const outcome = outcomeOf(run, asked);
    const bytes = input.number('max_bytes');
    const warnings = shownWarnings([...check.warnings, ...(await check.totals())], bytes);
    const figures = { file: path, total: state.matched, ...outcome, warnings };
    const limits = {
      first,
      count: input.number('max_rows'),
      bytes: roomBeside(bytes, figures, headOf(path, state, outcome, undefined, 0, '').join('\n')) - 300,
      cellBytes: input.number('max_cell_bytes'),
      numbered: state.outcome.rows === 'records' && run.columns === undefined && run.view !== undefined,
    };
    const shown = await showRows(pagedRows(run, asked), limits, {
      signal: call.signal,
      until: deadline.until,
    });
    const last = first + shown.count;
    const next = last < state.matched ? writeCursor({ at: last, more: 0 }, ...identity) : undefined;
    const structured = {
      ...figures,
      first: shown.count > 0 ? first + 1 : 0,
      last,
      rows: shown.room.values,
      cut_cells: shown.cutCells,
      hidden_columns: shown.hiddenColumns,
      ...(next !== undefined && { cursor: next }),
    };
    const head = headOf(path, state, outcome, shown, first, next ?? '');
    return answer([...head, ...warnings.map((text) => `Warning: ${text}`)], shown.room.lines, structured);
  });
}

/** Warnings that are shown, and bytes of each. */
const [mostWarnings, warningLength] = [5, 600];

/** The first warnings, cut where they would take the room of the rows. */
function shownWarnings(warnings: CheckedQuery['warnings'], bytes: number): string[] {
  let left = Math.floor(bytes / 4);
  return warnings.slice(0, mostWarnings).flatMap(({ message }) => {
    const text = startOf(shownLine(message), Math.min(left, warningLength));
    left -= byteLength(text);
    return text === '' ? [] : [text];
  });
}

/** Runs a query until it is done or the time is over. @throws ToolError where there is nothing to show then */
async function runQuery(
  call: Call,
  asked: AskedFile,
  { planned }: CheckedQuery,
  { signal, until }: Deadline,
): Promise<{ run: Run; keep: boolean }> {
  const { dataset } = asked.file;
  const seconds = call.input.number('time_limit_seconds');
  const run =
    planned.plan.shape === 'table'
      ? new TableRun(runNumber, planned, dataset)
      : new ViewRun(runNumber, planned, dataset);
  const report = reportTo(call);
  const told = ({ scanned, skipped, total }: ViewState): void => report(scanned + skipped, total);
  try {
    const state = await asked.file.whileScanning(() =>
      run instanceof TableRun
        ? run.run(signal, told, until)
        : run.run(AbortSignal.any([signal, until]), told),
    );
    call.signal.throwIfAborted();
    if (state.phase === 'failed' && state.said) throw new ToolError(english(state.said));
    if (state.phase === 'cancelled' && run instanceof TableRun) {
      throw new ToolError(
        `The query did not finish within ${seconds} seconds, and has no rows until it does. Add a condition, a LIMIT or |> TABLESAMPLE 1 PERCENT, or raise time_limit_seconds.`,
      );
    }
    return { run, keep: isWhole(run) && planned.asked === planned.text };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** Whether all of the file was looked at that the query had to look at: a LIMIT ends it before. */
function isWhole({ state, isPart = false }: Run): boolean {
  return state.phase === 'done' && !isPart;
}

interface QueryFigures {
  readonly complete: boolean;
  readonly share_read: number;
  readonly records_read: number;
  readonly malformed: number;
  readonly bytes_read: number;
  readonly bytes_skipped: number;
  readonly seconds: number;
}

function outcomeOf(run: Run, { file: { dataset } }: AskedFile): QueryFigures {
  const { scanned, skipped, total = Infinity, records, malformed, elapsedMs } = run.state;
  const complete = isWhole(run);
  return {
    complete,
    share_read: complete ? 1 : shareOfPart((scanned + skipped) / total),
    records_read: records,
    malformed,
    bytes_read: dataset.inFile(scanned),
    bytes_skipped: dataset.inFile(skipped),
    seconds: Math.round(elapsedMs) / 1000,
  };
}

function headOf(
  path: string,
  { matched }: ViewState,
  figures: QueryFigures,
  shown: ShownRows | undefined,
  first: number,
  cursor: string,
): string[] {
  const rows = shown?.count
    ? `rows ${grouped(first + 1)}-${grouped(first + shown.count)} of ${grouped(matched)}`
    : `${counted(matched, 'row')}${matched > 0 ? ', none shown' : ''}`;
  const { share_read: share, malformed } = figures;
  const read = [
    `${sized(figures.bytes_read)} read in ${figures.seconds.toFixed(2)} s`,
    ...(figures.bytes_skipped > 0 ? [`${sized(figures.bytes_skipped)} skipped by the index`] : []),
    ...(malformed > 0 ? [counted(malformed, 'malformed record')] : []),
  ];
  return [
    `${visible(basename(path))}: ${rows}. ${read.join(', ')}.`,
    partlyRead(share),
    shown?.cutCells ? `${counted(shown.cutCells, 'cell')} cut; raise max_cell_bytes to see more.` : '',
    shown?.hiddenColumns
      ? `${counted(shown.hiddenColumns, 'column')} left out for lack of room; use SELECT with the ones you need.`
      : '',
    cursor === '' ? '' : `For the next rows: cursor "${cursor}".`,
  ];
}

/** The rows of a run. */
export function pagedRows(run: Run, { file: { dataset } }: AskedFile): PagedRows {
  return {
    columns: run.columns ?? dataset.columns,
    total: run.state.matched,
    rowBytes: rowBytesOf(run instanceof TableRun ? run.dataset : dataset),
    page: (first, count, cells, signal) => run.page(first, count, cells, signal),
  };
}
