import type { Dataset } from '../dataset/dataset.ts';
import { needsMore, withPart } from '../dataset/part.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { unsortedQuery } from '../query/index.ts';
import { rowNumbers } from '../source/part.ts';
import { rowsFound, selectNumber, type FoundRows, type Scanned } from './recordNumbers.ts';

/** Numbers that are held in memory: 8 bytes each. */
const mostRows = 8 * 1024 * 1024;

/**
 * The records of a file that stands by columns, in the order of a query that leaves out and sorts whole records: found by the
 * columns of its conditions and keys. Undefined for other queries and files, and for too many records.
 * @throws SourceError; WorkerLost; the signal's reason
 */
export async function sortedRecords(
  dataset: Dataset,
  { text, plan }: PlannedQuery,
  signal: AbortSignal,
  scanned: Scanned,
  until: AbortSignal | undefined,
): Promise<FoundRows | undefined> {
  if (!dataset.containers.includes('parquet') || unsortedQuery(text) === undefined) return undefined;
  const query = plannedFor(`${text}\n${selectNumber}`, dataset.recognised.format);
  if (!needsMore(dataset, plan, query.plan)) return undefined;
  return rowsFound(dataset, query, mostRows, signal, scanned, { unlessKept: true, until });
}

/**
 * Some rows of those, of which nothing but their pages is read.
 * @param plan of the query
 */
export function pageOfRecords(
  dataset: Dataset,
  plan: PlannedQuery['plan'],
  rows: Float64Array,
  cells: CellRequest,
  signal: AbortSignal,
): Promise<PageResult> {
  const asked = { plan, makesRows: true, rows: rowNumbers(rows) };
  return withPart(dataset, asked, signal, async (part) => {
    const read = (): Promise<PageResult> =>
      part.page(undefined, part.known.parts(0, rows.length), cells, signal);
    const page = await read();
    if (page.rows === rows.length) return page;
    // They are longer than the first block, which is what can be asked for before the others are known.
    for await (const _ of part.scan({ query: undefined, output: { kind: 'count' } }, signal));
    return read();
  });
}
