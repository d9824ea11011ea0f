import type { ColumnSummary, Histogram } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import { columnNames } from '../format/json/fields.ts';
import { histogramOf, summaryOf } from '../statistics/index.ts';
import { fieldsOf, gatherStatistics, type Gathered } from './statistics.ts';

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
  told: (gathered: Gathered) => void,
): Promise<Profile> {
  const scan = { query, columns: fieldsOf(dataset), discover: true, deep: true, counts: true };
  const { columns, held, set } = await gatherStatistics(dataset, scan, signal, told);
  const { layout } = dataset;
  const names =
    layout.names === 'columns' ? layout.columns : columnNames(columns.map((path) => path.map(String)));
  return {
    rows: set.rows,
    malformed: set.malformed,
    columns: held.map((column, at) => ({
      name: names[at],
      summary: summaryOf(column, set.malformed, 'panel'),
      histogram: histogramOf(column, undefined, false, 'header'),
    })),
  };
}
