/**
 * What columns hold: the figures behind header plots, the column panel, `DESCRIBE` and `--profile`.
 *
 * Values of the file cross as text: numbers with the digits that the file has them in, times as ISO 8601 in UTC. Only
 * figures that are rounded by their nature (a mean, a standard deviation, a share) are doubles. Lengths are in
 * characters (Unicode code points). Every count is a count of rows.
 *
 * Exact once the pass is over (`Coverage.exact`): all counts of kinds, `trues`, minimum and maximum, the sum, the
 * histogram, the lengths. Exact where they say so: `distinct`, `top` and the quantiles. While the pass
 * runs, everything is exact for the records read so far, or as approximate for those.
 */

/** How far a pass over the rows has come. */
export interface Coverage {
  /** Share of the bytes that was read or can be skipped, 0 to 1. */
  readonly share: number;
  /** Rows that were taken in so far, malformed records included. */
  readonly rows: number;
  /** Whether the pass is over, so that nothing changes any more. */
  readonly exact: boolean;
}

/** How many rows hold what in a column; together they are all rows. */
export interface KindCounts {
  /** JSON numbers; fields of a CSV that read as numbers. */
  readonly number: number;
  readonly text: number;
  /** JSON booleans; in a CSV, `true` and `false` are texts. */
  readonly boolean: number;
  /** Texts that are an ISO 8601 date or time, or a date as the column writes them. They are not counted as texts. */
  readonly time: number;
  readonly list: number;
  readonly object: number;
  /** JSON null; an empty field of a CSV. */
  readonly null: number;
  /** The record has no such member; the row is too short. */
  readonly missing: number;
  /** The record cannot be read. */
  readonly malformed: number;
}

const valueTypes = ['number', 'time', 'text', 'boolean', 'list', 'object'] as const;

/** The types of the values that a column holds, the most frequent first. */
export function typesIn(kinds: KindCounts): (typeof valueTypes)[number][] {
  return valueTypes.filter((type) => kinds[type] > 0).sort((a, b) => kinds[b] - kinds[a]);
}

/** In this order of equally many. */
const mainKinds = ['number', 'text', 'boolean', 'time', 'list', 'object'] as const;

/** What most of a column's values are, and what is drawn of it; undefined where it has none. */
export function mainKind(kinds: KindCounts): (typeof mainKinds)[number] | undefined {
  const most = mainKinds.reduce((best, kind) => (kinds[kind] > kinds[best] ? kind : best));
  return kinds[most] > 0 ? most : undefined;
}

export interface Distinct {
  /** Different values; null, missing and malformed are none, nor are objects whose members are columns of their own. */
  readonly count: number;
  /** Always up to 10,000 values, unless very many columns are asked for at once. */
  readonly exact: boolean;
  /** Relative standard error of `count`, as a fraction: 0.016 is 1.6 %. 0 where it is exact. */
  readonly error: number;
}

export interface ValueCount {
  /** As a cell shows it; where `cut` the first 256 bytes, and `count` is that of all values that begin so. */
  readonly text: string;
  readonly kind: 'number' | 'text' | 'boolean' | 'time';
  readonly count: number;
  readonly cut: boolean;
}

/**
 * The most frequent values, the most frequent first; equally frequent ones in the order of the file. Where they are not exact,
 * only those that are counted more often than `error`: none where no value is frequent.
 */
export interface TopValues {
  readonly values: readonly ValueCount[];
  /** Whether the counts are exact and no value that is not listed is more frequent than the last one. */
  readonly exact: boolean;
  /**
   * Counts may be too low by so much. While fewer values are listed than there is room for, none of the others is in more
   * than twice as many rows. 0 where exact.
   */
  readonly error: number;
  /** Rows that hold a value which is not listed. */
  readonly others: number;
  /**
   * Values that are listed of the rows beside these, of the whole or of the filter, as far as they are not in `values`: how often
   * they are here. Where the counts are estimates, one that is missing may be here all the same.
   */
  readonly asked?: readonly ValueCount[] | undefined;
}

/**
 * Numbers and times have the same figures: `kind` says which. Values are texts as a query may write them (a time in
 * quotes).
 */
export interface RangeSummary {
  readonly kind: 'number' | 'time';
  readonly count: number;
  /** As the file writes it; as the language does where a column's cells are read in another way, such as `1.234,5`. */
  readonly min: string;
  readonly max: string;
  /** Of numbers: the exact sum. */
  readonly sum: string | undefined;
  /** Of numbers: a decimal; of times: a time in UTC to the millisecond, written as `min` is. */
  readonly mean: string;
  /** Standard deviation of a sample: of times in seconds. Undefined for fewer than two values. */
  readonly std: number | undefined;
  /** Quartiles. Up to 8,192 values they are exact, as `quantile_cont` gives them; beyond, values that the column holds. */
  readonly q25: string;
  readonly q50: string;
  readonly q75: string;
  /** Panel only: the 1st, 5th, 95th and 99th percentile, as the quartiles are. */
  readonly percentiles?: readonly { readonly percent: number; readonly value: string }[] | undefined;
  /** By how much a quantile is off at the most: of numbers as a fraction of its own size, of times in seconds. */
  readonly quantileError: number;
  /** Numbers: how many are below zero, and how many are zero. */
  readonly negative: number;
  readonly zero: number;
}

export interface TextSummary {
  readonly count: number;
  /** In the order of their bytes, which is that of ORDER BY; the first 256 bytes. */
  readonly min: string;
  readonly max: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly meanLength: number;
  /** The first of the shortest and the first of the longest, the first 256 bytes of each. */
  readonly shortest: string;
  readonly longest: string;
  /** Texts of no characters. */
  readonly empty: number;
}

