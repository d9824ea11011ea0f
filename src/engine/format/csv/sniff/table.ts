import type { SampleRow } from './rows.ts';
import { cellType, isTyped, type CellType } from './type.ts';

/** Where a table stands among the rows of a sample. */
export interface TablePlace {
  /** Index of the table's first row. */
  readonly first: number;
  /** Rows of the header, 0 to 3. */
  readonly headerRows: number;
  /** Number of columns: of the body's common row, or of the header where that has more. */
  readonly width: number;
  /** Indices of rows at which further tables begin. */
  readonly others: readonly number[];
}

/** What is known of a table beforehand. */
export interface KnownTable {
  readonly first?: number | undefined;
  readonly headerRows?: number | undefined;
}

/** How many rows are looked at to judge the one above them. */
const below = 60;
/** How many columns are. */
const across = 200;

/**
 * Finds the first table: past rows that are nothing like it (a title, notes, metadata, blanks), its header, and the
 * further tables below.
 */
export function findTable(rows: readonly SampleRow[], known: KnownTable): TablePlace {
  const first = known.first ?? firstRow(rows);
  const found = known.headerRows ?? countHeaderRows(rows, first);
  const others = otherTables(rows, first + found);
  const end = Math.min(first + found + below, others.at(0) ?? rows.length);
  // The header has a vote as well: it decides where hardly two rows are of one width.
  const bodyWidth = commonWidth(rows.slice(first, Math.max(end, first + 1)));
  const headerWidths = rows.slice(first, first + found).map((row) => namedWidth(row, bodyWidth));
  return { first, headerRows: found, width: Math.max(bodyWidth, ...headerWidths), others };
}

/** The number of fields in most rows; of two as common, the greater. */
function commonWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.width, (counts.get(row.width) ?? 0) + 1);
  let width = 0;
  for (const [candidate, count] of counts) {
    const most = counts.get(width) ?? 0;
    if (count > most || (count === most && candidate > width)) width = candidate;
  }
  return width;
}

/** Fields that a header row names: a delimiter too many in it makes no column. */
function namedWidth(row: SampleRow, bodyWidth: number): number {
  const { used } = row;
  return used > bodyWidth && row.filled <= bodyWidth ? bodyWidth : used;
}

/** Rows that stand above a table are at most this many. */
const preambleLimit = 60;

/**
 * The first row that is wide and full enough to belong to the rows below it. Rows are passed over only if they
 * could not be rows of the table, having far fewer fields or just one that is filled where the rows below are
 * regular; and only if the table then begins with a header, or something blank sets it apart.
 */
function firstRow(rows: readonly SampleRow[]): number {
  const whole = commonWidth(rows);
  const regular = share(rows, (row) => row.width === whole) >= 0.5;
  for (let index = 0; index < Math.min(rows.length, preambleLimit); index++) {
    const row = rows[index];
    const next = rows.slice(index + 1, index + 21);
    if (next.length === 0) return 0;
    const width = regular && row.width * 2 <= whole ? whole : commonWidth(next);
    const apart = isSetApart(rows, index);
    if (isAbove(row, next, width) && !(apart && row.width === width && row.filled > 0)) continue;
    return index === 0 || apart || countHeaderRows(rows, index) > 0 ? index : 0;
  }
  return 0;
}

/** Whether a blank line, a comment, or a row without content stands right above a row. */
function isSetApart(rows: readonly SampleRow[], index: number): boolean {
  if (index === 0) return false;
  const before = rows[index - 1];
  return before.next < rows[index].start || before.countFilled(1) === 0;
}

function isAbove(row: SampleRow, next: readonly SampleRow[], width: number): boolean {
  const filled = row.filled;
  if (filled === 0) return true;
  const regular = share(next, (one) => one.width === width) >= 0.6;
  if (!regular || width < 2) return false;
  if (row.width * 2 <= width) return true;
  return filled === 1 && median(next.filter((one) => one.width === width).map(({ filled }) => filled)) >= 2;
}

function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(test).length / items.length;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b).at(Math.floor(numbers.length / 2)) ?? 0;
}

/** How many rows from `first` on name the columns. */
export function countHeaderRows(rows: readonly SampleRow[], first: number): number {
  const header = rows.at(first);
  if (header === undefined) return 0;
  const rest = rows.length - first - 1;
  // Further header rows are not to be taken for the body.
  const body = columnsOf(rows.slice(first + Math.max(1, Math.min(3, rest - 1)), first + 3 + below));
  if (!isHeader(header, body)) return 0;
  let count = 1;
  while (count < 3 && count < rest) {
    const row = rows[first + count];
    if (!isFurtherHeader(row, header, body)) break;
    count++;
  }
  return count;
}

/** What the cells of a column are like. */
interface ColumnLook {
  /** The type of nearly all cells that are not empty; `text` where they differ, `empty` where there are none. */
  readonly type: CellType;
  readonly values: ReadonlySet<string>;
  /** Length of all cells, where they are of one; else 0. */
  readonly length: number;
}

