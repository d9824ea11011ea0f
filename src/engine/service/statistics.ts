import type {
  ColumnStatistics,
  ColumnSummary,
  Coverage,
  KindCounts,
  StatisticsAnswer,
  StatisticsDepth,
  StatisticsRequest,
} from '../../protocol/statistics.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { keptColumns } from '../dataset/keptColumns.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import { unsortedQuery } from '../query/index.ts';
import { RecentMap } from '../recentMap.ts';
import { countForPlots } from '../run/plotCounts.ts';
import { gatherRowStatistics, gatherStatistics, type GatheredRows } from '../run/statistics.ts';
import type { Run } from '../run/run.ts';
import { histogramOf, summaryOf, topOf, type ColumnAccumulator } from '../statistics/index.ts';

/** More columns than this at once would take too long to be looked at. */
const maxColumns = 1000;
/** Columns of which what was found is kept. */
const columnsKept = 512;
/** Progress is told at most this often, and never so often that most of the time would be spent on it, in milliseconds. */
const progressMs = 100;

export interface Kept {
  readonly column: ColumnAccumulator;
  readonly malformed: number;
  /** How much of the rows it was found in. */
  readonly coverage: Coverage;
  /** How long the file was then: what is appended later is not in it. */
  readonly size: number | undefined;
  readonly goingOn?: GatheredRows['goingOn'];
}

/**
 * What was found in the rows of a file or a query, by column: the ones asked for last. Of a pass that was cut short what
 * it had found is kept too, to be shown until the next pass knows more.
 */
class KeptStatistics {
  readonly #kept = new RecentMap<string, Kept>(columnsKept);
  /** Of what is found in a moment, only what is drawn is known. */
  readonly counted = new RecentMap<number, CountedColumn>(columnsKept);

