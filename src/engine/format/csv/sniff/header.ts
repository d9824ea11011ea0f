import { isJson } from '../../headLines.ts';
import type { SampleRow } from './rows.ts';
import { cellType, isTyped, type CellType } from './type.ts';

/** How many rows are looked at to judge the one above them. */
const below = 60;
/** How many columns are. */
const across = 200;

/**
 * What the first row of a table is, by the rows below it: `names` where it holds words above numbers, dates or
 * addresses; `values` where it holds what the rows below it hold; `open` where nothing tells.
 */
export type RowRole = 'names' | 'values' | 'open';

/** How many rows from `first` on name the columns. The first row does, unless it holds values like those below. */
export function countHeaderRows(rows: readonly SampleRow[], first: number): number {
  const header = rows.at(first);
  if (header === undefined) return 0;
  const named = rowsToNamesOfIndex(rows, first);
  if (named > 0) return named;
  const role = roleOf(rows, first);
  if (role === 'values') return 0;
  const rest = rows.length - first - 1;
  let count = 1;
  while (count < 3 && count < rest && isFurtherHeader(rows, first, count, role)) count++;
  return count;
}

/**
 * How many rows from `first` on are a header that ends with the names of the first columns, and nothing else: pandas writes those of an
 * index so, below the names of groups, which stand above each of their columns, and of columns. 0 where they are none.
 */
function rowsToNamesOfIndex(rows: readonly SampleRow[], first: number): number {
  const header = rows[first];
  for (let count = 2; count <= 3 && first + count + 1 < rows.length; count++) {
    const { used, width, filled, cells } = rows[first + count];
    if (used === 0 || used * 2 > width || filled !== used || header.width !== width) continue;
    const above = rows.slice(first, first + count);
    const areNames = above.every(
      (row) =>
        row.width === width &&
        row.cells.every(
          (cell, index) => (cell === '') === (index < used && (index > 0 || header.cells[0] === '')),
        ),
    );
    const groups = header.cells.slice(used);
    const next = rows.slice(first + count + 1, first + count + 1 + below);
    const isFilled = share(next, (one) => one.used > used) >= 0.8;
    if (areNames && isFilled && new Set(groups).size < groups.length && !isTyped(cellType(cells[0])))
      return count + 1;
  }
  return 0;
}

/** What the row at an index is, by those below it. */
export function roleOf(rows: readonly SampleRow[], index: number): RowRole {
  const row = rows[index];
  const next = rows.slice(index + 1, index + 1 + below);
  const { values, repeated, coded, texts, unlike, ...found } = evidenceOf(row, next);
  const names = found.names + (found.leavesRowNames ? 1 : 0);
  if (values > names || (values > 0 && row.width + 1 < commonWidth(next))) return 'values';
  if (names > 0) return 'names';
  const isOneOfThem =
    (repeated >= 2 && repeated * 2 >= texts && unlike === 0) || (coded > 0 && coded * 2 >= texts);
  return isOneOfThem ? 'values' : 'open';
}

/** Whether a row is a header beyond doubt: a word above each column of values, and nothing that speaks against it. */
export function isCertainHeader(row: SampleRow, next: readonly SampleRow[], atLeast = 1): boolean {
  const { names, values, unnamed } = evidenceOf(row, next);
  return names >= atLeast && values === 0 && unnamed === 0;
}

/** What the cells of a row say about it, each a count of cells. */
interface Evidence {
  /** Words above columns of values. */
  readonly names: number;
  /** Values above values of their kind. */
  readonly values: number;
  /** Empty cells above columns of values; that of row names, which comes first, is not counted. */
  readonly unnamed: number;
  /** Whether the first cell is empty above what is there in all rows, and each time another. */
  readonly leavesRowNames: boolean;
  /** Texts that their column holds again; those that it holds often count twice. */
  readonly repeated: number;
  /** Texts that read like codes, of the one shape that all texts of their column have. */
  readonly coded: number;
  /** Words above columns in which no cell is one, but a sentence, a path, a code. */
  readonly unlike: number;
  /** Cells above columns of text. */
  readonly texts: number;
}

