import { rewriteDate, type DateOrder } from './writtenDate.ts';
import { percent, rewriteNumber, type NumberForm } from './writtenNumber.ts';

/**
 * How the cells of a column are written, where that is not how the language writes numbers and times. A cell
 * that does not fit its column's reading is text.
 *
 * number: digits with the decimal mark `decimal`, in groups of three or not. Whatever else separates groups may:
 * the other mark, an apostrophe, or a space, which may be one that does not break. `unit` stands before or behind it.
 *
 * date: day, month and year in `order`, a time of day behind them or none. The month is a number, or its English name where
 * `named`; the year has two digits where `short`. They are separated by points, slashes, dashes or blanks; `separator` is the one that was seen first.
 */
export type CellReading =
  | ({ readonly kind: 'number' } & NumberForm)
  | {
      readonly kind: 'date';
      readonly order: DateOrder;
      readonly separator: string;
      readonly named?: true;
      readonly short?: true;
    };

/** By the index of the column; undefined where cells are written as the language has them. */
export type CellReadings = readonly (CellReading | undefined)[];

/**
 * The text of a cell as the language would write it: `1234.5`, `2024-05-31 18:30:00`. What does not fit the
 * reading is given as it stands; undefined where that would be taken for a number, which it is not.
 */
export function rewriteCell(text: string, reading: CellReading): string | undefined {
  if (reading.kind === 'date') return rewriteDate(text, reading.order) ?? text;
  return rewriteNumber(text, reading) ?? (plainNumber.test(text) ? undefined : text);
}

/** A number as the language writes it. */
export const plainNumber = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A reading as an example, for people: `1.234,5`, `$1,234.5`, `dd.mm.yyyy`. */
export function describeReading(reading: CellReading): string {
  if (reading.kind === 'number') {
    const { decimal, unit = '' } = reading;
    const example = decimal === ',' ? '1.234,5' : '1,234.5';
    if (decimal === ',') return `${example} ${unit}`.trim();
    if (unit === percent) return example + unit;
    return unit + (unit.length > 1 ? ' ' : '') + example;
  }
  const parts = partsOf[reading.order].map((part) => {
    if (part === 'mm' && reading.named) return 'Mon';
    return part === 'yyyy' && reading.short ? 'yy' : part;
  });
  return parts.join(reading.separator);
}

const partsOf = {
  dmy: ['dd', 'mm', 'yyyy'],
  mdy: ['mm', 'dd', 'yyyy'],
  ymd: ['yyyy', 'mm', 'dd'],
} as const;

/** The ways in which a file's cells are written, an example each. */
export function describeReadings(readings: CellReadings | undefined): string[] {
  return [...new Set(readings?.flatMap((reading) => (reading ? [describeReading(reading)] : [])))];
}
