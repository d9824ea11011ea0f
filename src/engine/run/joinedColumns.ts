import type { Dataset } from '../dataset/dataset.ts';
import { openJoined } from '../dataset/joinedFile.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { Plan } from '../query/index.ts';
import { writeName, writePath } from '../query/write.ts';
import { tableStyle } from '../sink/targets.ts';
import type { Target } from '../sink/exportFormat.ts';
import type { FieldPath } from '../format/json/fields.ts';
import { SourceError } from '../source/source.ts';
import { derivedColumns } from './derive.ts';
import { pathsOfRecords } from './export/columns.ts';

/**
 * The query with each column of the other file of a JOIN in a column of its own, called as `u.name`, where tables are put together
 * and written as a table: the row of the other file would be a cell of JSON there. Undefined where it is to be run as it is.
 * @throws the signal's reason
 */
export async function withJoinedColumns(
  dataset: Dataset,
  query: PlannedQuery,
  to: Target,
  signal: AbortSignal,
): Promise<string | undefined> {
  const names = derivedColumns(query);
  const isTable = to === 'same' || to === 'md' || tableStyle(to) !== undefined;
  if (!isTable || dataset.layout.names !== 'columns' || !names || new Set(names).size < names.length)
    return undefined;
  const columns = new Map<string, readonly FieldPath[]>();
  for (const [name, path] of joinedRows(query.plan, names)) {
    const others = await ofOtherFile(dataset, path, signal, (other) => columnsIn(other, signal));
    // A file without records says nothing of its columns.
    if (others && others.length > 0) columns.set(name, others);
  }
  if (columns.size === 0) return undefined;
  const items = names.flatMap((name) => {
    const others = columns.get(name);
    if (!others) return writePath([name]);
    return others.map((path) => `${writePath([name, ...path])} AS ${writeName([name, ...path].join('.'))}`);
  });
  return `${query.asked}\n|> SELECT ${items.join(', ')}`;
}

/** All columns of another file: a table needs them before its rows, so records are read once for them. */
async function columnsIn(other: Dataset, signal: AbortSignal): Promise<readonly FieldPath[]> {
  const { layout, once } = other;
  if (layout.names === 'columns') return layout.columns.map((column) => [column]);
  return once ? [] : pathsOfRecords(other, signal);
}

/**
 * The columns of a query that hold rows of another file, with the paths of what is known of their columns, which stand where
 * that column does.
 * @param names of all columns, in their order
 * @throws the signal's reason
 */
export async function joinedPaths(
  dataset: Dataset,
  { plan }: PlannedQuery,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, readonly FieldPath[]>> {
  const paths = new Map<string, readonly FieldPath[]>();
  for (const [name, file] of joinedRows(plan, names)) {
    const others = await ofOtherFile(dataset, file, signal, ({ layout, recognised }) =>
      layout.names === 'columns' ? layout.columns.map((column) => [column]) : recognised.paths,
    );
    paths.set(name, others?.map((path) => [name, ...path]) ?? []);
  }
  return paths;
}

/** The columns that hold rows of another file, with its path. @param names of all columns, in their order */
function joinedRows({ output, steps }: Plan, names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const step of steps) {
    if (step.kind !== 'join' || step.type === 'semi' || step.type === 'anti') continue;
    const at = output.findIndex(({ slot }) => slot === step.slot);
    if (at !== -1) found.set(names[at], step.file.path);
  }
  return found;
}

/** What is asked of the other file of a JOIN once it is open. What is wrong with it is said when the query is run. */
async function ofOtherFile<T>(
  dataset: Dataset,
  path: string,
  signal: AbortSignal,
  asked: (other: Dataset) => T | Promise<T>,
): Promise<T | undefined> {
  let other: Dataset;
  try {
    other = await openJoined(dataset, path, signal);
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
  try {
    return await asked(other);
  } finally {
    await other.close();
  }
}
