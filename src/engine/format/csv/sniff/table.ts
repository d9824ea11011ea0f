import {
  commonWidth,
  countHeaderRows,
  isCertainHeader,
  isCommentMark,
  roleOf,
  share,
  textOf,
} from './header.ts';
import type { SampleRow } from './rows.ts';
import { cellType, isTyped } from './type.ts';

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

/** How many rows are looked at to tell how many columns there are. */
const below = 60;

/**
 * Finds the first table: past rows that are nothing like it (a title, notes, metadata, blanks), its header, and the
 * further tables below.
 */
export function findTable(rows: readonly SampleRow[], known: KnownTable): TablePlace {
  const first = known.first ?? firstRow(rows);
  const found = known.headerRows ?? countHeaderRows(rows, first);
  const others = otherTables(rows, first, found);
  const end = Math.min(first + found + below, others.at(0) ?? rows.length);
  // The header has a vote as well: it decides where hardly two rows are of one width.
  const bodyWidth = commonWidth(rows.slice(first, Math.max(end, first + 1)));
  const headerWidths = rows.slice(first, first + found).map((row) => namedWidth(row, bodyWidth));
  return { first, headerRows: found, width: Math.max(bodyWidth, ...headerWidths), others };
}

/** Fields that a header row names: a delimiter too many in it makes no column, nor does a comment's mark. */
function namedWidth(row: SampleRow, bodyWidth: number): number {
  const { used } = row;
  if (used === bodyWidth + 1 && isCommentMark(row.cells[0])) return bodyWidth;
  return used > bodyWidth && row.filled <= bodyWidth ? bodyWidth : used;
}

/** Rows that stand above a table are at most this many. */
const preambleLimit = 60;

/**
 * The first row that belongs to the table. The rows above it are passed over only if they could not be rows of it,
 * being far narrower or having just one cell filled where the rows below are regular, and only if the table then
 * begins with what must be a header, or something blank sets it apart. What is of another width or hardly filled is
 * passed over where the very next rows begin with what must be a header.
 */
function firstRow(rows: readonly SampleRow[]): number {
  const whole = commonWidth(rows);
  const regular = share(rows, (row) => row.width === whole) >= 0.5;
  let isTitled = true;
  for (let index = 0; index < Math.min(rows.length, preambleLimit); index++) {
    const row = rows[index];
    const next = rows.slice(index + 1, index + 21);
    if (next.length === 0) return 0;
    const width = regular && row.width * 2 <= whole ? whole : commonWidth(next);
    const apart = isSetApart(rows, index);
    if (isAbove(rows, index, next, width) && !(apart && row.width === width && row.filled > 0)) continue;
    if (index > 0 && ((isTitled && apart) || (isCertainHeader(row, next) && !isAboveHeader(row, next))))
      return index;
    if (!isUnlike(row, next)) return 0;
    isTitled = false;
  }
  return 0;
}

/**
 * Whether a row has more or fewer fields than those below it, or hardly any that is filled: none but a title, or less
 * than half as many and numbers among them, which head no groups of columns.
 */
function isUnlike(row: SampleRow, next: readonly SampleRow[]): boolean {
  const width = commonWidth(next);
  if (width < 2 || share(next, (one) => one.width === width) < 0.8) return false;
  if (row.used > width || row.width < width) return true;
  if (row.used === 1) return width > 2 && next[0].countFilled(3) > 2;
  return row.filled * 2 <= medianFill(next, width) && row.cells.some((cell) => isTyped(cellType(cell)));
}

/** Whether the row right below a row is a header that names more columns: what is above it is a note of two words, or three. */
function isAboveHeader(row: SampleRow, [header, ...body]: readonly SampleRow[]): boolean {
  return row.width < header.width && isCertainHeader(header, body);
}

/** Whether a blank line, a comment, or a row without content stands right above a row. */
function isSetApart(rows: readonly SampleRow[], index: number): boolean {
  if (index === 0) return false;
  const before = rows[index - 1];
  return before.next < rows[index].start || before.countFilled(1) === 0;
}

/** Whether a row could not be one of a table of so many columns: blank, far narrower, a title. */
function isAbove(
  rows: readonly SampleRow[],
  index: number,
  next: readonly SampleRow[],
  width: number,
): boolean {
  const row = rows[index];
  const filled = row.countFilled(2);
  if (filled === 0) return true;
  if (row.used === 1 && isAboveBlock(rows, index)) return true;
  if (isPaddedNote(rows, index)) return true;
  const regular = share(next, (one) => one.width === width) >= 0.6;
  if (!regular || width < 2) return false;
  if (row.width * 2 <= width && width > 2) return true;
  if (filled > 1) return false;
  const isTitle = row.used === 1 && isAboveBlank(rows, index);
  return isTitle || (width > 2 && medianFill(next, width) >= 2);
}

/** Whether below a row, past others with nothing but a text in their first field, stands something blank. */
function isAboveBlank(rows: readonly SampleRow[], index: number): boolean {
  let below = index + 1;
  while (below < rows.length && rows[below].used === 1 && !isSetApart(rows, below)) below++;
  return below < rows.length && (isSetApart(rows, below) || rows[below].countFilled(1) === 0);
}

/**
 * Whether below a row, past something blank, stands a block of rows of one width: a table, whatever other tables follow.
 */