function evidenceOf(row: SampleRow, next: readonly SampleRow[]): Evidence {
  const columns = columnsOf(withoutCopies(row, next));
  const cells = columns.length === 0 ? row.cells : row.cells.slice(0, columns.length);
  const types = cells.map(cellType);
  const scale = scaleIn(cells, types, columns);
  const leavesRowNames = cells[0] === '' && types.length > 1 && columns.at(0)?.isKey === true;
  let [names, values, unnamed, repeated, coded, texts, unlike] = [0, 0, 0, 0, 0, 0, 0];
  for (const [index, type] of types.entries()) {
    const column = columns.at(index);
    const isText = !isTyped(type);
    if (isJsonCell(row, index)) {
      values++;
    } else if (column === undefined) {
      if (!isText && !scale.has(index) && !isYear(cells[index])) values++;
    } else if (type === 'empty') {
      if (isTyped(column.type) && index > 0) unnamed++;
    } else if (isTyped(column.type)) {
      if (isText || type !== column.type || (row.isQuoted(index) && !column.quoted)) names++;
      else if (!scale.has(index) && !isYearAbove(cells[index], column)) values++;
    } else if (column.type !== 'empty') {
      texts++;
      const again = column.values.get(cells[index]) ?? 0;
      if (isText) repeated += again === 0 ? 0 : again >= 3 ? 2 : 1;
      if (isText && /[^a-z_ ]/i.test(cells[index]) && column.shape === shapeOf(cells[index])) coded++;
      if (type === 'name' && column.type === 'text' && !column.types.has('name')) unlike++;
      const isOfPattern = isText && column.pattern !== '' && column.pattern === patternOf(cells[index]);
      if (isOfPattern || type === 'link' || (!isText && column.types.has(type) && !scale.has(index)))
        values++;
    }
  }
  return { names, values, unnamed, leavesRowNames, repeated, coded, texts, unlike };
}

/** Rows without those that repeat a header: as it is, or with half of its names where such rows are few. */
function withoutCopies(header: SampleRow, rows: readonly SampleRow[]): SampleRow[] {
  const { cells } = header;
  const text = textOf(header);
  const others = rows.filter((row) => textOf(row) !== text);
  const least = Math.max(2, header.filled / 2);
  const isLike = (row: SampleRow) =>
    row.cells.filter((cell, index) => cell.trim() !== '' && cell === cells[index]).length >= least;
  const unlike = others.filter((row) => !isLike(row));
  return unlike.length >= others.length * 0.8 ? unlike : others;
}

/** What the cells of a column are like. */
interface ColumnLook {
  /** The type of nearly all cells that are not empty; `text` where they differ, `empty` where there are none. */
  readonly type: CellType;
  readonly types: ReadonlySet<CellType>;
  /** How often each cell is there. */
  readonly values: ReadonlyMap<string, number>;
  /** Whether no cell is empty, and none like another. */
  readonly isKey: boolean;
  /** Whether cells are in quotes. */
  readonly quoted: boolean;
  /** The shape of all cells, if they have one; else ''. */
  readonly shape: string;
  /** The pattern of nearly all cells, if they have one and differ; else ''. */
  readonly pattern: string;
  /** The share of cells that may be years. */
  readonly years: number;
}

function columnsOf(rows: readonly SampleRow[]): ColumnLook[] {
  const width = commonWidth(rows);
  const fitting = rows.filter((one) => one.width === width);
  return Array.from({ length: Math.min(width, across) }, (_, column) => lookOf(fitting, column));
}

function lookOf(rows: readonly SampleRow[], column: number): ColumnLook {
  const types = new Map<CellType, number>();
  const values = new Map<string, number>();
  const shapes = new Set<string>();
  const patterns = new Map<string, number>();
  let quoted = false;
  let [count, years] = [0, 0];
  for (const row of rows) {
    const cell = row.cells[column] ?? '';
    const type = cellType(cell);
    if (type === 'empty') continue;
    count++;
    types.set(type, (types.get(type) ?? 0) + 1);
    values.set(cell, (values.get(cell) ?? 0) + 1);
    if (shapes.size < 2) shapes.add(shapeOf(cell));
    const pattern = patternOf(cell);
    patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
    if (isYear(cell)) years++;
    quoted ||= row.isQuoted(column);
  }
  const [type, most] = [...types].sort((a, b) => b[1] - a[1]).at(0) ?? ['empty', 0];
  const [pattern, alike] = [...patterns].sort((a, b) => b[1] - a[1]).at(0) ?? ['', 0];
  return {
    type: most >= count * 0.8 ? type : 'text',
    types: new Set(types.keys()),
    values,
    isKey: values.size === rows.length,
    quoted,
    shape: count >= 2 && shapes.size === 1 ? ([...shapes].at(0) ?? '') : '',
    pattern: count >= 2 && values.size > 1 && alike >= count * 0.8 ? pattern : '',
    years: count === 0 ? 0 : years / count,
  };
}

/** A text with its letters and its digits made alike, or both if it has marks: codes of one kind have one shape. */
function shapeOf(cell: string): string {
  if (/[^\w ]/.test(cell)) return cell.replace(/[a-z\d]/gi, 'x');
  return cell.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '9');
}

/**
 * Words around numbers, with the numbers made alike: `Epoch 3/10` and `order-12` are counted on from row to row, as no names are.
 * Empty where there are not both.
 */
export function patternOf(cell: string): string {
  return /[a-z]/i.test(cell) && /\d/.test(cell) ? cell.replace(/\d+(?:[.,]\d+)*(?:e[+-]?\d+)?/gi, '0') : '';
}

