import { type Said, said } from '../../said/said.ts';
import { holdsNothing } from '../format/csv/columnCells.ts';
import { replacing, warningAt, type Diagnostic } from './diagnostic.ts';
import type { OrderedField } from './ordered.ts';
import { compareTexts } from './value/compare.ts';
import { compareNumbers, type Numeric } from './value/decimal.ts';
import { compareTimes, type Timestamp } from './value/time.ts';
import { writeText } from './write.ts';

/** A cell of a field that holds something. */
export interface OrderedCell {
  readonly text: string;
  /** Whether it is a text to the query, and not a number or a time. */
  readonly isText: boolean;
  /** The number or the time that its text is, where it is one. */
  readonly number?: Numeric | undefined;
  readonly time?: Timestamp | undefined;
}

/** So many of the cells have to be numbers, or times, for those that are not to be strays. */
const nearlyAll = 0.9;

/**
 * Where a query puts a field in an order that is not the one of its numbers or times: warnings. A few of its values are
 * texts, such as `n/a`, and come first, or its numbers or times are texts that are not in their order.
 * @param cellsOf some of the field's cells
 */
export function checkOrders(
  text: string,
  ordered: readonly OrderedField[],
  cellsOf: (field: OrderedField) => readonly OrderedCell[],
): Diagnostic[] {
  const told = new Set<string>();
  return ordered.flatMap((field) => {
    const { column, first } = field;
    const key = JSON.stringify([field.path, first]);
    if (told.has(key)) return [];
    told.add(key);
    const cells = cellsOf(field);
    const name = text.slice(column.from, column.to);
    const message =
      strayAmong(cells, 'number', first, name) ??
      strayAmong(cells, 'time', first, name) ??
      numbersAsTexts(cells, name) ??
      timesAsTexts(cells, name);
    if (message === undefined) return [];
    return [{ ...warningAt(column, message.said), fix: replacing(text, column, message.instead) }];
  });
}

interface Doubt {
  readonly said: Said;
  /** What to write in place of the column. */
  readonly instead: string;
}

/** What there is to say where the first of a few numbers or times is a text that is none. */
function strayAmong(
  cells: readonly OrderedCell[],
  kind: 'number' | 'time',
  first: OrderedField['first'],
  name: string,
): Doubt | undefined {
  const others = cells.filter((cell) => cell[kind] === undefined);
  const fitting = cells.filter((cell) => cell[kind] !== undefined);
  if (others.length === 0 || fitting.length === 0) return undefined;
  if (others.some(({ isText }) => !isText)) return undefined;
  const isNearlyAll = fitting.length >= cells.length * nearlyAll;
  if (!isNearlyAll && !others.every(({ text }) => holdsNothing(text))) return undefined;
  const ahead = others.filter(({ text }) => isAhead(text, fitting, kind, first));
  if (ahead.length === 0) return undefined;
  const example = writeText(ahead[0].text);
  const [count, all] = [others.length, cells.length];
  const instead = kind === 'number' ? `${name}::number` : `${name}::timestamp`;
  if (kind === 'number') {
    return {
      said: said`${name} has texts among its numbers, such as ${example} (${count} of ${all} values that were looked at), and they come after all numbers; write ${instead}`,
      instead,
    };
  }
  return {
    said:
      first === 'largest'
        ? said`${name} has other texts among its times, such as ${example} (${count} of ${all} values that were looked at), and they come after the times; write ${instead}`
        : said`${name} has other texts among its times, such as ${example} (${count} of ${all} values that were looked at), and they come before the times; write ${instead}`,
    instead,
  };
}

/** Whether a text comes before all of the values, in the order that is asked for. */
function isAhead(
  text: string,
  values: readonly OrderedCell[],
  kind: 'number' | 'time',
  first: OrderedField['first'],
): boolean {
  return values.every((value) => {
    // Texts are after numbers, and before times that are no texts.
    const after = value.isText ? compareTexts(text, value.text) > 0 : kind === 'number';
    return after === (first === 'largest');
  });
}

function numbersAsTexts(cells: readonly OrderedCell[], name: string): Doubt | undefined {
  const numbers = cells.flatMap(({ text, isText, number }) =>
    isText && number !== undefined ? [{ text, value: number }] : [],
  );
  if (numbers.length < cells.length * nearlyAll) return undefined;
  const pair = disordered(numbers, compareNumbers);
  if (pair === undefined) return undefined;
  const instead = `${name}::number`;
  return {
    said: said`the numbers of ${name} are texts, and in the order of texts: ${pair[0]} comes before ${pair[1]}; write ${instead}`,
    instead,
  };
}

function timesAsTexts(cells: readonly OrderedCell[], name: string): Doubt | undefined {
  const times = cells.flatMap(({ text, isText, time }) =>
    isText && time !== undefined ? [{ text, value: time }] : [],
  );
  if (times.length < cells.length * nearlyAll) return undefined;
  const pair = disordered(times, compareTimes);
  if (pair === undefined) return undefined;
  const instead = `${name}::timestamp`;
  return {
    said: said`the times of ${name} are texts, and in the order of texts: ${pair[0]} comes before ${pair[1]}; write ${instead}`,
    instead,
  };
}

/** Two texts of which the first one is before the other, and its value after that of the other. */
function disordered<T>(
  cells: readonly { readonly text: string; readonly value: T }[],
  compare: (a: T, b: T) => number,
): readonly [string, string] | undefined {
  const sorted = [...cells].sort((a, b) => compareTexts(a.text, b.text));
  for (let at = 1; at < sorted.length; at++) {
    const [before, after] = [sorted[at - 1], sorted[at]];
    if (compare(before.value, after.value) > 0) return [writeText(before.text), writeText(after.text)];
  }
  return undefined;
}
