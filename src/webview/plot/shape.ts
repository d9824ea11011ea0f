/** What is drawn of a column: from figures to bars, without a screen. */
import {
  mainKind,
  type ColumnStatistics,
  type ColumnSummary,
  type Histogram,
  type KindCounts,
  type ValueCount,
} from '../../protocol/statistics.ts';

/** A bar of a histogram: values from `from` up to, and without, `to`. */
export interface Bar {
  /** As `Histogram.edges` and `places` have them. */
  readonly from: string;
  readonly to: string;
  readonly fromPlace: number;
  readonly toPlace: number;
  readonly whole: number;
  /** Of the rows of the filter; as `whole` where there is none. */
  readonly filtered: number;
}

/** A value, and how often it is there. */
export interface Part {
  /** Undefined for all values that are not listed. */
  readonly value: Pick<ValueCount, 'text' | 'kind' | 'cut'> | undefined;
  readonly whole: number;
  readonly filtered: number;
}

export type Shape =
  | { readonly kind: 'histogram'; readonly of: 'number' | 'time'; readonly bars: readonly Bar[] }
  | { readonly kind: 'values'; readonly parts: readonly Part[] }
  /** Too many different values to show: figures say more. */
  | { readonly kind: 'figures' };

export type ValueKind = 'number' | 'text' | 'boolean' | 'time' | 'list' | 'object';

const valueKinds: readonly ValueKind[] = ['number', 'text', 'boolean', 'time', 'list', 'object'];

/** Texts of so few different values are shown by value. */
const fewValues = 30;

/**
 * What may be drawn: a filter beside the whole only where both were read as far. Until the whole has come as far as the
 * filter, the filter stands alone.
 */
export function comparable(
  statistics: ColumnStatistics,
  wholeShare: number,
  filteredShare: number | undefined,
): ColumnStatistics {
  const { filtered, histogram } = statistics;
  if (!filtered || filteredShare === undefined || (statistics.whole && wholeShare >= filteredShare))
    return statistics;
  return {
    ...statistics,
    whole: filtered,
    filtered: undefined,
    histogram: histogram?.filtered && { ...histogram, whole: histogram.filtered, filtered: undefined },
  };
}

/** @param most bars that there is room for */
export function shapeOf({ whole, filtered, histogram }: ColumnStatistics, most: number): Shape {
  if (!whole) return { kind: 'figures' };
  const main = mainKind(whole.kinds);
  if ((main === 'number' || main === 'time') && histogram && histogram.whole.length > 0)
    return { kind: 'histogram', of: histogram.kind, bars: barsOf(histogram, most) };
  if (main === 'boolean') return { kind: 'values', parts: booleans(whole, filtered) };
  const listed = whole.top.values.reduce((sum, { count }) => sum + count, 0);
  const isFew = whole.distinct.count <= fewValues || listed * 2 >= listed + whole.top.others;
  if (main === undefined || listed === 0 || !isFew) return { kind: 'figures' };
  return { kind: 'values', parts: valuesOf(whole, filtered) };
}

/** Neighbouring bars become one where there is no room for all. */
export function barsOf({ edges, places, whole, filtered }: Histogram, most: number): Bar[] {
  const group = Math.max(1, Math.ceil(whole.length / Math.max(1, most)));
  const bars: Bar[] = [];
  for (let from = 0; from < whole.length; from += group) {
    const to = Math.min(whole.length, from + group);
    const sum = (counts: Float64Array) =>
      counts.subarray(from, to).reduce((total, count) => total + count, 0);
    const count = sum(whole);
    bars.push({
      from: edges.at(from) ?? '',
      to: edges.at(to) ?? '',
      fromPlace: places[from] ?? 0,
      toPlace: places[to] ?? 0,
      whole: count,
      filtered: filtered ? sum(filtered) : count,
    });
  }
  return bars;
}

function booleans(whole: ColumnSummary, filtered: ColumnSummary | undefined): Part[] {
  const of = filtered ?? whole;
  const part = (text: string, count: number, matching: number): Part => ({
    value: { text, kind: 'boolean', cut: false },
    whole: count,
    filtered: matching,
  });
  return [
    part('true', whole.trues, of.trues),
    part('false', whole.kinds.boolean - whole.trues, of.kinds.boolean - of.trues),
  ];
}

