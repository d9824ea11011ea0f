import { columnName } from '../columns/columnStore.ts';
import type { Plan } from '../query/index.ts';
import type { SourcePart } from '../source/part.ts';
import type { SourceSpec } from '../source/source.ts';
import { Dataset } from './dataset.ts';
import { filesFor } from './fileParts.ts';

/**
 * Runs work on a file that is stored by columns with only the columns, and the row groups, that a query needs: its rows
 * are the same, and so are their numbers. Of several files as one table, those are read that may hold a row. Other files
 * are read as they are.
 * @param asked `makesRows`: whether its rows are made, not only counted
 * @throws what the work throws; SourceError
 */
export async function withPart<T>(
  dataset: Dataset,
  asked: PartQuery,
  signal: AbortSignal,
  work: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  if (asked.plan.files) await dataset.complete(signal);
  const part = partOf(dataset, asked);
  if (part === undefined || (asked.unlessKept && (await keepsFields(dataset, asked.plan))))
    return work(dataset);
  const opened = await openPart(dataset, part, signal);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Opens the records of a file that stands by columns in an order of their own. The caller closes that. */
export function openRows(
  dataset: Dataset,
  rows: NonNullable<SourcePart['rows']>,
  signal: AbortSignal,
): Promise<Dataset> {
  return openPart(dataset, { ...dataset.opening, part: { columns: undefined, bounds: [], rows } }, signal);
}

/** Opens the file once more, to read only a part of it. The caller closes that. */
async function openPart(dataset: Dataset, part: SourceSpec, signal: AbortSignal): Promise<Dataset> {
  const { recognised, unread, scheduler, location, spec, merge } = dataset;
  const { beside } = location;
  const options = { pool: scheduler.workers, signal, blockSize: spec.blockSize, beside, merge };
  return Dataset.open(part, options, { recognised, unread, partOf: dataset });
}

interface PartQuery {
  readonly plan: Plan;
  readonly makesRows: boolean;
  /** Whether the file itself is asked where what it keeps of its columns answers: in memory, and not again from disk. */
  readonly unlessKept?: boolean;
  /** See `SourcePart.rows`: all that the query wants of the file, if that is known. */
  readonly rows?: SourcePart['rows'];
}

/** Whether values of all that a query needs are kept of all records. */
async function keepsFields({ indexed, known: { columns } }: Dataset, { fields }: Plan): Promise<boolean> {
  if (!indexed || !columns) return false;
  await columns.use(fields.map(columnName));
  return fields.every((field) => columns.holds(field));
}

/** What a query needs of a file; undefined where that is all, or where its records are asked for more than values. */
function partOf(dataset: Dataset, asked: PartQuery): SourceSpec | undefined {
  const { checks, opening, recognised } = dataset;
  const { plan } = asked;
  // All records are checked.
  if (checks || asksForAll(plan)) return undefined;
  const part = columnsFor(dataset, asked);
  return part ? { ...opening, part } : filesFor(opening, plan, recognised.dataStart);
}

/** Samples are drawn by where records are. */
function asksForAll({ needsViolations, conditions, steps }: Plan): boolean {
  return needsViolations || conditions.includes('tablesample') || steps.some(({ kind }) => kind === 'sample');
}

function columnsFor(dataset: Dataset, { plan, makesRows, rows }: PartQuery): SourcePart | undefined {
  if (!isByColumns(dataset) || plan.needsFaulty || plan.needsPlaces) return undefined;
  const columns = columnsOf(plan, makesRows);
  if (rows !== undefined) return { columns, bounds: [], rows };
  const { zones: bounds } = plan;
  return columns === undefined && bounds.length === 0 ? undefined : { columns, bounds };
}

function isByColumns({ containers, format }: Dataset): boolean {
  return containers.length === 1 && containers[0] === 'parquet' && format.kind === 'jsonl';
}

/** Those that a query needs, by name; undefined: all. */
function columnsOf({ fields, slots, ...plan }: Plan, makesRows: boolean): readonly string[] | undefined {
  const names = fields.map(({ path }) => path.at(0));
  const isWhole =
    (plan.shape === 'records' && makesRows) ||
    !plan.whereFieldsOnly ||
    names.some((name) => typeof name !== 'string') ||
    slots.some(({ source }) => source.kind === 'record' || source.kind === 'bytes');
  return isWhole ? undefined : [...new Set(names.map(String))];
}

/**
 * Whether a query reads columns that a part of it does not read, and rows can be left out for it: neither their numbers nor
 * all of them are asked for. Programs are told, and tell of, the numbers of records.
 */
export function needsMore(dataset: Dataset, plan: Plan, part: Plan): boolean {
  const isOfRows =
    isByColumns(dataset) &&
    !dataset.checks &&
    !asksForAll(plan) &&
    !(plan.needsFaulty || plan.needsPlaces || plan.needsPosition) &&
    !plan.operators.some(({ kind }) => kind === 'call');
  const first = columnsOf(part, true);
  if (!isOfRows || !first) return false;
  const all = columnsOf(plan, true);
  return all === undefined || all.some((name) => !first.includes(name));
}
