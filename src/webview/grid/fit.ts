/** Widths of columns: guessed from what is known, or fitted to what is in sight. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { minWidth } from './columns.ts';

/** Measures text in the grid's fonts, in pixels. */
export interface Ruler {
  cell(text: string): number;
  head(text: string): number;
}

const widest = 420;
const guesses: Readonly<Record<ColumnInfo['type'], number>> = {
  unknown: 140,
  number: 110,
  text: 180,
  boolean: 80,
  list: 200,
  object: 200,
  mixed: 160,
};
/** Numbers grow further down in a file: at first there is room for so many digits. */
const digitsAtFirst = 9;
/** Paddings and rule of a cell; of a header also its type's icon and its menu. */
const cellExtra = 18;
const headExtra = 56;
/** Frame and gap of the mark. */
const markExtra = 8;
/** The arrow, the number of its key, and the pin, with their gaps. */
const sortExtra = 27;
const pinExtra = 17;

/** What a header shows beside its name for now. */
export interface HeadMarks {
  readonly sorted: boolean;
  readonly pinned: boolean;
}

export function createRuler(element: HTMLElement): Ruler {
  const context = document.createElement('canvas').getContext('2d');
  const style = getComputedStyle(element);
  const cellFont = `${style.fontSize} ${style.getPropertyValue('--cell-font') || style.fontFamily}`;
  const headFont = `600 ${style.fontSize} ${style.fontFamily}`;
  const measure = (font: string, text: string): number => {
    if (!context) return text.length * 8;
    if (context.font !== font) context.font = font;
    return context.measureText(text.slice(0, 400)).width;
  };
  return {
    cell: (text) => measure(cellFont, text),
    head: (text) => measure(headFont, text),
  };
}

export function guessWidth(column: ColumnInfo, ruler: Ruler): number {
  return bounded(Math.max(guesses[column.type], headWidth(column, ruler)), widest);
}

/** A first width, by what the first cells hold; in texts that are numbered, the numbers grow as well. */
export function firstWidth(column: ColumnInfo, texts: Iterable<string>, ruler: Ruler, limit: number): number {
  const fitting = fitWidth(column, texts, ruler, limit);
  const digits = ruler.cell('8'.repeat(digitsAtFirst)) + cellExtra;
  return bounded(column.type === 'number' ? Math.max(fitting, digits) : fitting + ruler.cell('88'), limit);
}

/** The width at which the name and all of `texts` show whole, up to a limit. */
export function fitWidth(column: ColumnInfo, texts: Iterable<string>, ruler: Ruler, limit = widest): number {
  let width = headWidth(column, ruler);
  for (const text of texts) width = Math.max(width, ruler.cell(text) + cellExtra);
  return bounded(width, limit);
}

/** The width at which the name shows whole beside the marks, up to a limit. */
export function markedWidth(
  column: ColumnInfo,
  { sorted, pinned }: HeadMarks,
  ruler: Ruler,
  limit: number,
): number {
  const marks = (sorted ? sortExtra : 0) + (pinned ? pinExtra : 0);
  return bounded(headWidth(column, ruler) + marks, limit);
}

/** Of the name, and of how the cells are written where that is marked. */
function headWidth({ name, written }: ColumnInfo, ruler: Ruler): number {
  return ruler.head(name) + headExtra + (written === undefined ? 0 : ruler.head(written) + markExtra);
}

function bounded(width: number, limit: number): number {
  return Math.ceil(Math.min(limit, Math.max(minWidth, width)));
}