/** Whether a cell is an object or a list of JSON, which no column is called. */
function isJsonCell(row: SampleRow, index: number): boolean {
  const cell = row.cells[index];
  if (!/^\s*(?:\{.*\}|\[.*\])\s*$/s.test(cell)) return false;
  return isJson(row.isQuoted(index) ? cell.replaceAll('""', '"') : cell);
}

function isYear(cell: string): boolean {
  return /^\s*(?:1[89]|20)\d\d\s*$/.test(cell);
}

/** Whether a cell is a year above a column of anything but years. */
function isYearAbove(cell: string, column: ColumnLook): boolean {
  return isYear(cell) && column.years < 0.2;
}

/**
 * Indices of the cells that are numbers as the columns of a cross table are called: they go up or down in even
 * steps, or at least in one direction, and the first column is one of row names, with another kind of name or none.
 */
function scaleIn(
  cells: readonly string[],
  types: readonly CellType[],
  columns: readonly ColumnLook[],
): ReadonlySet<number> {
  const scale = types.flatMap((type, index) => (type === 'number' || type === 'time' ? [index] : []));
  const numbers = scale.map((index) => Number(cells[index]));
  if (scale.length < 2 || scale.at(-1) !== scale[0] + scale.length - 1) return new Set();
  const steps = numbers.slice(1).map((number, index) => number - numbers[index]);
  const [first] = steps;
  const goes = steps.every((step) => step * first > 0);
  const isEven = goes && steps.every((step) => Math.abs(step - first) <= Math.abs(first) * 1e-6);
  const namesRows = scale[0] > 0 && (cells[0].trim() === '' || isTyped(columns.at(0)?.type ?? 'empty'));
  return new Set(namesRows && (isEven || (goes && scale.length >= 4)) ? scale : []);
}

/** Whether the row so many rows below the first is one more header row: units, names below groups, the same again. */
function isFurtherHeader(rows: readonly SampleRow[], first: number, count: number, role: RowRole): boolean {
  const header = rows[first];
  const row = rows[first + count];
  if (role === 'names' && row.width > 1 && textOf(row) === textOf(header) && row.width === header.width)
    return true;
  const next = rows.slice(first + count + 1, first + count + 1 + below);
  const columns = columnsOf(next);
  const cells = row.cells.map((cell) => cell.trim());
  const above = header.cells.map((cell) => cell.trim());
  const typed = columns.flatMap(({ type }, index) => (isTyped(type) ? [index] : []));
  const named = typed.filter((index) => cellType(cells[index] ?? '') !== 'empty');
  if (typed.length < 2 || named.length < Math.max(2, typed.length / 2)) return false;
  if (typed.some((index) => isTyped(cellType(cells[index] ?? '')))) return false;
  const isData = columns.some(({ values, type }, index) => type !== 'empty' && values.has(row.cells[index]));
  if (isData) return false;
  const fillsGaps = named.some((index) => index > 0 && (above[index] ?? '') === '');
  const areUnits = named.filter((index) => unit.test(cells[index])).length * 2 > named.length;
  // The names of groups stand above each of their columns.
  const areGroups = new Set(named.map((index) => above[index])).size < named.length;
  const isPlain = (next.length >= 5 || areGroups) && named.every((index) => columns[index].types.size === 1);
  return fillsGaps || areUnits || isPlain;
}

const unit =
  /^(?:[([].+[)\]]|%|\$|(?:\xc2?\xb0|deg)\s?[CFK]?|[kcmunMG]?(?:g|m|s|l|L|t|A|V|W|J|N|Hz|Pa|mol|bar|eV|Wh|hPa|lb|oz|ft|in)(?:\^?-?[23])?(?:\/[a-z]{1,4}(?:\^?-?[23])?)?|km\/h|mph|ppm|ppb|min|sec|hours?|days?|months?|years?|[A-Z]{3})$/;

/** A row's cells as one text, without a byte-order mark before them: the same for rows that say the same. */
export function textOf(row: SampleRow): string {
  return row.cells.join('\0').replace(/^\xef\xbb\xbf/, '');
}

/** The number of fields in most rows; of two as common, the greater. */
export function commonWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.width, (counts.get(row.width) ?? 0) + 1);
  let width = 0;
  for (const [candidate, count] of counts) {
    const most = counts.get(width) ?? 0;
    if (count > most || (count === most && candidate > width)) width = candidate;
  }
  return width;
}

/** Whether a cell is but the mark of a comment: a header in a comment may have it before its first name. */
export function isCommentMark(cell: string): boolean {
  return commentPrefixes.includes(cell);
}

/** What comments may begin with. */
export const commentPrefixes: readonly string[] = ['#', '//', '%', '--', '+--'];

export function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(test).length / items.length;
}
