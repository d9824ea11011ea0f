import { columnName } from '../columns/columnStore.ts';
import type { FieldRequest } from '../format/record.ts';
import { textNeed } from '../pool/columns.ts';
import type { StatisticsOutput } from '../pool/task.ts';
import { mostFields } from './columnUse.ts';
import type { Knowledge } from './knowledge.ts';
import type { PlannedQuery } from './plan.ts';

type Path = FieldRequest['path'];

interface OpenFile {
  readonly known: Knowledge;
  readonly indexed: boolean;
  readonly checks: boolean;
}

/** Which columns' statistics need no text, as all of their segments are at hand and those of the query's condition are too. */
export async function keptColumns(
  { known: { columns: store, index }, indexed, checks }: OpenFile,
  query: PlannedQuery | undefined,
  paths: readonly Path[],
): Promise<ReadonlySet<Path>> {
  const none = new Set<Path>();
  if (!store || !indexed || checks) return none;
  if (query && textNeed(query.plan, someColumns) !== 'fields') return none;
  const asked = query?.plan.where?.fields ?? [];
  await store.use([...asked, ...paths.map((path) => ({ path }))].map(columnName));
  const isKept = (field: FieldRequest): boolean => {
    const name = columnName(field);
    for (let block = 0; block < index.length; block++) {
      const isEmpty = (): boolean => index.summary(block).records === 0;
      if (store.segment(name, block)?.answers(field) !== true && !isEmpty()) return false;
    }
    return true;
  };
  if (!asked.every(isKept)) return none;
  const kept = paths.filter((path) => isKept({ path, numeric: true }));
  return asked.length + kept.length > mostFields ? none : new Set(kept);
}

const someColumns: StatisticsOutput = {
  kind: 'statistics',
  columns: [],
  many: [],
  expected: 0,
  discover: false,
  deep: false,
  counts: false,
};
