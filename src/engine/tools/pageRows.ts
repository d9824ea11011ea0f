import { cellColumns, type Columns, type FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { visible } from '../visible.ts';
import { Room, type AnswerLine } from './answer.ts';
import { cellsOf, shownText, type ShownCell } from './cells.ts';

/** Rows that can be looked at: of a file, or of a query. */
export interface PagedRows {
  readonly columns: Columns;
  readonly total: number;
  /** Bytes that a row's text has, roughly. */
  readonly rowBytes: number;
  readonly page: (
    first: number,
    count: number,
    cells: CellRequest,
    signal: AbortSignal,
  ) => Promise<PageResult>;
}

export interface ShownRows {
  readonly room: Room;
  /** How many rows are shown. */
  readonly count: number;
  readonly cutCells: number;
  /** Columns that had no room. */
  readonly hiddenColumns: number;
}

export interface RowLimits {
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
  readonly cellBytes: number;
  /** Whether each row begins with the number of its record. */
  readonly numbered: boolean;
}

/** Bytes of the cells that are asked for at once, and of the text that they are read from: in between, the time is looked at. */
const pageBytes = 4 * 1024 * 1024;
const mostRowsAtOnce = 64;
/** No cell is cut shorter so that a row fits. */
const leastCellBytes = 16;

/**
 * Whole rows from one on, as many as there is room for. Where the first has none, its cells are cut shorter, and then
 * its last columns are left out, so that there is always one.
 * @param until once it is aborted, no more rows are looked at than are there; the first one is
 */
export async function showRows(
  rows: PagedRows,
  { first, count, bytes, cellBytes, numbered }: RowLimits,
  { signal, until }: { readonly signal: AbortSignal; readonly until: AbortSignal },
): Promise<ShownRows> {
  const room = new Room(bytes);
  const end = Math.min(rows.total, first + count);
  let fit: Fit = { cellBytes, width: Infinity };
  let cutCells = 0;
  let at = first;
  for (let full = false; !full && at < end && (at === first || !until.aborted);) {
    const columns = rows.columns.all.slice(0, fit.width);
    const most = Math.max(rows.rowBytes, Math.max(1, columns.length) * fit.cellBytes);
    const atOnce = Math.max(1, Math.floor(pageBytes / most));
    const asked = Math.min(end - at, atOnce, mostRowsAtOnce);
    const seen = await learnedPage(rows, columns, at, asked, fit, signal);
    if (seen.page.rows === 0) break;
    if (at === first) fit = fitOf(seen, fit, bytes, numbered);
    for (const line of linesOf(seen, fit, numbered)) {
      full = !room.take(line);
      if (full) break;
      cutCells += line.cuts;
      at++;
    }
  }
  const hiddenColumns = Math.max(0, rows.columns.all.length - fit.width);
  return { room, count: at - first, cutCells, hiddenColumns };
}

/** Bytes that a record of a file has on the average; 0 while that is unknown. */
export function rowBytesOf(dataset: Dataset): number {
  const { size = 0, records } = dataset.state();
  return records === 0 ? 0 : size / records;
}

/** How much is shown of each row. */
interface Fit {
  readonly cellBytes: number;
  readonly width: number;
}

interface SeenPage {
  readonly page: PageResult;
  readonly columns: readonly FileColumn[];
}

/** What of the first row has room. */
function fitOf(seen: SeenPage, asked: Fit, bytes: number, numbered: boolean): Fit {
  const isFitting = (fit: Fit): boolean => new Room(bytes).take(linesOf(seen, fit, numbered)[0]);
  for (let { cellBytes } = asked; ; cellBytes = Math.max(leastCellBytes, Math.floor(cellBytes / 4))) {
    if (isFitting({ ...asked, cellBytes })) return { ...asked, cellBytes };
    if (cellBytes > leastCellBytes) continue;
    let width = Math.floor(seen.columns.length / 2);
    while (width > 1 && !isFitting({ cellBytes, width })) width = Math.floor(width / 2);
    return { cellBytes, width: Math.max(1, width) };
  }
}

/** The rows of a page as JSON objects. */
function linesOf(
  { page, columns }: SeenPage,
  { cellBytes, width }: Fit,
  numbered: boolean,
): (AnswerLine & { readonly cuts: number })[] {
  const faults = new Map(page.faults.map(({ row, reason }) => [row, reason]));
  return cellsOf(page, columns.length, cellBytes).map((cells, row) => {
    const shown = cells.slice(0, width);
    const record = numbered ? page.records[row] : undefined;
    const cuts = shown.filter((cell) => cell?.cut).length;
    return { ...lineOf(shown, columns, record, faults.get(row)), cuts };
  });
}

/** A page, asked for again where its rows have columns that were not known. */
async function learnedPage(
  { columns: known, page: ask }: PagedRows,
  columns: readonly FileColumn[],
  first: number,
  count: number,
  { cellBytes: limit, width }: Fit,
  signal: AbortSignal,
): Promise<SeenPage> {
  const page = await ask(first, count, { kind: 'columns', columns: cellColumns(columns), limit }, signal);
  const ids = columns.map(({ id }) => id);
  known.learn(page, ids);
  const now = known.all.slice(0, width);
  if (now.length === columns.length) return { page, columns };
  const cells = { kind: 'columns', columns: cellColumns(now), limit } as const;
  return { page: await ask(first, count, cells, signal), columns: now };
}

/** A row as a JSON object, without the members that it does not have. */
function lineOf(
  cells: readonly (ShownCell | undefined)[],
  columns: readonly FileColumn[],
  record: number | undefined,
  fault: string | undefined,
): AnswerLine {
  const texts: string[] = [];
  const values: [string, unknown][] = [];
  const add = (name: string, json: string, value: unknown): void => {
    texts.push(`${shownText(name)}:${json}`);
    values.push([visible(name), value]);
  };
  if (record !== undefined && record > 0) add('_record', String(record), record);
  if (fault !== undefined) add('_error', shownText(fault), visible(fault));
  cells.forEach((cell, at) => {
    // A record that cannot be read is a text in the first column.
    if (cell) add(cell.malformed ? '_text' : columns[at].name, cell.json, cell.value);
  });
  return { text: `{${texts.join(',')}}`, value: Object.fromEntries(values) };
}
