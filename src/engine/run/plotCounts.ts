import { mainKind } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { keptCounts, type CountedField, type KeptCounts } from '../dataset/keptCounts.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { FieldRequest } from '../format/record.ts';
import { unescapeOf } from '../query/fieldText.ts';
import { readingOf } from '../query/layout.ts';
import {
  ByteInput,
  ColumnSet,
  histogramOf,
  type ColumnAccumulator,
  type FieldInput,
} from '../statistics/index.ts';

/** A column that headers show. */
export interface PlottedColumn {
  readonly path: FieldRequest['path'];
  /** What all rows of the file hold. */
  readonly whole: ColumnAccumulator;
}

/** What the matches of a filter hold. */
export interface PlotCounts {
  /** All there is to say where `bars` is undefined; else what is not in those. */
  readonly column: ColumnAccumulator;
  readonly bars: { readonly kinds: ColumnAccumulator['kinds']; readonly counts: Float64Array } | undefined;
}

/** The counts of several columns, in their order; undefined of one that cannot be counted. */
export interface PlotsOfMatches {
  readonly matched: number;
  readonly columns: readonly (PlotCounts | undefined)[];
}

/**
 * Counts what headers draw of the matches of a filter, where the bars are known and columns are kept: as `gatherStatistics` finds
 * it, without what is not drawn. Undefined where that is not enough.
 * @throws the signal's reason
 */
export async function countForPlots(
  dataset: Dataset,
  query: PlannedQuery,
  columns: readonly PlottedColumn[],
  signal: AbortSignal,
): Promise<PlotsOfMatches | undefined> {
  const { layout } = dataset;
  const { numbersInText: loose } = dataset.format;
  // A column whose cells are read in a way of its own is kept by its texts.
  const plots = columns.map(({ path, whole }) =>
    readingOf(path, layout) === undefined ? { path, bars: barsOf(whole) } : undefined,
  );
  const fields = plots.flatMap((plot) => plot ?? []);
  const counted = await keptCounts(dataset, query, fields, signal);
  if (counted === undefined) return undefined;
  const set = new ColumnSet(columns.length, false, true);
  set.reserve(columns.length);
  const nature = { unescape: unescapeOf(layout), nature: { loose } };
  return {
    matched: counted.matched,
    columns: plots.map((plot, at) => {
      const found = plot && counted.columns[fields.indexOf(plot)];
      if (!plot || !found || (!loose && (found.bars?.texts ?? 0) > 0)) return undefined;
      addValues(set, at, found, nature);
      return countsOf(set.columns[at], found, columns[at].whole);
    }),
  };
}

/** The bars that are drawn of all rows; undefined where the values are. */
function barsOf(whole: ColumnAccumulator): CountedField['bars'] {
  const main = mainKind({ ...whole.kinds, malformed: 0 });
  if (main !== 'number' && main !== 'time') return undefined;
  const histogram = histogramOf(whole, undefined, false, 'header');
  return histogram && { kind: histogram.kind, edges: histogram.places };
}

function addValues(
  set: ColumnSet,
  at: number,
  { values }: KeptCounts,
  nature: Pick<FieldInput, 'unescape' | 'nature'>,
): void {
  if (values === undefined) return;
  const { column, bytes, counts } = values;
  const rows = Uint32Array.from(counts.keys());
  set.add(at, { input: new ByteInput(bytes, true), column, counts, ...nature }, rows, rows.length);
}

function countsOf(column: ColumnAccumulator, { bars }: KeptCounts, whole: ColumnAccumulator): PlotCounts {
  if (bars === undefined) return { column, bars: undefined };
  const { kinds } = column;
  const counts = histogramOf(whole, column, true, 'header')?.filtered ?? new Float64Array(0);
  for (let bar = 0; bar < counts.length; bar++) counts[bar] += bars.counts[bar];
  return {
    column,
    bars: {
      kinds: {
        ...kinds,
        number: kinds.number + bars.numbers + bars.texts,
        time: kinds.time + bars.times,
        null: kinds.null + bars.nulls,
        missing: kinds.missing + bars.missing,
      },
      counts,
    },
  };
}
