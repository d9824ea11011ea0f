/** Picks in plots: which bars and values they mean, and what they become with a click. */
import type { ColumnInfo } from '../../protocol/file.ts';
import type { PickedRange, PickedValue, ValuePick } from '../../protocol/queryText.ts';
import type { ColumnSummary } from '../../protocol/statistics.ts';
import { keyOf, type Bar, type Part } from './shape.ts';

export const nothing: ValuePick = { ranges: [], values: [], nulls: false };

function placeOf(kind: 'number' | 'time', text: string): number {
  if (kind === 'number') return Number(text.replaceAll('_', ''));
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(/^\d{4}-\d\d-\d\d$/.test(iso) || /(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

export function holdsBar(pick: ValuePick, { fromPlace, toPlace }: Bar): boolean {
  return pick.ranges.some(({ kind, from, to }) => {
    const low = from === undefined ? -Infinity : placeOf(kind, from);
    const high = to === undefined ? Infinity : placeOf(kind, to);
    return fromPlace >= low && toPlace <= high;
  });
}

export function holdsPart(pick: ValuePick, { value }: Part, column: PickedColumn, apart: Apart): boolean {
  return value !== undefined && holdsValue(pick, asPicked(value, column, apart));
}

export function holdsValue({ values }: Pick<ValuePick, 'values'>, value: PickedValue): boolean {
  return values.some((picked) => isSame(picked, value));
}

const asNumber = /^\s*[-+]?(?:\.?\d|inf|nan)/i;
const asBoolean = /^\s*(?:true|false)\s*$/i;

/** A number of a table may be asked for as a number or as a text. */
function isSame(one: PickedValue, other: PickedValue): boolean {
  return one.text === other.text && (one.kind === other.kind || !(one.typed ?? other.typed));
}

/** How a query is to tell values apart that it otherwise takes for equal: by their types, or by their texts. */
export type Apart = 'type' | 'text' | undefined;

/**
 * Whether a column holds values that a query takes for equal although they are listed by themselves: the number 1 and the text
 * `1` of JSON, or `1` and `1.0` of a table. Where not all of its values are known it may.
 * @param isTyped as `StatisticsModel.isTyped`
 */
export function apartIn(isTyped: boolean, summary: ColumnSummary | undefined): Apart {
  if (!summary) return undefined;
  const { kinds, top } = summary;
  const isKnown = top.exact && top.others === 0;
  if (!isTyped) {
    const numbers = top.values.filter(({ kind }) => kind === 'number').map(({ text }) => Number(text));
    return kinds.number > 0 && !(isKnown && new Set(numbers).size === numbers.length) ? 'text' : undefined;
  }
  // A number is a time beside one.
  if (kinds.number > 0 && kinds.time > 0) return 'type';
  if (kinds.text === 0 || kinds.number + kinds.boolean === 0) return undefined;
  const isAlike = top.values.some(({ kind, text }) => kind === 'text' && readsAsOther(text));
  return isAlike || !isKnown ? 'type' : undefined;
}

function readsAsOther(text: string): boolean {
  return asNumber.test(text) || asBoolean.test(text);
}

/**
 * Values from the first to the last bar of each unbroken row of bars.
 * @param apart as `apartIn` says
 */
export function pickBars(
  of: 'number' | 'time',
  bars: readonly Bar[],
  picked: readonly number[],
  apart: Apart,
): ValuePick {
  const sorted = [...new Set(picked)].sort((a, b) => a - b);
  const ranges: PickedRange[] = [];
  // Years beyond 0000 to 9999 are in no file, and in no query: nothing lies behind such an edge.
  const edge = (text: string): string | undefined => (of === 'time' && /^[+-]/.test(text) ? undefined : text);
  let before = -2;
  for (const index of sorted) {
    const bar = bars.at(index);
    const last = ranges.at(-1);
    if (!bar) continue;
    if (last && index === before + 1) ranges[ranges.length - 1] = { ...last, to: edge(bar.to) };
    else ranges.push({ kind: of, from: edge(bar.from), to: edge(bar.to) });
    before = index;
  }
  return {
    ...nothing,
    ranges: apart === 'type' ? ranges.map((range) => ({ ...range, typed: true })) : ranges,
  };
}

/** The column that a value is of. */
type PickedColumn = Pick<ColumnInfo, 'written'>;

const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * A time, and a number of a table that is written as no query writes numbers (`1.234,50`, `007`), are compared as the text that
 * a cell shows, and so are numbers of a table that are equal to others.
 * @param apart as `apartIn` says
 */
export function asPicked(
  { text, kind, cut }: NonNullable<Part['value']>,
  { written }: PickedColumn,
  apart: Apart,
): PickedValue {
  if (apart === 'type' && !cut && kind !== 'time' && (kind !== 'text' || readsAsOther(text)))
    return { text, kind, cut, typed: true };
  const isWritten = written !== undefined || apart === 'text' || !plainNumber.test(text);
  const isText = kind === 'time' || (kind === 'number' && isWritten);
  return { text, kind: isText ? 'text' : kind, cut };
}

/** The values picked with one more, or without it where it is picked already. */
export function toggled(pick: ValuePick, value: PickedValue): ValuePick {
  const others = pick.values.filter((known) => !isSame(known, value));
  return {
    ...nothing,
    values: others.length < pick.values.length ? others : [...others, value],
    nulls: pick.nulls,
  };
}

/** As a click picks without Ctrl: this alone, or nothing where it was this alone. */
export function only(pick: ValuePick, next: ValuePick): ValuePick {
  return signOf(pick) === signOf(next) ? nothing : next;
}

/** The same text for the same pick, in whatever order it was made. */
function signOf({ ranges, values, nulls }: ValuePick): string {
  const edges = ranges.map(({ kind, from, to }) =>
    [from, to].map((edge) => (edge === undefined ? '' : placeOf(kind, edge))).join(),
  );
  return JSON.stringify([edges.sort(), values.map(keyOf).sort(), nulls]);
}
