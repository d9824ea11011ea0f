import type { Coverage } from '../../protocol/statistics.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { CellReadings } from '../format/csv/cellReading.ts';
import type { FieldRequest } from '../format/record.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import type { MatchWindow } from '../matchWindow.ts';
import type { MalformedUse, StatisticsOutput, ViolationUse } from '../pool/task.ts';
import { discard } from '../discard.ts';
import { Description, type Figures } from '../stage/description.ts';
import { GoingOn } from './goingOn.ts';
import { ColumnSet, type ColumnAccumulator } from '../statistics/index.ts';

type Path = FieldRequest['path'];

export interface StatisticsScan {
  /** Whose records; undefined: all of the file. Its rows must be records. */
  readonly query: PlannedQuery | undefined;
  readonly columns: readonly Path[];
  /** Whether columns that come to be seen on the way are gathered as well, behind those. */
  readonly discover: boolean;
  readonly deep: boolean;
  /** Whether to count the most frequent values also where there are many. */
  readonly counts: boolean;
  readonly malformed?: MalformedUse;
  readonly violations?: ViolationUse | undefined;
  /** Whether texts that read as numbers are numbers, although the format has numbers of its own: rows of a CSV. */
  readonly numbersInText?: boolean | undefined;
  /** How the cells of `columns` are written, where the file does not say it: of such rows. */
  readonly readings?: CellReadings | undefined;
  /** Which matches; undefined: those that the query's LIMIT leaves. */
  readonly window?: MatchWindow;
}

/** What the columns of rows hold, as far as it is gathered. */
export interface GatheredRows {
  /** Undefined where no row has it so far. */
  readonly columnAt: (path: Path) => ColumnAccumulator | undefined;
  readonly set: ColumnSet;
  readonly coverage: Coverage;
  /** Once the pass is over: what this is of from now on, as the file grows. */
  readonly goingOn?: GoingOn<GatheredRows> | undefined;
}

/** The same of records. */
export interface Gathered extends GatheredRows {
  readonly columns: readonly Path[];
  /** What the columns hold, in their order. */
  readonly held: readonly ColumnAccumulator[];
}

/**
 * Gathers what columns hold in one pass over a file: the scan workers take the records in, this thread merges what they
 * found in the order of the file.
 * @param told after each stretch; what it is given changes with the next one
 * @param scanned given what the scan gives, before it is taken in
 * @param until once it is aborted, the answer is of what was read until then
 * @throws SourceError; SinkError where there are too many columns; the signal's reason
 */
export async function gatherStatistics(
  dataset: Dataset,
  {
    query,
    columns,
    discover,
    deep,
    counts,
    malformed = 'keep',
    violations,
    numbersInText,
    readings,
    window,
  }: StatisticsScan,
  signal: AbortSignal,
  told: (gathered: Gathered) => void,
  scanned: (found: OrderedResult) => void | Promise<void> = () => undefined,
  until?: AbortSignal,
): Promise<Gathered> {
  // What is an object in the first records may be a value in a later one.
  const known = discover && dataset.layout.names === 'paths' ? withObjects(columns) : [...columns];
  const set = new ColumnSet(columns.length, deep, counts);
  set.reserve(known.length);
  const places = new Map(known.map((path, place) => [JSON.stringify(path), place]));
  const placeOf = (path: Path): number => {
    const key = JSON.stringify(path);
    let place = places.get(key);
    if (place === undefined) {
      place = known.push(path) - 1;
      places.set(key, place);
    }
    return place;
  };
  const output: StatisticsOutput = {
    kind: 'statistics',
    columns: [...known],
    many: [],
    expected: columns.length,
    discover,
    deep,
    counts,
    numbersInText,
    readings,
  };
  const columnAt = (path: Path): ColumnAccumulator | undefined =>
    set.columns.at(places.get(JSON.stringify(path)) ?? Infinity);
  const gathered = (share: number, exact: boolean): Gathered => {
    const rows = set.rows - set.malformed;
    const isShown = (at: number): boolean => at < columns.length || set.columns[at].hasValues(rows);
    const shown = [...known.keys()].filter(isShown);
    return {
      columns: shown.map((at) => known[at]),
      held: shown.map((at) => set.columns[at]),
      columnAt,
      set,
      coverage: { share, rows: set.rows, exact },
    };
  };
  const take = ({ result }: OrderedResult): void => {
    if (!result?.bytes) return;
    const { paths } = result;
    set.merge(result.bytes, (column, count) => {
      const own = count - paths.length;
      return column < own ? column : placeOf(paths[column - own]);
    });
    discard(result.bytes);
    if (known.length > output.columns.length) output.columns = [...known];
    output.many = set.many;
  };
  const request = { query, output, malformed, violations, ...(window && { window }) };
  for await (const found of dataset.scan(request, signal)) {
    await scanned(found);
    if (!found.result?.bytes) continue;
    take(found);
    const { expectedSize = Infinity, size } = dataset;
    const soFar = gathered(Math.min(1, found.scanned / expectedSize), false);
    told(soFar);
    // A guess of the size may be too low.
    if (until?.aborted && (size === undefined || found.scanned < size)) return soFar;
  }
  const all = (): Gathered => ({ ...gathered(1, true), goingOn });
  const goingOn = window ? undefined : new GoingOn(dataset, request, take, all);
  return all();
}

/** The paths, and behind them those of the objects that they lead through. */
function withObjects(paths: readonly Path[]): Path[] {
  const all = new Map(paths.map((path) => [JSON.stringify(path), path]));
  for (const path of paths) {
    for (let length = 1; length < path.length; length++) {
      const above = path.slice(0, length);
      const key = JSON.stringify(above);
      if (!all.has(key)) all.set(key, above);
    }
  }
  return [...all.values()];
}

/**
 * The same for the rows of a query that computes each from one record (`Plan.shape` is `rows`): of all of its columns, by their
 * paths in the rows.
 */
export async function gatherRowStatistics(
  dataset: Dataset,
  query: PlannedQuery,
  figures: Figures,
  signal: AbortSignal,
  told: (gathered: GatheredRows) => void,
): Promise<GatheredRows & Pick<Description, 'columns'>> {
  const { output, slots } = query.plan;
  const whole = new Description(output, slots, figures);
  const gathered = (share: number, exact: boolean): GatheredRows => {
    const { columns, set } = whole;
    const found = new Map(columns.map(({ path, column }) => [JSON.stringify(path), column]));
    const coverage = { share, rows: set.rows, exact };
    return { columnAt: (path) => found.get(JSON.stringify(path)), set, coverage };
  };
  const request = { query, output: { kind: 'rowStatistics', ...figures }, malformed: 'keep' } as const;
  const take = ({ result }: OrderedResult): void => {
    if (result?.bytes) whole.merge(result.bytes);
  };
  for await (const found of dataset.scan(request, signal)) {
    if (!found.result?.bytes) continue;
    take(found);
    const { scanned } = found;
    told(gathered(Math.min(1, scanned / (dataset.expectedSize ?? Infinity)), false));
  }
  const all = (): GatheredRows => ({ ...gathered(1, true), goingOn });
  const goingOn = new GoingOn(dataset, request, take, all);
  return { ...all(), columns: whole.columns };
}

/** Where the columns are that are known of a file: what `discover` begins with. */
export function fieldsOf({ layout, recognised, columns }: Dataset): readonly Path[] {
  if (layout.names === 'columns') return layout.columns.map((_, column) => [column]);
  const fields = columns.all.flatMap(({ ofFile, fields }) => (ofFile === undefined ? [fields] : []));
  return fields.length > 0 ? fields : (recognised.paths ?? []);
}
