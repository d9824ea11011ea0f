import { english } from '../../said/said.ts';
import { cellColumns, type Columns, type FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { visible } from '../visible.ts';
import { byteLength, Room, type AnswerLine } from './answer.ts';
import { PageCells, shownText, type ShownCell } from './cells.ts';

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
    const seen = await seenPage(rows, columns, at, asked, fit, signal);
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
  readonly cells: PageCells;
  readonly columns: readonly FileColumn[];
}

/** What of the first row has room. */
function fitOf(seen: SeenPage, { cellBytes: most }: Fit, bytes: number, numbered: boolean): Fit {
  for (let cellBytes = most; ; cellBytes = Math.max(leastCellBytes, Math.floor(cellBytes / 4))) {
    const width = fittingWidth(seen, cellBytes, bytes, numbered);
    if (width === seen.columns.length) return { cellBytes, width: Infinity };
    if (cellBytes <= leastCellBytes) return { cellBytes, width: Math.max(1, width) };
  }
}

/** How many columns of the first row have room, as text and as JSON. No cell is made behind those. */
function fittingWidth(seen: SeenPage, cellBytes: number, bytes: number, numbered: boolean): number {
  const { columns } = seen;
  let [text, json, members] = [0, 0, 0];
  const isFull = (added: readonly Member[]): boolean => {
    for (const member of added) {
      text += byteLength(member.text);
      json += byteLength(JSON.stringify({ [member.name]: member.value })) - braces;
      members++;
    }
    // With the marks between them, and the end of the line.
    return braces + Math.max(text, json) + Math.max(0, members - 1) + 1 > bytes;
  };
  if (isFull(noteMembers(seen, 0, numbered))) return 0;
  for (let column = 0; column < columns.length; column++) {
    const cell = seen.cells.cell(0, column, cellBytes);
    if (cell && isFull([memberOf(cell, columns[column])])) return column;
  }
  return columns.length;
}

const braces = 2;

/** The rows of a page as JSON objects. */
function linesOf(
  seen: SeenPage,
  { cellBytes, width }: Fit,
  numbered: boolean,
): (AnswerLine & { readonly cuts: number })[] {
  const columns = seen.columns.slice(0, width);
  return Array.from({ length: seen.page.rows }, (_, row) => {
    const members = noteMembers(seen, row, numbered);
    let cuts = 0;
    columns.forEach((column, at) => {
      const cell = seen.cells.cell(row, at, cellBytes);
      if (!cell) return;
      members.push(memberOf(cell, column));
      if (cell.cut) cuts++;
    });
    const text = `{${members.map((member) => member.text).join(',')}}`;
    return { text, value: Object.fromEntries(members.map(({ name, value }) => [name, value])), cuts };
  });
}

/** A member of a row's object: as text, and for programs. */
interface Member {
  readonly text: string;
  readonly name: string;
  readonly value: unknown;
}

function member(name: string, json: string, value: unknown): Member {
  return { text: `${shownText(name)}:${json}`, name: visible(name), value };
}

function memberOf(cell: ShownCell, { name }: FileColumn): Member {
  // A record that cannot be read is a text in the first column.
  return member(cell.malformed ? '_text' : name, cell.json, cell.value);
}

/** What is said of a row besides its cells. */
function noteMembers({ page }: SeenPage, row: number, numbered: boolean): Member[] {
  const record = numbered ? page.records[row] : 0;
  const reason = page.faults.find((found) => found.row === row)?.reason;
  const fault = reason && english(reason);
  return [
    ...(record > 0 ? [member('_record', String(record), record)] : []),
    ...(fault === undefined ? [] : [member('_error', shownText(fault), visible(fault))]),
  ];
}

/** A page, asked for again where its rows have columns that were not known. */
async function seenPage(
  { columns: known, page: ask }: PagedRows,
  columns: readonly FileColumn[],
  first: number,
  count: number,
  { cellBytes, width }: Fit,
  signal: AbortSignal,
): Promise<SeenPage> {
  const asked = { columns: known, page: (cells: CellRequest) => ask(first, count, cells, signal) };
  const seen = await learnedPage(asked, columns, cellBytes, width);
  return { ...seen, cells: new PageCells(seen.page, seen.columns.length) };
}

/**
 * Rows with what is known of their columns after they were seen.
 * @param limit bytes at which cells are cut
 * @param width most columns
 */
export async function learnedPage(
  rows: { readonly columns: Columns; readonly page: (cells: CellRequest) => Promise<PageResult> },
  columns: readonly FileColumn[],
  limit: number,
  width = Infinity,
): Promise<{ readonly page: PageResult; readonly columns: readonly FileColumn[] }> {
  const { columns: known, page: ask } = rows;
  const page = await ask({ kind: 'columns', columns: cellColumns(columns), limit });
  const ids = columns.map(({ id }) => id);
  known.learn(page, ids);
  const now = known.all.slice(0, width);
  if (now.length === columns.length) return { page, columns };
  return { page: await ask({ kind: 'columns', columns: cellColumns(now), limit }), columns: now };
}