/** What texts look like: runs of a class of characters. `2024-AB 1` is `9{4}-A{2} 9`. */
export interface Pattern {
  /**
   * In order. `digits`, `upper`, `lower`, `letters` (of both cases or of neither) and `space` are runs of `length`
   * characters; `literal` stands for itself.
   */
  readonly parts: readonly {
    readonly kind: 'digits' | 'upper' | 'lower' | 'letters' | 'space' | 'literal';
    readonly text: string;
    readonly length: number;
  }[];
  /** Values of the sample that look so. */
  readonly count: number;
  readonly example: string;
}

export interface ListSummary {
  readonly count: number;
  readonly minItems: number;
  readonly maxItems: number;
  readonly meanItems: number;
  /** What the items are: counts are of items here. */
  readonly items?: ColumnSummary | undefined;
}

/** What a column holds, in all rows of a pass. */
export interface ColumnSummary {
  readonly kinds: KindCounts;
  readonly distinct: Distinct;
  /** How many of the booleans are true. */
  readonly trues: number;
  /** Undefined where there is no such value. */
  readonly numbers: RangeSummary | undefined;
  readonly times: RangeSummary | undefined;
  readonly texts: TextSummary | undefined;
  /** Panel only. */
  readonly lists: ListSummary | undefined;
  /** At most 10 values for a header, 50 for the panel. Lists and objects have no top values. */
  readonly top: TopValues;
  /** Panel only: the most frequent patterns of a sample of `sampled` texts. */
  readonly patterns?: { readonly sampled: number; readonly list: readonly Pattern[] } | undefined;
}

/**
 * Bars over a range of numbers or times. Bar `i` counts the values v with `edges[i]` <= v < `edges[i + 1]`; every
 * value is in one of them. Where a column has both, it is of what it has more of.
 */
export interface Histogram {
  readonly kind: 'number' | 'time';
  /**
   * Round figures in rising order, one more than there are bars, as a query may write them: `0.5`, `1e21`, and times as
   * `2024-05-31` or `2024-05-31 18:00:00`. While a pass runs the edges may become coarser.
   */
  readonly edges: readonly string[];
  /** The edges as places on an axis: the double, or milliseconds since 1970. */
  readonly places: Float64Array;
  readonly whole: Float64Array;
  /** Of the rows of the filter, by the same edges; undefined where there is none. */
  readonly filtered: Float64Array | undefined;
}

/** One column of an answer. */
export interface ColumnStatistics {
  /** Id of the column, as in `ColumnInfo`. */
  readonly column: number;
  /** Of all rows: of the file, or of the view where that has columns of its own. Undefined while nothing was read. */
  readonly whole: ColumnSummary | undefined;
  /**
   * Of the view's rows, where the view is a filter of the file. `top.asked` says how often they hold the values listed of the
   * whole; for the panel, that of `whole` says how often it holds theirs.
   */
  readonly filtered: ColumnSummary | undefined;
  /**
   * Header only, in place of `filtered`: where the histogram is all that is drawn of the view's rows, and was counted by the bars
   * of the whole, what those rows hold.
   */
  readonly counted?: KindCounts | undefined;
  readonly histogram: Histogram | undefined;
}

/** `header`: what a plot in a header draws. `panel`: everything, for few columns. */
export type StatisticsDepth = 'header' | 'panel';

export interface StatisticsRequest {
  readonly view: number;
  /** Ids of the view's columns; best no others than can be seen: a column costs time. At most 1,000. */
  readonly columns: readonly number[];
  readonly depth: StatisticsDepth;
}

export interface StatisticsAnswer {
  readonly view: number;
  /** In the order that was asked for; on the way only those of which there is more. */
  readonly columns: readonly ColumnStatistics[];
  /** How far all of these have come. */
  readonly whole: Coverage;
  /** Undefined where the view is no filter of the file. */
  readonly filtered: Coverage | undefined;
}

/** Rows of a view over time, for a chart above the rows. */
export interface TimelineRequest {
  readonly view: number;
  /** A column of times: a text column whose `kinds.time` is not 0. */
  readonly column: number;
  /** A column of few values to stack by: its six most frequent values, and the rest. */
  readonly by?: number | undefined;
  /** Bars that fit; there are at most so many. */
  readonly bars: number;
}

export interface TimelineSeries {
  readonly value: ValueCount | undefined;
  /** Whether it is of the rows in which the column is NULL. */
  readonly isNull?: boolean | undefined;
  readonly counts: Float64Array;
}

export interface TimelineAnswer {
  readonly coverage: Coverage;
  /** As in `Histogram`; both empty where no row has a time. */
  readonly edges: readonly string[];
  readonly places: Float64Array;
  /**
   * Counts by bar. Without `by` there is one series, `value` undefined. With it, one for each listed value, one with `value`
   * undefined for all other rows, and last one for those that hold no value. Together they are the rows of the view that have a
   * time.
   */
  readonly series: readonly TimelineSeries[];
  /** Rows of the view without a time in the column. */
  readonly without: number;
}

/** Part of `PreviewCalls`. */
export interface StatisticsCalls {
  /**
   * What columns hold. Progress comes first after the first blocks, then at most every 100 ms; the result is exact.
   * Cancel the call to stop; what was found for a column of a view once is kept, and asking again answers at once. A
   * filter that still runs may be asked for as well. Rows in another order (ORDER BY) are the rows of their filter. Of
   * any other table that is still being made (AGGREGATE) the answer is empty, with no columns and `exact` false: ask again when
   * its run is done.
   */
  statistics: { params: StatisticsRequest; result: StatisticsAnswer; progress: StatisticsAnswer };
  /** Rows over time. Progress and cancelling as for `statistics`. */
  timeline: { params: TimelineRequest; result: TimelineAnswer; progress: TimelineAnswer };
}
