import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import { writePath } from '../query/write.ts';
import { rowShape, type Target } from '../sink/exportFormat.ts';

/**
 * The query with the columns that folders are called after in its rows, where those are records whose bytes do not say
 * them. Undefined where it is to be run as it is: lines of a log stay what they are, and so do malformed records.
 */
export function withPartitionColumns(
  { layout, format }: Dataset,
  { asked, plan }: PlannedQuery,
  to: Target,
): string | undefined {
  if (layout.partitions === undefined || plan.shape !== 'records' || plan.needsFaulty) return undefined;
  const isLog = format.kind === 'log' && rowShape(format, to) === 'raw';
  return isLog ? undefined : computedRows(asked, layout.partitions);
}

/** A query that selects records as one that makes rows of them, with all columns. */
export function computedRows(query: string, partitions: readonly string[]): string {
  const [column] = partitions.map((name) => writePath([name]));
  return `${query}\n|> SET ${column} = ${column}`;
}
