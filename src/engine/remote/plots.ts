/** What headers draw of columns, of all rows of a query: two statements for a few columns, asked of the cluster that has them. */
import type {
  ColumnStatistics,
  ColumnSummary,
  Histogram,
  KindCounts,
  RangeSummary,
  StatisticsDepth,
  ValueCount,
} from '../../protocol/statistics.ts';
import { sparkName } from '../query/index.ts';
import { Timestamp } from '../query/value/time.ts';
import { roundEdges, topValues } from '../statistics/index.ts';
import { mostCharacters, numberIn, textIn, type AnswerRow } from './answerRow.ts';
import type { AskedColumn, ColumnKind } from './columnKind.ts';

/** Columns of one statement: their groups are held by the cluster at the same time. */
export const columnsAtOnce = 4;
/** Of texts with more different values, none is drawn by itself: groups of them would be many rows. */
const mostGroups = 1000;
/** Relative standard error of Spark's `approx_count_distinct`, as it is asked here. */
const distinctError = 0.05;

/** What is drawn of a column. */
export type ColumnPlot = Omit<ColumnStatistics, 'column'>;

/** What the first statement says of a column. Counts are of rows. */
interface Range {
  readonly column: AskedColumn;
  readonly rows: number;
  readonly present: number;
  /** Of them, how many are numbers that are finite, or times. */
  readonly count: number;
  /** Of those, as doubles; times in milliseconds since 1970. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly mean: number | undefined;
  /** The smallest and the largest as the cluster writes them. */
  readonly least: string | undefined;
  readonly most: string | undefined;
  readonly distinct: number;
  readonly trues: number;
}

/** What the second statement counts of a column: by bars, or by texts. */
interface Groups {
  readonly range: Range;
  readonly edges: Pick<Histogram, 'edges' | 'places'> | undefined;
}

/** Rows that hold the same. */
type Counts = ReadonlyMap<string, number>;

/** The rows of statements, few and small ones. */
export type Ask = (sql: string) => AsyncIterable<AnswerRow>;

/**
 * Finds what is drawn of some columns, as many as `columnsAtOnce`, in their order; undefined where the cluster's answers are not
 * those of the statements.
 * @param sql of the rows
 */
export async function plotsOf(
  sql: string,
  columns: readonly AskedColumn[],
  depth: StatisticsDepth,
  ask: Ask,
): Promise<readonly ColumnPlot[] | undefined> {
  let answer: AnswerRow | undefined;
  for await (const row of ask(rangeStatement(sql, columns))) answer = row;
  const rows = answer && numberIn(answer, 'rows');
  if (!answer || rows === undefined) return undefined;
  const found = answer;
  const ranges = columns.map((column, at) => rangeIn(found, column, rows, at));
  const grouped = ranges.flatMap((range) => groupsOf(range, depth));
  const counts = grouped.map(() => new Map<string, number>());
  if (grouped.length > 0) {
    for await (const row of ask(groupStatement(sql, grouped))) {
      const [set, n] = [numberIn(row, 'g'), numberIn(row, 'n')];
      const key = textIn(row, 'k');
      if (set === undefined || n === undefined) return undefined;
      const at = grouped.findIndex((_, index) => set === groupingOf(index, grouped.length));
      // The rows without a value.
      if (key !== undefined) counts.at(at)?.set(key, n);
    }
  }
  return ranges.map((range) => {
    const at = grouped.findIndex((group) => group.range === range);
    return at === -1
      ? statisticsOf(range, undefined, undefined, depth)
      : statisticsOf(range, grouped[at].edges, counts[at], depth);
  });
}

