import { columnName } from '../columns/columnStore.ts';
import type { FieldRequest } from '../format/record.ts';
import { whereNeedsText } from '../pool/columns.ts';
import { mostFields } from './columnUse.ts';
import type { Dataset } from './dataset.ts';
import type { PlannedQuery } from './plan.ts';

type Path = FieldRequest['path'];

/** Which columns' statistics need no text, as all of their segments are at hand and those of the query's condition are too. */
export async function keptColumns(
  { known: { columns: store }, indexed, checks }: Pick<Dataset, 'known' | 'indexed' | 'checks'>,
  query: PlannedQuery | undefined,
  paths: readonly Path[],
): Promise<ReadonlySet<Path>> {
  const none = new Set<Path>();
  if (!store || !indexed || checks) return none;
  if (query && whereNeedsText(query.plan)) return none;
  const asked = query?.plan.where?.fields ?? [];
  await store.use([...asked, ...paths.map((path) => ({ path }))].map(columnName));
  if (!asked.every((field) => store.holds(field))) return none;
  const kept = paths.filter((path) => store.holds({ path, numeric: true }));
  return asked.length + kept.length > mostFields ? none : new Set(kept);
}
