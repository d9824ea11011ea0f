/** A result as a chart: which columns are drawn how, and the values to draw. Without a screen. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind, type Outcome } from '../../protocol/preview.ts';
import type { Cell } from '../grid/cells.ts';

export type Mark = 'bars' | 'stacked' | 'lines' | 'points';
export type AxisKind = 'number' | 'time' | 'name';

export interface ChartColumn {
  readonly column: ColumnInfo;
  /** What all of its values are; NULL is none. */
  readonly kind: AxisKind;
  /** Different values; NULL is one. */
  readonly distinct: number;
  /** How many rows have a value. */
  readonly filled: number;
}

export interface ChartChoice {
  readonly mark: Mark;
  /** Ids of columns. */
  readonly x: number;
  readonly y: number;
  /** Undefined where all have one colour. */
  readonly color: number | undefined;
}

/** Rows of a result, the cells in the order of `columns`. */
export interface ChartRows {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A value to draw. */
export interface Point {
  /** Number or milliseconds since 1970; of a name its place among the names. */
  readonly x: number;
  readonly xText: string;
  readonly y: number;
  readonly yText: string;
  /** Place among the series. */
  readonly series: number;
}

export interface Chart {
  readonly mark: Mark;
  readonly xKind: AxisKind;
  readonly yKind: 'number' | 'time';
  /** Of an axis of names, in the order of the rows. */
  readonly names: readonly string[];
  readonly series: readonly string[];
  readonly points: readonly Point[];
  /** Rows that could not be drawn: without a value, or of a name beyond the most. */
  readonly left: number;
}

/** So many rows of a result are drawn at the most, so many names and so many colours. */
export const mostRows = 2000;
export const mostNames = 200;
const mostSeries = 6;
/** A number of so few different values may be the name of a group. */
const fewNumbers = 60;

const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

export function classify({ columns, rows }: ChartRows): ChartColumn[] {
  return columns.map((column, index) => {
    const cells = rows.map((row) => row.at(index));
    const values = cells.filter((cell) => isValue(cell));
    const all = (holds: (cell: Cell) => boolean) => values.length > 0 && values.every(holds);
    const isNumber = (cell: Cell) => Number.isFinite(numberOf(cell, column));
    const kind = all(isNumber) ? 'number' : all(({ text }) => time.test(text)) ? 'time' : 'name';
    const nulls = cells.length > values.length ? 1 : 0;
    const distinct = new Set(values.map(({ text }) => text)).size + nulls;
    return { column, kind, distinct, filled: values.length };
  });
}

function isValue(cell: Cell | undefined): cell is Cell {
  return (
    cell !== undefined &&
    ![CellKind.Null, CellKind.Missing, CellKind.Malformed, CellKind.Failed].some((kind) => kind === cell.kind)
  );
}

/** The number that a cell is, also where the column's are written as `1.234,5`. */
function numberOf({ text, kind }: Cell, { written }: ColumnInfo): number {
  if (written === undefined) return text.trim() === '' ? NaN : Number(text);
  if (kind !== CellKind.Number) return NaN;
  const grouping = written.includes('.5') ? /[^\d.eE+-]/g : /[^\d,eE+-]/g;
  return Number(text.replace('\u2212', '-').replaceAll(grouping, '').replace(',', '.'));
}

/** What is most likely wanted: lines over time, bars of groups, else points. Undefined where nothing is a number. */
export function proposed(
  columns: readonly ChartColumn[],
  outcome: Outcome,
  rows: number,
): ChartChoice | undefined {
  const numbers = columns.filter(({ kind }) => kind === 'number');
  const first = columns.at(0);
  // What groups are made by stands first, also where it is a number.
  const isGroup = outcome.rows === 'groups' && first?.kind === 'number' && numbers.length > 1;
  const key = isGroup && first.distinct <= fewNumbers ? first : undefined;
  const heights = numbers.filter((column) => column !== key);
  // What few rows have would leave most of them out.
  const y = heights.findLast(({ filled }) => filled * 2 >= rows) ?? heights.at(-1);
  if (!y) return undefined;
  const others = columns.filter((column) => column !== y);
  const over = others.find(({ kind }) => kind === 'time');
  const name = key ?? others.find(({ kind }) => kind === 'name');
  const x = over ?? name ?? others.find(({ kind }) => kind === 'number') ?? y;
  const colors = others.filter(
    (column) => column !== x && column.kind === 'name' && column.distinct > 1 && column.distinct <= 12,
  );
  // Without a second column the rows that share a name would stand on each other.
  const color = x.distinct < rows ? colors.at(0)?.column.id : undefined;
  // A bar for each of many rows of one name would hide the others.
  const hides = rows > x.distinct * (color === undefined ? 1 : colors[0].distinct);
  const isAdditive = outcome.additive.includes(y.column.name);
  const mayStand = (outcome.rows === 'groups' && (!hides || isAdditive)) || x.distinct === rows;
  const bars = isAdditive && (color !== undefined || hides) ? 'stacked' : 'bars';
  const mark = rows === 1 ? 'bars' : over ? 'lines' : name && mayStand ? bars : 'points';
  return { mark, x: x.column.id, y: y.column.id, color };
}

/**
 * The marks that make sense for a column of values. Averages, smallest and largest values of groups have no total, so that
 * they do not stand on each other. Of a column that the file has, nobody but the user can know.
 */
export function marksFor(y: ColumnInfo | undefined, outcome: Outcome): readonly Mark[] {
  const mayStack = outcome.rows !== 'groups' || (y !== undefined && outcome.additive.includes(y.name));
  return mayStack ? ['bars', 'stacked', 'lines', 'points'] : ['bars', 'lines', 'points'];
}

export function isBars(mark: Mark): boolean {
  return mark === 'bars' || mark === 'stacked';
}

export function chartOf(data: ChartRows, columns: readonly ChartColumn[], choice: ChartChoice): Chart {
  const { mark } = choice;
  const place = (id: number | undefined) => data.columns.findIndex((column) => column.id === id);
  const [atX, atY, atColor] = [place(choice.x), place(choice.y), place(choice.color)];
  const kindOf = (at: number) => columns.at(at)?.kind ?? 'name';
  const xKind = isBars(mark) && kindOf(atX) !== 'time' ? 'name' : kindOf(atX);
  const yKind = kindOf(atY) === 'time' ? 'time' : 'number';
  const names = new Map<string, number>();
  const series = new Map<string, number>();
  const points: Point[] = [];
  let left = 0;
  for (const cells of data.rows) {
    const [cellX, cellY] = [cells.at(atX), cells.at(atY)];
    const y = isValue(cellY) ? placeOf(yKind, cellY, data.columns[atY]) : NaN;
    const xText = isValue(cellX) ? cellX.text : 'null';
    const x =
      xKind === 'name'
        ? numbered(names, xText, mostNames)
        : isValue(cellX)
          ? placeOf(xKind, cellX, data.columns[atX])
          : NaN;
    if (!Number.isFinite(x) || !Number.isFinite(y) || (x < 0 && xKind === 'name')) {
      left++;
      continue;
    }
    const colorCell = atColor < 0 ? undefined : cells.at(atColor);
    const color = atColor < 0 ? '' : isValue(colorCell) ? colorCell.text : 'null';
    const of = numbered(series, color, mostSeries);
    points.push({ x, xText, y, yText: cellY?.text ?? '', series: of < 0 ? mostSeries : of });
  }
  // Lines go from left to right; bars stand beside or on each other in one order, a shorter one before a taller one.
  if (mark === 'lines') points.sort((a, b) => a.series - b.series || a.x - b.x);
  if (isBars(mark)) points.sort((a, b) => a.x - b.x || a.series - b.series || Math.abs(b.y) - Math.abs(a.y));
  const hasRest = points.some((point) => point.series === mostSeries);
  return {
    mark,
    xKind,
    yKind,
    names: [...names.keys()],
    series: atColor < 0 ? [] : [...series.keys(), ...(hasRest ? ['\u2026'] : [])],
    points,
    left,
  };
}

/** The place of a text in the order of first appearance; -1 for one that comes after the most. */
function numbered(known: Map<string, number>, text: string, most: number): number {
  const at = known.get(text);
  if (at !== undefined) return at;
  if (known.size >= most) return -1;
  known.set(text, known.size);
  return known.size - 1;
}

function placeOf(kind: AxisKind, cell: Cell, column: ColumnInfo): number {
  if (kind !== 'time') return numberOf(cell, column);
  const iso = cell.text.trim().replace(' ', 'T');
  return Date.parse(iso.includes('T') && !/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso);
}
