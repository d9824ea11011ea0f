import { rewriteCell, type CellReading } from '../format/csv/cellReading.ts';
import { asNumber, compareTexts, compareValues } from './value/compare.ts';
import type { Numeric } from './value/decimal.ts';
import { compareTimes, readTime, type Timestamp } from './value/time.ts';
import type { Value } from './value/value.ts';

/** What is known of the texts that an expression gives, beyond that they are texts. */
export interface CellNature {
  /** Fields of a CSV as they stand, which have no type of their own. */
  readonly loose: boolean;
  /**
   * How they are written, where they are fields of a column whose numbers or dates are not written as the
   * language has them. As texts they stay as they stand; as numbers, as times and in order they are what the
   * reading says.
   */
  readonly reading?: CellReading | undefined;
  /** Whether they are times by the file's own schema. */
  readonly time?: boolean | undefined;
}

/**
 * The value as it is beside numbers and times: a text as the language would write it. NULL where the text does not
 * fit the reading, but would be taken for a number without it.
 */
export function readValue(value: Value, reading: CellReading | undefined): Value {
  return reading !== undefined && typeof value === 'string' ? (rewriteCell(value, reading) ?? null) : value;
}

/** The number that the value is beside a number. */
export function numberIn(value: Value, { reading }: CellNature): Numeric | undefined {
  return asNumber(readValue(value, reading));
}

/**
 * Compares two values of which one at least may have a reading. Beside a text of the query, a number is the text
 * that stands in the file, as any field of a CSV; a date is a date, if the text is one in either form.
 */
export function compareRead(
  a: Value,
  readingOfA: CellReading | undefined,
  b: Value,
  readingOfB: CellReading | undefined,
): number | undefined {
  if (typeof a !== 'string' || typeof b !== 'string')
    return compareValues(readValue(a, readingOfA), readValue(b, readingOfB));
  const reading = readingOfA ?? readingOfB;
  if (reading?.kind !== 'date') return compareTexts(a, b);
  return compareTimed(rewriteCell(a, reading) ?? a, rewriteCell(b, reading) ?? b);
}

/**
 * Compares two values as times where both are texts that are such.
 * @param otherwise how they are compared if not
 */
export function compareTimed(a: Value, b: Value, otherwise = compareValues): number | undefined {
  if (typeof a !== 'string' || typeof b !== 'string') return otherwise(a, b);
  const from = readTime(a);
  const to = from && readTime(b);
  return from !== undefined && to !== undefined ? compareTimes(from, to) : otherwise(a, b);
}

/** The time that a text is, written as a column writes its dates or as ISO 8601. */
export function dateIn(value: Value, reading: CellReading): Timestamp | undefined {
  const read = readValue(value, reading);
  return typeof read === 'string' ? readTime(read) : undefined;
}

/** Whether two columns are written in the same way. */
export function isSameReading(a: CellReading | undefined, b: CellReading | undefined): boolean {
  if (a?.kind === 'number') return b?.kind === 'number' && a.decimal === b.decimal && a.unit === b.unit;
  return a === undefined ? b === undefined : b?.kind === 'date' && a.order === b.order;
}
