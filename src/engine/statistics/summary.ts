import type {
  ColumnSummary,
  Histogram,
  ListSummary,
  RangeSummary,
  StatisticsDepth,
  TextSummary,
  TopValues,
  ValueCount,
} from '../../protocol/statistics.ts';
import {
  canonical,
  compareNumbers,
  numberOf,
  numericText,
  partsOf,
  type Numeric,
} from '../query/value/decimal.ts';
import { timeAt } from '../query/value/time.ts';
import { byBeginning } from './beginnings.ts';
import { Bins, type Bars } from './bins.ts';
import type { ColumnAccumulator } from './column.ts';
import { limitsFor } from './limits.ts';
import { Patterns } from './patterns.ts';
import type { RangeAccumulator } from './range.ts';
import { numberScale, timeScale } from './scale.ts';
import { textOfKept } from './texts.ts';
import { ValueKind, type CountedValue } from './valueTable.ts';

export const topValues = { header: 10, panel: 50 } as const;
const mostBars = { header: 40, panel: 80 } as const;
const mostPatterns = 10;
const outerPercents = [1, 5, 95, 99];

/**
 * The figures of a column, as the protocol has them.
 * @param malformed rows that cannot be read
 * @param asked values whose counts are told also where they are not frequent
 */
export function summaryOf(
  column: ColumnAccumulator,
  malformed: number,
  depth: StatisticsDepth,
  asked: readonly ValueCount[] = [],
): ColumnSummary {
  const { number, text, boolean, time, list, object, missing } = column.kinds;
  return {
    kinds: { number, text, boolean, time, list, object, null: column.kinds.null, missing, malformed },
    distinct: column.distinct,
    trues: column.trues,
    numbers: column.numbers && rangeSummary(column.numbers, depth),
    times: column.times && rangeSummary(column.times, depth),
    texts: textSummary(column),
    lists: listSummary(column, depth),
    top: topOf(column, topValues[depth], asked),
    patterns: depth === 'panel' ? patternsOf(column) : undefined,
  };
}

/**
 * The bars of a column in all rows and in those of a filter, as far as they are known.
 * @param isFiltered whether there is a filter
 */
export function histogramOf(
  whole: ColumnAccumulator | undefined,
  filtered: ColumnAccumulator | undefined,
  isFiltered: boolean,
  depth: StatisticsDepth,
): Histogram | undefined {
  const most = whole ?? filtered;
  if (most === undefined) return undefined;
  const isTime = most.kinds.time > most.kinds.number;
  const ranges = [whole, filtered].map((column) => (isTime ? column?.times : column?.numbers));
  const scale = ranges.find((range) => range !== undefined)?.scale;
  if (scale === undefined) return undefined;
  const bins = ranges.map((range) => range?.bins ?? new Bins(scale, 1));
  const isWhole = ranges.every((range) => range === undefined || range.isWhole);
  const bars = Bins.show(bins, scale, mostBars[depth], isWhole);
  return (
    bars && {
      kind: scale.kind,
      edges: isTime ? bars.edges : reaching(bars.edges, ranges),
      places: bars.places,
      whole: bars.counts[0],
      filtered: isFiltered ? bars.counts[1] : undefined,
    }
  );
}

/**
 * The bars that a column of numbers or times (milliseconds since 1970) has here, from its extremes alone: for who counts them elsewhere.
 * @param whole whether all numbers are whole ones
 */
export function roundEdges(
  kind: 'number' | 'time',
  low: number,
  high: number,
  depth: StatisticsDepth,
  whole: boolean,
): Pick<Bars, 'edges' | 'places'> | undefined {
  const scale = kind === 'time' ? timeScale : numberScale;
  const bins = new Bins(scale, limitsFor(1).bins);
  bins.add(Float64Array.of(low, high), 2, low, high);
  return Bins.show([bins], scale, mostBars[depth], whole);
}

/** The edges, with the first and the last as far out as numbers beyond every double are: those are in the outermost bars. */
function reaching(edges: readonly string[], ranges: readonly (RangeAccumulator | undefined)[]): string[] {
  const reached = [...edges];
  for (const range of ranges) {
    const { value: least } = range?.min ?? {};
    const { value: most } = range?.max ?? {};
    if (least !== undefined && compareNumbers(least, numberOf(reached[0])) < 0)
      reached[0] = numericText(least);
    const last = reached.length - 1;
    if (most !== undefined && compareNumbers(most, numberOf(reached[last])) >= 0)
      reached[last] = roundAbove(most);
  }
  return reached;
}

/** A number of one digit above a positive one. */
function roundAbove(value: Numeric): string {
  const { coefficient, exponent } = partsOf(value);
  const digits = String(coefficient);
  return numericText(canonical(BigInt(digits[0]) + 1n, exponent + digits.length - 1));
}

/** Bars over the times of a column; undefined where it has none. */
export function timeBars({ times }: ColumnAccumulator, most: number): Bars | undefined {
  return times && Bins.show([times.bins], times.scale, most, true);
}

function rangeSummary(range: RangeAccumulator, depth: StatisticsDepth): RangeSummary {
  const { scale, quantiles, bins, count, std, mean, sum } = range;
  const isTime = scale.kind === 'time';
  const written = (value: number | undefined): string => {
    if (value === undefined) return '';
    return isTime ? timeText(value, range.min.text) : numericText(value === 0 ? 0 : value);
  };
  const quantile = (percent: number): string => written(quantileOf(range, percent / 100));
  return {
    kind: scale.kind,
    count,
    min: range.min.text,
    max: range.max.text,
    sum: isTime || sum === undefined ? undefined : numericText(sum),
    mean: written(mean),
    std: std === undefined ? undefined : isTime ? std / 1000 : std,
    q25: quantile(25),
    q50: quantile(50),
    q75: quantile(75),
    ...(depth === 'panel' && {
      percentiles: outerPercents.map((percent) => ({ percent, value: quantile(percent) })),
    }),
    quantileError: isTime ? Math.min(quantiles.widest, bins.widest) / 1000 : quantiles.error,
    negative: isTime ? 0 : range.negative,
    zero: isTime ? 0 : range.zero,
  };
}