function isAboveBlock(rows: readonly SampleRow[], index: number): boolean {
  let from = index + 1;
  while (from < rows.length && rows[from].countFilled(1) === 0) from++;
  if (from >= rows.length || !isSetApart(rows, from)) return false;
  const to = blockEnd(rows, from);
  const { width } = rows[from];
  return to - from > 2 && width > 1 && rows.slice(from, to).every((row) => row.width === width);
}

/**
 * Whether a row and those below it, up to something blank, are notes of two words, such as `account;DE12;;`, which a
 * spreadsheet has given as many fields as the table below the blank has.
 */
function isPaddedNote(rows: readonly SampleRow[], index: number): boolean {
  const end = blockEnd(rows, index);
  const notes = rows.slice(index, end);
  const { width } = rows[index];
  if (width < 3 || notes.some((row) => row.used > 2 || row.width !== width)) return false;
  // Two columns with a header are a table of their own, and not the smaller for what comes below.
  if (notes.length > 3 && isCertainHeader(notes[0], notes.slice(1))) return false;
  let from = end;
  while (from < rows.length && rows[from].countFilled(1) === 0) from++;
  if (from >= rows.length || rows[from].width !== width || rows[from].used < 3) return false;
  return isCertainHeader(rows[from], rows.slice(from + 1, blockEnd(rows, from)));
}

/** Index of the first row past `index` that something blank sets apart, or the number of rows. */
function blockEnd(rows: readonly SampleRow[], index: number): number {
  let end = index + 1;
  while (end < rows.length && !isSetApart(rows, end) && rows[end].countFilled(1) > 0) end++;
  return end;
}

/** How many fields are filled in half of the rows of a width, at least. */
function medianFill(rows: readonly SampleRow[], width: number): number {
  return median(rows.filter((row) => row.width === width).map(({ filled }) => filled));
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b).at(Math.floor(numbers.length / 2)) ?? 0;
}

/** Rows that are looked at to tell whether another table stays. */
const beneath = 10;

/**
 * Rows below the first table's at which another begins: what must be a header, above rows of another width than the
 * first table's; or of the same, if something blank sets it apart, and a title too where it is the same header again.
 */
function otherTables(rows: readonly SampleRow[], first: number, headerRows: number): number[] {
  const found: number[] = [];
  const header = headerRows > 0 ? rows.at(first) : undefined;
  const body = rows.slice(first + headerRows);
  // Where many rows hold no more than one value, one that does is neither blank nor a title.
  const sparse = body.filter((row) => row.countFilled(2) < 2).length;
  const isSparse = sparse > Math.max(3, rows.length / 20);
  for (let index = first + headerRows + 1; index + 1 < rows.length; index++) {
    const row = rows[index];
    const titled = !isSparse && isTitled(rows, index);
    const apart = titled || (isSparse ? rows[index - 1].next < row.start : isSetApart(rows, index));
    if (!apart && row.width === rows[index - 1].width) continue;
    const above = rows.slice(first, Math.min(index, first + below));
    const isWidthOther = row.width !== commonWidth(above);
    // A single row is a block where no row above could be one of it.
    const end = blockEnd(rows, index);
    const isBlock = end - index > (isWidthOther ? 1 : 2);
    const next = rows.slice(index + 1, Math.min(isBlock ? end : rows.length, index + 1 + beneath));
    const isRegular = row.width > 1 && share(next, (one) => one.width === row.width) >= 0.8;
    if (!isRegular) continue;
    const used = commonUsed(above);
    const isOther =
      isWidthOther || (row.used !== header?.used && row.used !== used && commonUsed(next) !== used);
    const isAgain = header !== undefined && textOf(row) === textOf(header);
    if (isAgain ? !titled : !isOther && !apart) continue;
    // Below a title, rows of another width are another table even where they hold nothing but words.
    const isNamed = titled && isWidthOther && roleOf(rows, index) === 'open';
    if (!isNamed && !isCertainHeader(row, next, isAgain || (isOther && apart) ? 1 : 2)) continue;
    found.push(index);
    index += 1;
  }
  return found;
}

/**
 * Index of the last row of the table above the one that begins at `index`: what stands between the two, rows without
 * content and titles, belongs to neither.
 * @param width the number of columns of the table above
 */
export function lastRowAbove(rows: readonly SampleRow[], index: number, width: number): number {
  let last = index - 1;
  while (last > 0 && (rows[last].countFilled(1) === 0 || isTitle(rows, last, width))) last--;
  return last;
}

/** Whether a row below a table has nothing but a text in its first field, and is set apart or too narrow for a row. */
function isTitle(rows: readonly SampleRow[], index: number, width: number): boolean {
  const row = rows[index];
  if (row.used !== 1 || isTyped(cellType(row.cells[0]))) return false;
  return isSetApart(rows, index) || (row.width === 1 && width > 1);
}

/** Whether above a row, past a blank, stands a row with nothing but a text in its first field. */
function isTitled(rows: readonly SampleRow[], index: number): boolean {
  let above = index - 1;
  while (above > 0 && rows[above].countFilled(1) === 0) above--;
  const isApart = above < index - 1 || isSetApart(rows, index) || isSetApart(rows, above);
  return isApart && rows[above].used === 1 && !isTyped(cellType(rows[above].cells[0]));
}

/** The number of fields up to the last that is not blank, in most rows. */
function commonUsed(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const { used } of rows) counts.set(used, (counts.get(used) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).at(0)?.[0] ?? 0;
}