/** One row: of the rows in all, and of each column. */
function rangeStatement(sql: string, columns: readonly AskedColumn[]): string {
  const inner = columns.flatMap(({ fields, kind }, at) => {
    const value = fields.map(sparkName).join('.');
    const number = numberOf(value, kind);
    return [`${value} AS v${at}`, ...(number === undefined ? [] : [`${number} AS d${at}`])];
  });
  const figures = columns.flatMap(({ kind }, at) => [
    `count(v${at}) AS present${at}`,
    ...(isNested(kind) ? [] : [`approx_count_distinct(CAST(v${at} AS STRING)) AS distinct${at}`]),
    ...(kind === 'boolean' ? [`count(CASE WHEN v${at} THEN 1 END) AS trues${at}`] : []),
    ...(numberOf('', kind) === undefined
      ? []
      : [
          `count(d${at}) AS count${at}`,
          `min(d${at}) AS low${at}`,
          `max(d${at}) AS high${at}`,
          `avg(d${at}) AS mean${at}`,
        ]),
    ...(kind === 'whole'
      ? [`CAST(min(v${at}) AS STRING) AS least${at}`, `CAST(max(v${at}) AS STRING) AS most${at}`]
      : []),
  ]);
  return `SELECT ${['count(*) AS rows', ...figures].join(', ')} FROM (SELECT ${inner.join(', ')} FROM (${sql}))`;
}

/** A row for each bar and each text: `g` says of which column, `k` which one it is, `n` how many rows it has. */
function groupStatement(sql: string, groups: readonly Groups[]): string {
  const values = groups.map(({ range: { column }, edges }, at) => {
    const value = column.fields.map(sparkName).join('.');
    // Whole numbers have more digits than doubles.
    const isPlain = !edges || column.kind === 'whole';
    return `${isPlain ? value : (numberOf(value, column.kind) ?? value)} AS d${at}`;
  });
  const keys = groups.map(({ edges, range: { column } }, at) => {
    const of = `d${at}`;
    if (!edges) return `substring(CAST(${of} AS STRING), 1, ${mostCharacters}) AS k${at}`;
    const bar = barOf(of, edgesOf(edges, column.kind), 0, edges.places.length - 1);
    return `CASE WHEN ${of} IS NOT NULL THEN CAST(${bar} AS STRING) END AS k${at}`;
  });
  const names = groups.map((_, at) => `k${at}`);
  const key = names.length === 1 ? names[0] : `coalesce(${names.join(', ')})`;
  const within = `(SELECT ${keys.join(', ')} FROM (SELECT ${values.join(', ')} FROM (${sql})))`;
  const sets = names.map((name) => `(${name})`).join(', ');
  return `SELECT CAST(grouping_id(${names.join(', ')}) AS BIGINT) AS g, ${key} AS k, count(*) AS n FROM ${within} GROUP BY GROUPING SETS (${sets})`;
}

/** Edges as a statement has them: those of whole numbers with all of their digits. */
function edgesOf({ edges, places }: NonNullable<Groups['edges']>, kind: ColumnKind): readonly string[] {
  if (kind === 'whole') return edges;
  return [...places].map((place) => (isTime(kind) ? `${place}L` : `${place}D`));
}

/** What `grouping_id` is of the groups of one column: its bits are the columns that are not grouped by, the first one the highest. */
function groupingOf(at: number, columns: number): number {
  return 2 ** columns - 1 - 2 ** (columns - 1 - at);
}

/** Compares with the edges themselves: a quotient could end up beside its bar. */
function barOf(value: string, edges: readonly string[], from: number, to: number): string {
  if (to - from === 1) return String(from);
  const middle = Math.floor((from + to) / 2);
  return `CASE WHEN ${value} < ${edges[middle]} THEN ${barOf(value, edges, from, middle)} ELSE ${barOf(value, edges, middle, to)} END`;
}

/** A number that bars are made of: that of a column, or of its times in milliseconds since 1970; null for any other value. */
function numberOf(value: string, kind: ColumnKind): string | undefined {
  switch (kind) {
    case 'whole':
      return `CAST(${value} AS DOUBLE)`;
    case 'number': {
      const double = `CAST(${value} AS DOUBLE)`;
      return `CASE WHEN abs(${double}) <= ${Number.MAX_VALUE}D THEN ${double} END`;
    }
    case 'time':
      return `unix_millis(CAST(${value} AS TIMESTAMP))`;
    case 'text':
      // A year, a number and a time of day can be cast as well.
      return `unix_millis(CASE WHEN ${value} RLIKE '^[0-9]{4}-[0-9]{2}-[0-9]{2}' THEN try_cast(${value} AS TIMESTAMP) END)`;
    default:
      return undefined;
  }
}