/** How many of the rows hold a value; undefined where that is not known. */
export function countsIn({
  top: { values, asked = [], exact, others },
}: ColumnSummary): (value: Pick<ValueCount, 'kind' | 'text'>) => number | undefined {
  const listed = new Map([...values, ...asked].map((value) => [keyOf(value), value.count]));
  // Where all values are listed, there is no other.
  return (value) => listed.get(keyOf(value)) ?? (exact && others === 0 ? 0 : undefined);
}

/** A value of a checklist. */
export interface Listed {
  readonly value: Pick<ValueCount, 'text' | 'kind' | 'cut'>;
  /** Rows of the whole that hold it; undefined where that is not known. */
  readonly whole: number | undefined;
  /** Of the matches, where there is a filter. */
  readonly shown: number | undefined;
}

/**
 * The values of a checklist: the most frequent ones of the rows that match. Where the filter itself picks values of the column, its
 * rows hold no others, so that those of the whole follow, to be picked as well.
 * @param matches undefined where there is no filter
 * @param picked values that the filter picks: they are listed in any case
 * @param kept values that are listed in their order instead
 * @param excluded values that the filter leaves out: they are listed in any case as well
 */
export function listedIn(
  whole: ColumnSummary,
  matches: ColumnSummary | undefined,
  picked: readonly Listed['value'][],
  kept: readonly Listed['value'][] | undefined,
  excluded: readonly Listed['value'][] = [],
): { readonly values: readonly Listed[]; readonly others: number } {
  const { top } = matches ?? whole;
  const frequent = kept ?? [...top.values, ...(matches && picked.length > 0 ? whole.top.values : [])];
  const values = new Map(frequent.map((value) => [keyOf(value), value]));
  // A time is picked as the text that a cell shows.
  const texts = new Set(frequent.map(({ text }) => text));
  for (const value of [...picked, ...excluded]) if (!texts.has(value.text)) values.set(keyOf(value), value);
  const ofWhole = countsIn(whole);
  const ofShown = countsIn(matches ?? whole);
  const listed = [...values.values()].map((value) => {
    return { value, whole: ofWhole(value), shown: ofShown(value) };
  });
  const all = top.others + sumOf(matches ?? whole);
  return { values: listed, others: all - listed.reduce((sum, { shown = 0 }) => sum + shown, 0) };
}

function valuesOf(whole: ColumnSummary, filtered: ColumnSummary | undefined): Part[] {
  const matching = filtered && countsIn(filtered);
  const parts = whole.top.values.map((value): Part => {
    // Where the counts of the filter are estimates one may be missing: it is not frequent then.
    const count = matching ? (matching(value) ?? 0) : value.count;
    return { value, whole: value.count, filtered: count };
  });
  if (whole.top.others > 0) {
    const all = filtered ? filtered.top.others + sumOf(filtered) : whole.top.others + sumOf(whole);
    const listed = parts.reduce((sum, { filtered: count }) => sum + count, 0);
    parts.push({ value: undefined, whole: whole.top.others, filtered: Math.max(0, all - listed) });
  }
  return parts;
}

export function keyOf({ kind, text }: Pick<ValueCount, 'kind' | 'text'>): string {
  return `${kind} ${text}`;
}

function sumOf({ top }: ColumnSummary): number {
  return top.values.reduce((sum, { count }) => sum + count, 0);
}

/** A stretch of the thin line under a plot. */
export interface Share {
  readonly of: 'values' | 'other' | 'null' | 'missing' | 'malformed';
  readonly count: number;
}

/** How many rows hold the column's main kind, other kinds, and nothing; without what no row holds. */
export function sharesOf(kinds: KindCounts): Share[] {
  const main = mainKind(kinds);
  const values = main ? kinds[main] : 0;
  const other = valueKinds.reduce((sum, kind) => sum + kinds[kind], 0) - values;
  const shares: Share[] = [
    { of: 'values', count: values },
    { of: 'other', count: other },
    { of: 'null', count: kinds.null },
    { of: 'missing', count: kinds.missing },
    { of: 'malformed', count: kinds.malformed },
  ];
  return shares.filter(({ count }) => count > 0);
}

export function rowsOf(kinds: KindCounts): number {
  return sharesOf(kinds).reduce((sum, { count }) => sum + count, 0);
}