  /** @param size of the file: what was found when it was shorter is not all there is */
  get(id: number, depth: StatisticsDepth, size: number | undefined): Kept | undefined {
    const at = (kept: Kept | undefined): Kept | undefined =>
      kept && kept.size !== size && kept.coverage.exact
        ? { ...kept, coverage: { ...kept.coverage, exact: false } }
        : kept;
    const own = at(this.#kept.get(`${id} ${depth}`));
    if (own?.coverage.exact) return own;
    // What the panel shows has all that a header shows.
    const panel = at(this.#kept.get(`${id} panel`));
    if (panel?.coverage.exact) return panel;
    return panel && panel.coverage.share > (own?.coverage.share ?? 0) ? panel : own;
  }

  set(id: number, depth: StatisticsDepth, found: Kept): void {
    this.#kept.set(`${id} ${depth}`, found);
  }
}

/** What a header's histogram draws of the rows of a filter. */
interface CountedColumn {
  /** The file's column whose bars they are. */
  readonly whole: ColumnAccumulator;
  readonly kinds: KindCounts;
  readonly bars: Float64Array;
  readonly coverage: Coverage;
}

const allKept = new WeakMap<object, KeptStatistics>();

/** @param owner of the rows: an open file, which previews share, or what a query has made */
export function keptOf(owner: object): KeptStatistics {
  const kept = allKept.get(owner) ?? new KeptStatistics();
  allKept.set(owner, kept);
  return kept;
}

/** All rows of a file, or those of a query. */
export interface Rows {
  readonly dataset: Dataset;
  /** Which of its records; undefined: all. */
  readonly query: PlannedQuery | undefined;
  readonly kept: KeptStatistics;
  /** The column of `dataset` that holds what a column of the view shows; by itself the same one. */
  readonly columnOf?: ((column: FileColumn) => FileColumn | undefined) | undefined;
  /** Whether texts that read as numbers are numbers: rows that a query has made of a CSV. */
  readonly numbersInText?: boolean | undefined;
}

/**
 * Which rows the figures of a view are of: those of the file and of its filter, or of what the query makes. `whole` is undefined
 * while there are none.
 */
export function rowsOf(
  run: Run | undefined,
  dataset: Dataset,
): { readonly whole: Rows | undefined; readonly filtered: Rows | undefined } {
  const all = { dataset, query: undefined, kept: keptOf(dataset) };
  if (!run) return { whole: all, filtered: undefined };
  const { query, columns, view } = run;
  const selected = { dataset: run.source, query, kept: keptOf(run) };
  if (!columns) return { whole: all, filtered: selected };
  if (view) return { whole: selected, filtered: undefined };
  const unsorted = unsortedQuery(query.text);
  if (unsorted !== undefined) {
    // The same rows in another order: their figures are those of the file and of a filter.
    const byPath = new Map(dataset.columns.all.map((column) => [column.path, column]));
    const columnOf = ({ path }: FileColumn): FileColumn | undefined => byPath.get(path);
    const isAll = unsorted.trim() === '';
    const filter = isAll ? undefined : plannedFor(unsorted, dataset.recognised.format);
    return {
      whole: { ...all, columnOf },
      filtered: filter && { ...selected, query: filter, columnOf },
    };
  }
  // The rows of a table are there when all are.
  if (run.state.phase !== 'done') return { whole: undefined, filtered: undefined };
  const { numbersInText } = dataset.format;
  const rows = { dataset: run.dataset, query: undefined, kept: keptOf(run.dataset), numbersInText };
  return { whole: rows, filtered: undefined };
}

/** What was found in some rows so far, by column. */
export type State = Map<number, Kept>;

const nothingRead: Coverage = { share: 0, rows: 0, exact: false };

/**
 * Answers what columns hold, of the filter first: that is what is being looked at.
 * @param filtered undefined where the view is no filter of the file
 * @throws RangeError where too many columns are asked for; as `gatherStatistics`
 */
export async function statistics(
  { view, columns: ids, depth }: StatisticsRequest,
  columns: readonly FileColumn[],
  whole: Rows,
  filtered: Rows | undefined,
  { signal, progress }: HandlerContext<StatisticsAnswer>,
): Promise<StatisticsAnswer> {
  if (ids.length > maxColumns)
    throw new RangeError(`At most ${maxColumns} columns can be asked for at once.`);
  const wanted = ids.flatMap((id) => columns.at(id) ?? []);
  // A new filter finds what is known of the whole in its place.
  const states = {
    whole: newState(whole, wanted, depth),
    filtered: filtered && newState(filtered, wanted, depth),
  };
  const counted = new Map<number, CountedColumn>();
  const answer = (of: readonly FileColumn[]): StatisticsAnswer => ({
    view,
    columns: of.map(({ id }) => columnOf(id, depth, states.whole, states.filtered, counted.get(id))),
    whole: coverageOf(states.whole, whole, of),
    filtered: filtered && states.filtered && coverageOf(states.filtered, filtered, of, counted),
  });
  const told = (of: readonly FileColumn[]): void => progress(answer(of));
  const soFar = paced(told);
  const tell: Tell = (of, isDone) => (isDone ? told(of) : soFar(of));
  if (filtered && states.filtered) {
    if (depth === 'header') await count(filtered, states.filtered, states.whole, counted, wanted, signal);
    const others = wanted.filter(({ id }) => !counted.has(id));
    const known = wanted.filter(({ id }) => counted.has(id) || states.filtered?.get(id)?.coverage.exact);
    if (known.length > 0 && known.length < wanted.length) tell(known, true);
    await fill(filtered, states.filtered, others, depth, signal, tell);
  }
  await fill(whole, states.whole, wanted, depth, signal, tell);
  return answer(wanted);
}

/**
 * Finds what headers draw of a filter's rows, of the columns that need not be read for it: those of which all is known of the file,
 * and which are kept.
 */
async function count(
  rows: Rows,
  state: State,
  whole: State,
  counted: Map<number, CountedColumn>,
  wanted: readonly FileColumn[],
  signal: AbortSignal,
): Promise<void> {
  const { dataset, query, kept, numbersInText } = rows;
  // Of a file that grows it is gathered in full once, as such figures go on from what they are.
  if (!query || numbersInText || dataset.hasGrown) return;
  const asked: { readonly id: number; readonly own: FileColumn; readonly held: ColumnAccumulator }[] = [];
  for (const column of wanted) {
    const all = whole.get(column.id);
    const own = ownOf(rows, column);
    if (!own || own.ofFile !== undefined || !all?.coverage.exact || state.get(column.id)?.coverage.exact)
      continue;
    const known = kept.counted.get(own.id);
    if (known?.whole === all.column) counted.set(column.id, known);
    else asked.push({ id: column.id, own, held: all.column });
  }
  if (asked.length === 0) return;
  const columns = asked.map(({ own, held }) => ({ path: own.fields, whole: held }));
  const found = await countForPlots(dataset, query, columns, signal);
  if (!found) return;
  const coverage = { share: 1, rows: found.matched, exact: true };
  for (const [at, { id, own, held }] of asked.entries()) {
    const counts = found.columns[at];
    if (!counts) continue;
    const { column, bars } = counts;
    if (bars) {
      const known = { whole: held, kinds: { ...bars.kinds, malformed: 0 }, bars: bars.counts, coverage };
      counted.set(id, known);
      kept.counted.set(own.id, known);
    } else {
      const all = { column, malformed: 0, coverage, size: dataset.size };
      state.set(id, all);
      kept.set(own.id, 'header', all);
    }
  }
}

/** The answer while there is none. */
export function nothingYet({ view }: StatisticsRequest): StatisticsAnswer {
  return { view, columns: [], whole: nothingRead, filtered: undefined };
}

/** What is known of columns before any row is read. */
export function newState(rows: Rows, wanted: readonly FileColumn[], depth: StatisticsDepth): State {
  return new Map(
    wanted.flatMap((column) => {
      const own = ownOf(rows, column);
      const known = own && rows.kept.get(own.id, depth, rows.dataset.size);
      return known ? [[column.id, known] as const] : [];
    }),
  );
}

/** What holds for all columns: the least of what each was found in. */
export function coverageOf(
  state: State,
  rows: Rows,
  wanted: readonly FileColumn[],
  counted: ReadonlyMap<number, Pick<Kept, 'coverage'>> = new Map(),
): Coverage {
  const all = wanted
    .filter((column) => ownOf(rows, column))
    .map(({ id }) => (counted.get(id) ?? state.get(id))?.coverage ?? nothingRead);
  // Nothing is to be read where no column is in the rows.
  const [first = { share: 1, rows: 0, exact: true }, ...others] = all;
  return others.reduce((least, one) => (one.share < least.share || !one.exact ? one : least), first);
}

function ownOf({ columnOf }: Rows, column: FileColumn): FileColumn | undefined {
  return columnOf ? columnOf(column) : column;
}

/**
 * Told when `state` has more of some columns.
 * @param isDone whether that is all of them, while others are yet to come
 */
export type Tell = (columns: readonly FileColumn[], isDone: boolean) => void;

/** Malformed ones as well, which are in a file too: they take part where a query names `_error`. */
const allRecords = '_error IS NULL OR _error IS NOT NULL';

/**
 * Finds what columns hold in some rows: first the columns whose figures need no text, then the others.
 */
export async function fill(
  rows: Rows,
  state: State,
  wanted: readonly FileColumn[],
  depth: StatisticsDepth,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  const { dataset, query, kept, numbersInText } = rows;
  const asked = wanted.flatMap((column) => {
    const own = state.get(column.id)?.coverage.exact ? undefined : ownOf(rows, column);
    return own ? [{ column, own }] : [];
  });
  const figures = { deep: depth === 'panel', counts: true };
  const take = (part: typeof asked, { set, coverage, columnAt, goingOn }: GatheredRows): void => {
    const { size } = dataset;
    for (const { column, own } of part) {
      const known = state.get(column.id);
      const held = columnAt(own.fields) ?? (coverage.exact ? set.missing() : undefined);
      if (!held || (known && known.coverage.share > coverage.share)) continue;
      const found = { column: held, malformed: set.malformed, coverage, size, goingOn };
      state.set(column.id, found);
      kept.set(own.id, depth, found);
    }
  };
  const columnsOf = (part: typeof asked): FileColumn[] => part.map(({ column }) => column);
  const gathered = async (
    part: typeof asked,
    gather: (told: (found: GatheredRows) => void) => Promise<GatheredRows>,
  ): Promise<void> => {
    if (part.length === 0) return;
    const told = (found: GatheredRows): void => {
      take(part, found);
      tell(columnsOf(part), false);
    };
    take(part, await gather(told));
  };
  const ofRows = (rows: PlannedQuery) => (told: (found: GatheredRows) => void) =>
    gatherRowStatistics(dataset, rows, figures, signal, told);
  const isBegun = ({ column }: (typeof asked)[number]): boolean =>
    state.get(column.id)?.goingOn?.isPossible === true;
  const begun = asked.filter(isBegun);
  for (const goingOn of new Set(begun.map(({ column }) => state.get(column.id)?.goingOn))) {
    if (!goingOn) continue;
    const part = begun.filter(({ column }) => state.get(column.id)?.goingOn === goingOn);
    take(part, await goingOn.goOn(signal));
    tell(columnsOf(part), part.length < asked.length);
  }
  const missing = asked.filter((one) => !begun.includes(one));
  if (query?.plan.shape === 'rows') {
    await gathered(missing, ofRows(query));
    return;
  }
  // What files and folders say of records is no field, but a column of rows that are made of them.
  const ofFiles = missing.filter(({ own }) => own.ofFile !== undefined);
  if (ofFiles.length > 0) {
    const text = `${query?.asked ?? allRecords}\n|> SELECT ${ofFiles.map(({ own }) => own.path).join(', ')}`;
    await gathered(ofFiles, ofRows(plannedFor(text, dataset.recognised.format)));
    if (ofFiles.length < missing.length) tell(columnsOf(ofFiles), true);
  }
  const ofFields = missing.filter(({ own }) => own.ofFile === undefined);
  const stored = await keptColumns(
    dataset,
    query,
    ofFields.map(({ own }) => own.fields),
  );
  const parts = [true, false]
    .map((isStored) => ofFields.filter(({ own }) => stored.has(own.fields) === isStored))
    .filter((part) => part.length > 0);
  for (const [at, part] of parts.entries()) {
    const columns = part.map(({ own }) => own.fields);
    const readings = part.map(({ own }) => own.reading);
    const scan = { query, columns, discover: false, ...figures, numbersInText, readings };
    await gathered(part, (told) => gatherStatistics(dataset, scan, signal, told));
    if (at < parts.length - 1) tell(columnsOf(part), true);
  }
}

function columnOf(
  column: number,
  depth: StatisticsDepth,
  all: State,
  filtered: State | undefined,
  counted: CountedColumn | undefined,
): ColumnStatistics {
  const whole = all.get(column);
  if (whole && counted) {
    const histogram = histogramOf(whole.column, undefined, false, depth);
    return {
      column,
      whole: summaryOfWhole(whole, depth),
      filtered: undefined,
      counted: counted.kinds,
      histogram: histogram && { ...histogram, filtered: counted.bars },
    };
  }
  const part = filtered?.get(column);
  const summary = whole && summaryOfWhole(whole, depth);
  // What each of the two has of the values that are frequent in the other is to be said as well.
  const matching = part && summaryOf(part.column, part.malformed, depth, summary?.top.values);
  return {
    column,
    whole: depth === 'panel' && summary && matching ? besideMatches(whole, summary, matching) : summary,
    filtered: matching,
    histogram: histogramOf(whole?.column, part?.column, filtered !== undefined, depth),
  };
}

const summaries = new WeakMap<Kept, Map<StatisticsDepth, ColumnSummary>>();

/** What is known of all rows stays as it is, and each progress of a filter tells it again. */
function summaryOfWhole(whole: Kept, depth: StatisticsDepth): ColumnSummary {
  const made = (): ColumnSummary => summaryOf(whole.column, whole.malformed, depth);
  if (!whole.coverage.exact) return made();
  const known = summaries.get(whole) ?? new Map<StatisticsDepth, ColumnSummary>();
  summaries.set(whole, known);
  const summary = known.get(depth) ?? made();
  known.set(depth, summary);
  return summary;
}

function besideMatches({ column }: Kept, summary: ColumnSummary, { top }: ColumnSummary): ColumnSummary {
  return { ...summary, top: topOf(column, summary.top.values.length, top.values) };
}

/** Calls at most every 100 ms, and no more than a quarter of the time; the first call always. */
export function paced<Told extends readonly unknown[]>(
  tell: (...told: Told) => void,
): (...told: Told) => void {
  let next = -Infinity;
  return (...told) => {
    const began = performance.now();
    if (began < next) return;
    tell(...told);
    const ended = performance.now();
    next = ended + Math.max(progressMs, 3 * (ended - began));
  };
}
