import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { Layout } from '../format/layout.ts';
import { writePath } from '../query/write.ts';
import { rowShape, type Target } from '../sink/exportFormat.ts';

/** Columns that records have although their bytes do not say them: those that folders are called after, and their names. */
export function besideColumns({ partitions = [], named }: Layout): readonly string[] {
  return named === undefined ? partitions : [...partitions, named];
}

/**
 * The query with the columns beside the records in its rows, where those are records as they are. Undefined where it is to be
 * run as it is: lines of a log stay what they are, and so do malformed records.
 */
export function withBesideColumns(
  { layout, format }: Dataset,
  { asked, plan }: PlannedQuery,
  to: Target,
): string | undefined {
  const beside = besideColumns(layout);
  if (beside.length === 0 || plan.shape !== 'records' || plan.needsFaulty) return undefined;
  const isLog = format.kind === 'log' && rowShape(format, to) === 'raw';
  return isLog ? undefined : computedRows(asked, beside);
}

/** A query that selects records as one that makes rows of them, with all columns. */
export function computedRows(query: string, beside: readonly string[]): string {
  const [column] = beside.map((name) => writePath([name]));
  return `${query}\n|> SET ${column} = ${column}`;
}
