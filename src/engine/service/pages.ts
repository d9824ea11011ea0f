import { said, SaidError, type Said } from '../../said/said.ts';
import { cellLimit, detailLimit } from '../../protocol/preview.ts';
import type { Page, PreviewCalls, RecordDetail } from '../../protocol/preview.ts';
import { cellColumns } from '../dataset/columns.ts';
import type { CellRequest, PagePart, PageResult } from '../pool/task.ts';
import { timeAtRow, type TimedRows } from '../run/locateTime.ts';
import type { Run } from '../run/run.ts';
import { locate } from './locate.ts';
import type { SharedFile } from './sharedFile.ts';

/** The rows that a page shows, and those of the columns that were new to them. */
export interface Rows {
  readonly page: Page;
  /** Whether the columns of the view are others now than the page knows of. */
  readonly columnsChanged: boolean;
}

/** Rows of a view, as cells. @param run what made the view; undefined: the file itself */
export async function rowsOfPage(
  file: SharedFile,
  run: Run | undefined,
  { view, first, count, columns, limit = cellLimit }: PreviewCalls['rows']['params'],
  signal: AbortSignal,
): Promise<Rows> {
  const { dataset } = file;
  const known = run?.columns ?? dataset.columns;
  const wanted = columns.map((id) => known.all[id]);
  const cells = { kind: 'columns', columns: cellColumns(wanted), limit, failedAsFaults: true } as const;
  const page = await pageOf(file, run, first, count, cells, signal);
  if (!run && dataset.index.length === 0) file.startIndexingSoon();
  // A page that asks for none may be new to a view whose columns are known already.
  const columnsChanged = known.learn(page, columns) || columns.length === 0;
  const { rows, text, ends, kinds, records } = page;
  return {
    page: { view, first, rows, columns, text, ends, kinds, records, faults: reasonsOf(page) },
    columnsChanged,
  };
}

/**
 * The record of a row, as far as `detailLimit` goes.
 * @param run what made the view; undefined: the file itself
 * @throws SaidError where there is no such row
 */
export async function recordOf(
  file: SharedFile,
  run: Run | undefined,
  row: number,
  signal: AbortSignal,
): Promise<RecordDetail> {
  const request = { kind: 'raw', limit: detailLimit } as const;
  const number = run?.records?.at(row);
  const offset = number === undefined ? await run?.offsetOf(row) : undefined;
  const known = number === undefined ? undefined : await pageOf(file, undefined, number, 1, request, signal);
  const source = offset === undefined ? known : await recordAt(file, offset, request, signal);
  const whole = run?.ofWholeRecords === true ? source : undefined;
  const page = whole ?? (await pageOf(file, run, row, 1, request, signal));
  if (page.rows === 0) throw new SaidError(said`There is no such row.`);
  const { dataset } = file;
  const { format } = whole ? dataset : (run?.dataset ?? dataset);
  const fields = format.detail?.(page.text);
  // A computed row is not in the file: its record is.
  const from = source ?? page;
  return {
    record: from.records[0],
    line: from.lines[0],
    offset: from.offsets[0],
    ...(from.files.length > 0 && { file: from.files[0] }),
    length: from.lengths[0],
    loose: fields !== undefined || dataset.format.numbersInText,
    format: fields ? 'fields' : 'json',
    text: new TextDecoder().decode(page.text),
    cut: page.text.length < page.lengths[0],
    fields: fields ?? [],
    fault: reasonsOf(page)[0] ?? undefined,
  };
}

/** What rows over time count a row at, as the language reads its cell: null where that is no time. */
export async function timeOfRow(
  file: SharedFile,
  run: Run | undefined,
  row: number,
  column: number,
  signal: AbortSignal,
): Promise<number | null> {
  const { all: columns } = run?.columns ?? file.dataset.columns;
  const page: TimedRows['page'] = (...asked) => pageOf(file, run, ...asked);
  return (await timeAtRow({ columns, page }, row, column, signal)) ?? null;
}

async function pageOf(
  file: SharedFile,
  run: Run | undefined,
  first: number,
  count: number,
  cells: CellRequest,
  signal: AbortSignal,
): Promise<PageResult> {
  if (run) return run.page(first, count, cells, signal);
  return file.dataset.page(undefined, await fileParts(file, first, count, signal), cells, signal);
}

/** Where rows of the file itself are; waits for the index where it has not come so far. */
async function fileParts(
  file: SharedFile,
  first: number,
  count: number,
  signal: AbortSignal,
): Promise<PagePart[]> {
  const { dataset } = file;
  let parts = dataset.known.parts(first, count);
  while (parts.length === 0 && !dataset.indexed && file.state().phase === 'indexing') {
    await file.indexedTo(dataset.index.length + 1, signal);
    parts = dataset.known.parts(first, count);
  }
  return parts;
}

/** The record of the file that begins at a byte; undefined where it cannot be found any more. */
async function recordAt(
  file: SharedFile,
  offset: number,
  request: CellRequest,
  signal: AbortSignal,
): Promise<PageResult | undefined> {
  const { row } = await locate(file, undefined, { by: 'offset', value: offset }, signal);
  // Where nothing stands between two records, the place belongs to both.
  for (const place of [row, row + 1]) {
    const page = await pageOf(file, undefined, place, 1, request, signal);
    if (page.rows === 1 && page.offsets[0] === offset) return page;
  }
  return undefined;
}

function reasonsOf(page: PageResult): (Said | null)[] {
  const reasons = new Array<Said | null>(page.rows).fill(null);
  for (const { row, reason } of page.faults) reasons[row] = reason;
  return reasons;
}
