import { rewriteCell, type CellReading } from '../format/csv/cellReading.ts';
import type { InnerPath } from '../format/layout.ts';
import { asNumber, compareLists, compareTexts, compareValues, type Compare } from './value/compare.ts';
import type { Numeric } from './value/decimal.ts';
import { JsonList } from './value/json.ts';
import { compareTimes, readTime, type Interval, type Timestamp } from './value/time.ts';
import { momentOf } from './value/timeMean.ts';
import type { Value } from './value/value.ts';

/** What is known of the texts that an expression gives, beyond that they are texts. */
export interface CellNature {
  /** Fields of a CSV as they stand, which have no type of their own, or lists of them. */
  readonly loose: boolean;
  /**
   * How they are written, where they are fields of a column whose numbers or dates are not written as the
   * language has them. As texts they stay as they stand; as numbers, as times and in order they are what the
   * reading says.
   */
  readonly reading?: CellReading | undefined;
  /**
   * Where they are times, by the file's own schema or since the query makes times there: what is beside one is compared
   * with it as a time.
   */
  readonly times?: readonly InnerPath[] | undefined;
}

/** Whether texts that stand there as they are, or in lists, are times. */
export function holdsTimes({ times }: CellNature): boolean {
  return times?.some((path) => path.every((step) => step === null)) ?? false;
}

/** Whether the texts themselves are times. */
export function isTime({ times }: CellNature): boolean {
  return times?.some((path) => path.length === 0) ?? false;
}

/** Where times are inside what stands at a step of a value that holds some: at a key, or at an item of a list. */
export function timesInside(
  times: readonly InnerPath[] | undefined,
  step: string | number | null,
): readonly InnerPath[] | undefined {
  const key = typeof step === 'string' ? step : null;
  return someTimes(times?.flatMap(([first, ...rest]) => (first === key ? [rest] : [])));
}

/** Where times are in a list of such values. */
export function timesInList(times: readonly InnerPath[] | undefined): readonly InnerPath[] | undefined {
  return times?.map((path) => [null, ...path]);
}

/** Where times are in what is one of several values. */
export function timesInEither(natures: readonly CellNature[]): readonly InnerPath[] | undefined {
  const all = new Map(
    natures.flatMap(({ times = [] }) => times.map((path) => [JSON.stringify(path), path] as const)),
  );
  return someTimes([...all.values()]);
}

function someTimes(times: readonly InnerPath[] | undefined): readonly InnerPath[] | undefined {
  return times === undefined || times.length === 0 ? undefined : times;
}

/**
 * The value as it is beside numbers and times: a text as the language would write it. NULL where the text does not
 * fit the reading, but would be taken for a number without it.
 */
export function readValue(value: Value, reading: CellReading | undefined): Value {
  return reading !== undefined && typeof value === 'string' ? (rewriteCell(value, reading) ?? null) : value;
}

/**
 * The value as an item of a list, where no column says any more how it is written: a number, and a date as the language
 * would write it.
 */
export function itemOf(value: Value, reading: CellReading | undefined): Value {
  const read = readValue(value, reading);
  return reading?.kind === 'number' ? (asNumber(read) ?? read) : read;
}

/** The number that the value is beside a number. */
export function numberIn(value: Value, { reading }: CellNature): Numeric | undefined {
  return asNumber(readValue(value, reading));
}

/** The time or the interval that the value is to a mean. */
export function momentIn(value: Value, { reading }: CellNature): Timestamp | Interval | undefined {
  return momentOf(readValue(value, reading));
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
  return compareTimed(rewriteCell(a, reading) ?? a, rewriteCell(b, reading) ?? b, compareValues);
}

/**
 * Compares two values as times where both are texts that are such.
 * @param otherwise how they are compared if not
 */
function compareTimed(
  a: Value,
  b: Value,
  otherwise: Compare,
  readLeft = readTime,
  readRight = readTime,
): number | undefined {
  if (typeof a !== 'string' || typeof b !== 'string') return otherwise(a, b);
  const from = readLeft(a);
  const to = from && readRight(b);
  return from !== undefined && to !== undefined ? compareTimes(from, to) : otherwise(a, b);
}

/** Compares values as times where both are texts that are such; those in lists one by one. */
export function timedComparer(otherwise: Compare): Compare {
  const [readLeft, readRight] = [readingTimes(), readingTimes()];
  const compare: Compare = (a, b) =>
    a instanceof JsonList && b instanceof JsonList
      ? compareLists(a, b, compare)
      : compareTimed(a, b, otherwise, readLeft, readRight);
  return compare;
}

/** Remembers the last answer: one of two sides is constant in nearly every comparison. */
function readingTimes(): (text: string) => Timestamp | undefined {
  let last: { readonly text: string; readonly time: Timestamp | undefined } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, time: readTime(text) };
    return last.time;
  };
}

/** The time that a text is, written as a column writes its dates or as ISO 8601. */
export function dateIn(value: Value, reading: CellReading | undefined): Timestamp | undefined {
  const read = readValue(value, reading);
  return typeof read === 'string' ? readTime(read) : undefined;
}

/** Whether two columns are written in the same way. */
export function isSameReading(a: CellReading | undefined, b: CellReading | undefined): boolean {
  if (a?.kind === 'number') return b?.kind === 'number' && a.decimal === b.decimal && a.unit === b.unit;
  return a === undefined ? b === undefined : b?.kind === 'date' && a.order === b.order;
}