/**
 * Of many times whose buckets are wide a quantile is where its bar begins: buckets are as wide as a fraction of the size, which
 * is counted from 1970 and says nothing of the range that the times are in.
 */
export function quantileOf(
  { scale, quantiles, bins }: RangeAccumulator,
  fraction: number,
): number | undefined {
  const isRough = scale.kind === 'time' && quantiles.widest > bins.widest;
  return isRough ? bins.quantile(fraction) : quantiles.quantile(fraction);
}

/** @param like a time of the column, in whose notation it is written: `2024-05-31T18:00:00Z` or `2024-05-31 18:00:00` */
export function timeText(ms: number, like: string): string {
  const text = timeAt(Math.round(ms), 0)?.toString() ?? '';
  if (text === '' || !/^[\d-]+T/.test(like)) return text;
  return `${text.replace(' ', 'T')}${/(?:Z|[+-]\d\d:?\d\d)$/.test(like) ? 'Z' : ''}`;
}

function textSummary({ texts }: ColumnAccumulator): TextSummary | undefined {
  if (texts.count === 0) return undefined;
  const { count, min, max, minLength, maxLength, meanLength, shortest, longest, empty } = texts;
  return { count, min, max, minLength, maxLength, meanLength, shortest, longest, empty };
}

function listSummary({ lists, kinds }: ColumnAccumulator, depth: StatisticsDepth): ListSummary | undefined {
  if (kinds.list === 0 || lists === undefined) return undefined;
  return {
    count: kinds.list,
    minItems: lists.min,
    maxItems: lists.max,
    meanItems: lists.mean,
    items: lists.items && summaryOf(lists.items, 0, depth),
  };
}

/**
 * The most frequent values of a column. Where counts are estimates, only values that are counted more often than the estimate
 * may be wrong by: of others it is not known which are frequent.
 * @param asked values whose counts are told beside them
 */
export function topOf(column: ColumnAccumulator, most: number, asked: readonly ValueCount[] = []): TopValues {
  const { values, kinds } = column;
  const found = mostCounted(column, most, values.exact ? 0 : values.error, asked);
  const total = kinds.number + kinds.text + kinds.time + kinds.boolean;
  return {
    values: found.values,
    exact: values.exact,
    error: values.error,
    others: total - found.values.reduce((sum, { count }) => sum + count, 0),
    ...(found.asked.length > 0 && { asked: found.asked }),
  };
}

/** Values that a column holds, frequent ones first where that is known. */
export function examplesOf(column: ColumnAccumulator, most: number): ValueCount[] {
  return mostCounted(column, most, 0).values;
}

/**
 * @param least only values that are counted more often than this
 * @param wanted values that are found also where they are not
 */
function mostCounted(
  { values, kinds, trues }: ColumnAccumulator,
  most: number,
  least: number,
  wanted: readonly ValueCount[] = [],
): { readonly values: ValueCount[]; readonly asked: ValueCount[] } {
  const all = byBeginning(
    [...values.entries()].filter(({ kind }) => kind !== ValueKind.List && kind !== ValueKind.Object),
    wanted.filter(({ cut }) => cut).map(({ text }) => Buffer.from(text)),
  );
  const counted = all.map((value) => ({ count: value.count, value: () => shown(value) }));
  for (const [text, count] of [
    ['true', trues],
    ['false', kinds.boolean - trues],
  ] as const) {
    if (count > 0) counted.push({ count, value: () => ({ text, kind: 'boolean', count, cut: false }) });
  }
  counted.sort((a, b) => b.count - a.count);
  const frequent = counted.filter(({ count }) => count > least).slice(0, most);
  const listed = frequent.map(({ value }) => value());
  const asked: ValueCount[] = [];
  const missing = new Map(wanted.map((value) => [signOf(value), value]));
  for (const value of listed) missing.delete(signOf(value));
  for (const { value } of counted.slice(frequent.length)) {
    if (missing.size === 0) break;
    const other = value();
    if (missing.delete(signOf(other))) asked.push(other);
  }
  // Where every value is counted, what is not among them is in no row.
  if (values.exact) for (const value of missing.values()) asked.push({ ...value, count: 0 });
  return { values: listed, asked };
}

function signOf({ kind, text, cut }: ValueCount): string {
  return `${kind} ${cut} ${text}`;
}

function shown({ kind, bytes, length, count }: CountedValue): ValueCount {
  if (kind === ValueKind.Double) {
    const double = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
    return { text: numericText(double), kind: 'number', count, cut: false };
  }
  return {
    text: textOfKept(bytes),
    kind: kind === ValueKind.NumberText ? 'number' : kind === ValueKind.Time ? 'time' : 'text',
    count,
    cut: length > bytes.length,
  };
}

function patternsOf({ values, kinds }: ColumnAccumulator): ColumnSummary['patterns'] {
  if (kinds.text === 0) return undefined;
  const patterns = new Patterns();
  for (const { kind, bytes, length, count } of values.entries()) {
    if (kind === ValueKind.Text)
      patterns.add(length > bytes.length ? ' '.repeat(1000) : textOfKept(bytes), count);
  }
  return { sampled: patterns.sampled, list: patterns.list(mostPatterns) };
}
