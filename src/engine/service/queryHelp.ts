import type { PreviewCalls } from '../../protocol/preview.ts';
import type { Diagnostic } from '../../protocol/queryText.ts';
import { comparisonDoubts, pageAdvice, pageNullAdvice, queryDoubts } from '../dataset/doubt/doubts.ts';
import { numberDoubts } from '../dataset/doubt/numberDoubts.ts';
import { joinedDoubts } from '../dataset/doubt/joinedDoubts.ts';
import { totalDoubts } from '../dataset/totals.ts';
import type { FileColumn } from '../dataset/columns.ts';
import { joinable } from '../dataset/joinedFile.ts';
import { checkQuery, completeAt, parseQuery, searchFor, type FileField } from '../query/index.ts';
import type { SharedFile } from './sharedFile.ts';

/** What a query may do. */
export interface Allowed {
  /** Whether it may call programs. */
  readonly calls: boolean;
  /** Whether a schema was chosen. */
  readonly checks: boolean;
}

/** What is wrong with a query, or may be. */
export async function diagnosticsOf(
  query: string,
  { dataset, sampled }: SharedFile,
  { calls, checks }: Allowed,
  signal: AbortSignal,
): Promise<PreviewCalls['check']['result']> {
  const columns = dataset.seenColumns;
  const withSearch = (found: readonly Diagnostic[]): readonly Diagnostic[] => {
    const search = found.length === 0 ? undefined : searchFor(query, columns);
    return search ? [{ ...found[0], fix: search }, ...found.slice(1)] : found;
  };
  const parsed = parseQuery(query);
  if (!parsed.ok) return withSearch(parsed.diagnostics);
  return [
    ...withSearch(checkQuery(parsed.query, columns, { ...dataset.checkedIn, calls, checks })),
    ...queryDoubts(parsed.query, dataset, () => pageAdvice),
    // A file that can't be read says so where its rows are shown.
    ...(await comparisonDoubts(parsed.query, dataset, sampled, signal, pageNullAdvice).catch(() => [])),
    ...(await numberDoubts(parsed.query, dataset, sampled, signal).catch(() => [])),
    ...(await joinedDoubts(parsed.query, dataset, sampled, signal)),
    ...(await totalDoubts(parsed.query, dataset, signal).catch(() => [])),
  ];
}

/** What may be written at a place of a query: words, columns as they are there, and values of the column that is compared. */
export async function completionsOf(
  query: string,
  position: number,
  { dataset, values, fields }: SharedFile,
  { calls }: Allowed,
  signal: AbortSignal,
): Promise<PreviewCalls['complete']['result']> {
  const columns = dataset.columns.all;
  const columnOf = (field: FileField): FileColumn | undefined =>
    columns.find(({ path }) => path === field.path);
  return completeAt(query, position, {
    layout: dataset.layout,
    columns,
    calls,
    // Without these there is still the rest to offer.
    values: async (field) => {
      const column = columnOf(field);
      return column === undefined ? [] : values.of(column, signal).catch(() => []);
    },
    members: async (field) => {
      const column = columnOf(field);
      return column === undefined ? [] : fields.membersOf(column, signal).catch(() => []);
    },
    joined: (path) => fields.joined(path, signal).catch(() => undefined),
    files: () => joinable(dataset, signal).catch(() => []),
  });
}
