import type { Dataset } from '../dataset/dataset.ts';
import { needsMore } from '../dataset/part.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import { parseQuery, type Operator } from '../query/index.ts';
import {
  rowsFound,
  selectNumber,
  type FoundRows,
  type RowsFoundOptions,
  type Scanned,
} from './recordNumbers.ts';

/** The records of a file that stands by columns of which a query makes rows, where these are few. */
export interface WantedRows {
  /** See `SourcePart.rows`: in the order of the file. */
  readonly rows: FoundRows['rows'];
  /** Records that were looked at besides. */
  readonly passed: number;
}

/** Where more than one record in so many is wanted, all are read at once. */
const share = 8;
const [fewRows, mostRows] = [1000, 1024 * 1024];

/**
 * Finds the records that the first conditions, sorts and limits of a query leave, by the columns that these ask for: the
 * others are then read of those records alone, by the same query. Undefined where that spares nothing.
 * @param options where `until` ends it, what it has found is not all
 * @throws SourceError; WorkerLost; the signal's reason
 */
export async function wantedRows(
  dataset: Dataset,
  { text, plan }: PlannedQuery,
  signal: AbortSignal,
  scanned: Scanned,
  options: RowsFoundOptions = {},
): Promise<WantedRows | undefined> {
  if (!dataset.containers.includes('parquet') || plan.needsPosition) return undefined;
  const choice = choiceOf(text);
  if (choice === undefined) return undefined;
  const query = plannedFor(`${choice}\n${selectNumber}`, dataset.recognised.format);
  if (!needsMore(dataset, plan, query.plan)) return undefined;
  const most = Math.min(mostRows, Math.max(fewRows, Math.ceil(dataset.state().records / share)));
  const found = await rowsFound(dataset, query, most, signal, scanned, options);
  if (options.until?.aborted) return undefined;
  return found && { rows: found.rows.sort(), passed: found.records - found.rows.length };
}

/**
 * The operators with which a query begins that choose records: of those that they leave, they leave all, in the same order.
 * Undefined where they leave all of any.
 */
function choiceOf(text: string): string | undefined {
  const parsed = parseQuery(text);
  if (!parsed.ok) return undefined;
  const chosen: string[] = [];
  let [isSorted, leavesOut] = [false, false];
  for (const operator of parsed.query.operators) {
    const { kind } = operator;
    const written = text.slice(operator.from, operator.to);
    if (kind === 'where') {
      chosen.push(/^where\b/i.test(written) ? written : `WHERE ${written}`);
      leavesOut = true;
    } else if (kind === 'order by') {
      chosen.push(written);
      isSorted = true;
    } else if (kind === 'limit' && isFinite(operator.count)) {
      // Those that OFFSET passes over are passed over again.
      chosen.push(`LIMIT ${operator.count + operator.offset}`);
      leavesOut ||= isSorted;
      if (operator.offset > 0) break;
    } else break;
  }
  return leavesOut ? sameKinds(chosen, parsed.query.operators) : undefined;
}

/** Operators that were written again, if they are what they were. */
function sameKinds(written: readonly string[], operators: readonly Operator[]): string | undefined {
  const text = written.map((operator) => `|> ${operator}`).join('\n');
  const parsed = parseQuery(text);
  const isSame =
    parsed.ok &&
    parsed.query.operators.length === written.length &&
    parsed.query.operators.every(({ kind }, at) => kind === operators[at].kind);
  return isSame ? text : undefined;
}
