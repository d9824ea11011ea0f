import type { ColumnSummary, Histogram } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import { columnNames } from '../format/json/fields.ts';
import type { ColumnAccumulator } from '../statistics/column.ts';
import { histogramOf, summaryOf } from '../statistics/index.ts';
import { besideColumns, computedRows } from './besideColumns.ts';
import { fieldsOf, gatherRowStatistics, gatherStatistics, type GatheredRows } from './statistics.ts';

/** A column with all that is known of it. */
export interface ProfiledColumn {
  readonly name: string;
  readonly summary: ColumnSummary;
  readonly histogram: Histogram | undefined;
}

export interface Profile {
  /** Records that were looked at, those included that cannot be read. */
  readonly rows: number;
  readonly malformed: number;
  readonly columns: readonly ProfiledColumn[];
}

/**
 * What all columns of a file hold, or of the records that a query selects.
 * @throws as `gatherStatistics`
 */
export async function profile(
  dataset: Dataset,
  query: PlannedQuery | undefined,
  signal: AbortSignal,
  told: (gathered: GatheredRows) => void,
): Promise<Profile> {
  const beside = besideColumns(dataset.layout);
  if (beside.length > 0) return profileOfRows(dataset, query?.asked ?? '', beside, signal, told);
  const scan = { query, columns: fieldsOf(dataset), discover: true, deep: true, counts: true };
  const { columns, held, set } = await gatherStatistics(dataset, scan, signal, told);
  const { layout } = dataset;
  const names =
    layout.names === 'columns' ? layout.columns : columnNames(columns.map((path) => path.map(String)));
  return profileOf(set, held, names);
}

/** The same with the columns beside the records, which these have as rows of a query. */
async function profileOfRows(
  dataset: Dataset,
  query: string,
  beside: readonly string[],
  signal: AbortSignal,
  told: (gathered: GatheredRows) => void,
): Promise<Profile> {
  const planned = plannedFor(computedRows(query, beside), dataset.recognised.format);
  const { columns, set } = await gatherRowStatistics(
    dataset,
    planned,
    { deep: true, counts: true },
    signal,
    told,
  );
  return profileOf(
    set,
    columns.map(({ column }) => column),
    columnNames(columns.map(({ path }) => path.map(String))),
  );
}

function profileOf(
  { rows, malformed }: GatheredRows['set'],
  held: readonly ColumnAccumulator[],
  names: readonly string[],
): Profile {
  return {
    rows,
    malformed,
    columns: held.map((column, at) => ({
      name: names[at],
      summary: summaryOf(column, malformed, 'panel'),
      histogram: histogramOf(column, undefined, false, 'header'),
    })),
  };
}