function isTime(kind: ColumnKind): boolean {
  return kind === 'time' || kind === 'text';
}

function isNested(kind: ColumnKind): boolean {
  return kind === 'list' || kind === 'object';
}

function rangeIn(row: AnswerRow, column: AskedColumn, rows: number, at: number): Range {
  const number = (name: string): number | undefined => numberIn(row, `${name}${at}`);
  return {
    column,
    rows,
    present: number('present') ?? 0,
    count: number('count') ?? 0,
    low: number('low'),
    high: number('high'),
    mean: number('mean'),
    least: textIn(row, `least${at}`),
    most: textIn(row, `most${at}`),
    distinct: number('distinct') ?? 0,
    trues: number('trues') ?? 0,
  };
}

/** What is to be grouped of a column; nothing where its figures say all that is drawn. */
function groupsOf(range: Range, depth: StatisticsDepth): Groups[] {
  const { column, low, high, count, present, distinct } = range;
  const isTexts = column.kind === 'text' && 2 * count <= present;
  if (isTexts) return present > 0 && distinct <= mostGroups ? [{ range, edges: undefined }] : [];
  if (low === undefined || high === undefined) return [];
  const kind = isTime(column.kind) ? 'time' : 'number';
  const edges = roundEdges(kind, low, high, depth, column.kind === 'whole');
  return edges ? [{ range, edges }] : [];
}

function statisticsOf(
  range: Range,
  edges: Groups['edges'],
  counts: Counts | undefined,
  depth: StatisticsDepth,
): ColumnPlot {
  const { column, present, distinct, trues } = range;
  const kind = isTime(column.kind) ? 'time' : 'number';
  const listed = edges || !counts ? [] : mostFrequent(counts, topValues[depth]);
  const others = present - listed.reduce((sum, value) => sum + value.count, 0);
  const whole: ColumnSummary = {
    kinds: kindsOf(range),
    distinct: { count: distinct, exact: distinct === 0, error: distinctError },
    trues,
    numbers: kind === 'number' ? rangeOf(range, kind) : undefined,
    times: kind === 'time' ? rangeOf(range, kind) : undefined,
    texts: undefined,
    lists: undefined,
    top: { values: listed, exact: true, error: 0, others },
  };
  const bars =
    edges &&
    Float64Array.from({ length: edges.places.length - 1 }, (_, bar) => counts?.get(String(bar)) ?? 0);
  return {
    whole,
    filtered: undefined,
    histogram: edges &&
      bars && { kind, edges: edges.edges, places: edges.places, whole: bars, filtered: undefined },
  };
}

function kindsOf({ column: { kind }, rows, present, count }: Range): KindCounts {
  const none = { number: 0, text: 0, boolean: 0, time: 0, list: 0, object: 0, missing: 0, malformed: 0 };
  const all = { ...none, null: rows - present };
  switch (kind) {
    case 'whole':
    case 'number':
      return { ...all, number: present };
    case 'text':
      return { ...all, time: count, text: present - count };
    case 'other':
      return { ...all, text: present };
    default:
      return { ...all, [kind]: present };
  }
}

function rangeOf(range: Range, kind: RangeSummary['kind']): RangeSummary | undefined {
  const { column, count, low, high, mean, least, most } = range;
  if (low === undefined || high === undefined || mean === undefined) return undefined;
  const write = (value: number): string =>
    kind === 'time' ? new Timestamp(Math.round(value), 0).toString() : String(value).replace('+', '');
  const isWhole = column.kind === 'whole';
  const [min, max] = [
    (isWhole ? least : undefined) ?? write(low),
    (isWhole ? most : undefined) ?? write(high),
  ];
  return {
    kind,
    count,
    min,
    max,
    sum: undefined,
    mean: write(mean),
    std: undefined,
    // Only the column panel shows these, which has them from figures of their own.
    q25: '',
    q50: '',
    q75: '',
    quantileError: 0,
    negative: 0,
    zero: 0,
  };
}

function mostFrequent(counts: Counts, most: number): ValueCount[] {
  return [...counts]
    .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([text, count]) => ({ text, kind: 'text', count, cut: text.length >= mostCharacters }));
}