function columnsOf(rows: readonly SampleRow[]): ColumnLook[] {
  const width = commonWidth(rows);
  const fitting = rows.filter((one) => one.width === width);
  return Array.from({ length: Math.min(width, across) }, (_, column) => {
    const cells: string[] = [];
    const types = new Map<CellType, number>();
    for (const row of fitting) {
      const cell = row.cells[column] ?? '';
      const type = cellType(cell);
      if (type === 'empty') continue;
      cells.push(cell);
      types.set(type, (types.get(type) ?? 0) + 1);
    }
    const [type, count] = [...types].sort((a, b) => b[1] - a[1]).at(0) ?? ['empty', 0];
    const lengths = new Set(cells.map((cell) => cell.length));
    return {
      type: count >= cells.length * 0.8 ? type : 'text',
      values: new Set(cells),
      length: cells.length > 2 && lengths.size === 1 ? ([...lengths].at(0) ?? 0) : 0,
    };
  });
}

/** Whether a row names the columns rather than being one more row of them. */
function isHeader(row: SampleRow, columns: readonly ColumnLook[]): boolean {
  const cells = row.cells.map((cell) => cell.trim());
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length === 0) return false;
  const years = areYears(cells);
  let says = 0;
  let denies = 0;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const column = columns.at(index);
    const type = cellType(cell);
    if (column === undefined) continue;
    if (cell === '') {
      if (index > 0 && column.type !== 'empty' && !isTyped(column.type)) denies += 0.15;
      continue;
    }
    if (isTyped(column.type)) {
      if (!isTyped(type)) says += type === 'empty' ? 0 : 1;
      else if (type === column.type && !years.has(cell)) denies += 1;
      else says += 0.5;
    } else if (column.type !== 'empty') {
      if (isTyped(type) && !years.has(cell)) denies += 0.5;
      else if (column.values.has(row.cells.at(index) ?? '')) denies += 0.7;
      else if (column.length > 0) says += column.length === cell.length ? -0.1 : 0.3;
      else if (type === 'text') denies += 0.2;
      else says += 0.1;
    }
  }
  if (new Set(filled).size < filled.length) denies += 0.5;
  if (filled.some((cell) => cell.length > 120)) denies += 0.5;
  if (columns.length === 0) return filled.every((cell) => !isTyped(cellType(cell)));
  return says > denies;
}

/** Years in a row, as the columns of a time series are called. */
function areYears(cells: readonly string[]): ReadonlySet<string> {
  const years = cells.filter((cell) => /^(?:1[89]|20)\d\d$/.test(cell));
  const step = Number(years.at(1)) - Number(years.at(0));
  const regular = years.every(
    (year, index) => index === 0 || Number(year) - Number(years[index - 1]) === step,
  );
  return new Set(years.length >= 2 && regular && step !== 0 ? years : []);
}

/** Whether the row below a header is one more header row: units, a second level of names, the same names again. */
function isFurtherHeader(row: SampleRow, header: SampleRow, columns: readonly ColumnLook[]): boolean {
  const repeats =
    row.width === header.width && row.cells.every((cell, index) => cell === header.cells[index]);
  if (repeats && row.width > 1) return true;
  let typed = 0;
  let named = 0;
  for (const [index, column] of columns.entries()) {
    if (!isTyped(column.type)) continue;
    typed++;
    const type = cellType(row.cells.at(index) ?? '');
    if (isTyped(type)) return false;
    if (type !== 'empty') named++;
  }
  const isData = columns.some(
    ({ values, type }, index) => type !== 'empty' && values.has(row.cells.at(index) ?? ''),
  );
  return typed >= 2 && named >= Math.max(2, typed / 2) && !isData;
}

/**
 * Rows below the first table's at which another begins: a header above rows that it fits better than those
 * before it.
 */
function otherTables(rows: readonly SampleRow[], bodyFirst: number): number[] {
  const found: number[] = [];
  // Where many rows hold no more than one value, one that does is no title.
  const titles = rows.filter((row) => row.countFilled(2) < 2).length <= Math.max(3, rows.length / 20);
  for (let index = bodyFirst + 1; index + 1 < rows.length; index++) {
    const row = rows[index];
    const before = rows[index - 1];
    const apart = before.next < row.start || (titles && before.countFilled(2) < 2);
    if (!apart && row.width === before.width) continue;
    if (row.countFilled(2) < 2) continue;
    const next = rows.slice(index + 1, index + 11);
    const nextWidth = commonWidth(next);
    if (row.width !== nextWidth || share(next, (one) => one.width === nextWidth) < 0.8) continue;
    const columns = columnsOf(next);
    if (!columns.some(({ type }) => isTyped(type)) || !isHeader(row, columns)) continue;
    found.push(index);
    index += 1;
  }
  return found;
}
