import type { HandlerContext } from '../../protocol/rpc.ts';
import type { TimelineAnswer, TimelineRequest, ValueCount } from '../../protocol/statistics.ts';
import type { FileColumn } from '../dataset/columns.ts';
import { barOf } from '../barOf.ts';
import { plannedFor } from '../dataset/plan.ts';
import { readValue } from '../query/cell.ts';
import { readTime, writeText } from '../query/index.ts';
import { deriveRows } from '../run/derive.ts';
import { timeBars } from '../statistics/index.ts';
import { coverageOf, fill, newState, paced, type Rows } from './statistics.ts';

/** Values that are stacked; the rest is one series more. */
const stacked = 6;
/** Characters; a longer value is no name of a group. */
const longestValue = 1000;
/** More bars than this cannot be told apart. */
const mostBars = 1000;

/**
 * Rows over time: first without, in the end with the values that they are stacked by.
 * @throws RangeError where there is no such column; as `gatherStatistics`
 */
export async function timeline(
  { column, by, bars }: TimelineRequest,
  columns: readonly FileColumn[],
  rows: Rows,
  { signal, progress }: HandlerContext<TimelineAnswer>,
): Promise<TimelineAnswer> {
  const [time, value] = [columns.at(column), by === undefined ? undefined : columns.at(by)];
  if (!time || (by !== undefined && !value)) throw new RangeError('There is no such column.');
  const wanted = [time];
  const state = newState(rows, wanted, 'header');
  const most = Math.max(1, Math.min(mostBars, Math.floor(bars)));
  const answer = (): TimelineAnswer => {
    const found = state.get(time.id);
    const shown = found && timeBars(found.column, most);
    const coverage = coverageOf(state, rows, wanted);
    return {
      coverage: { ...coverage, exact: coverage.exact && value === undefined },
      edges: shown?.edges ?? [],
      places: shown?.places ?? new Float64Array(0),
      series: shown ? [{ value: undefined, counts: shown.counts[0] }] : [],
      without: found ? found.coverage.rows - found.column.kinds.time : 0,
    };
  };
  const tell = paced(() => progress(answer()));
  await fill(rows, state, wanted, 'header', signal, tell);
  const plain = answer();
  const coverage = coverageOf(state, rows, wanted);
  if (!value || plain.series.length === 0) return { ...plain, coverage };
  progress(plain);
  const series = await stack(plain, time, value, rows, signal);
  return { ...plain, series, coverage };
}

/** The answer while the rows of a table are not there yet. */
export function noTimeline(): TimelineAnswer {
  const coverage = { share: 0, rows: 0, exact: false };
  return { coverage, edges: [], places: new Float64Array(0), series: [], without: 0 };
}

/**
 * Counts by bar for the most frequent values of a column, and for the rest. Values are compared as the texts that a query makes of
 * them: what JSON makes of a long number would be another one.
 */
async function stack(
  { places, series: [all] }: TimelineAnswer,
  time: FileColumn,
  by: FileColumn,
  rows: Rows,
  signal: AbortSignal,
): Promise<TimelineAnswer['series']> {
  const text = `${by.path}::text`;
  const listed: ValueCount[] = [];
  for await (const { v, n } of rowsOfQuery(
    rows,
    `TOP ${stacked + 1} OF ${text} AS v |> RENAME count AS n`,
    signal,
  )) {
    // What is no Unicode reads as this sign, which does not stand for it in a query.
    const isText = typeof v === 'string' && v.length <= longestValue && !v.includes('\ufffd');
    if (isText && listed.length < stacked) listed.push({ text: v, kind: 'text', count: n, cut: false });
  }
  const series = listed.map((value) => ({ value, counts: new Float64Array(all.counts.length) }));
  const others = all.counts.slice();
  const nulls = new Float64Array(all.counts.length);
  const seriesOf = new Map(listed.map(({ text }, at) => [text, at]));
  if (series.length > 0) {
    const known = `CASE WHEN ${text} IN (${listed.map((value) => writeText(value.text)).join(', ')}) THEN ${text} END AS v`;
    // A query reads the cells of a file as they are written, and not those of rows that were made of them.
    const written = rows.dataset.layout.names === 'columns' ? undefined : time.reading;
    // A number is no time here, though it can be made one.
    const ofTime = `CASE WHEN ${time.path}::number IS NULL THEN date_trunc(${writeText(unitOf(places))}, ${time.path}::timestamp) END AS t`;
    const at = written === undefined ? ofTime : `${time.path} AS t`;
    for await (const { n, v, none, t } of rowsOfQuery(
      rows,
      `AGGREGATE count(*) AS n GROUP BY ${known}, ${text} IS NULL AS none, ${at}`,
      signal,
    )) {
      const place = typeof v === 'string' ? seriesOf.get(v) : undefined;
      const counts = place === undefined ? (none === true ? nulls : undefined) : series[place].counts;
      const read = typeof t === 'string' ? readValue(t, written) : undefined;
      const ms = typeof read === 'string' ? readTime(read)?.ms : undefined;
      if (counts === undefined || ms === undefined) continue;
      const bar = barOf(places, places.length - 1, ms);
      counts[bar] += n;
      others[bar] -= n;
    }
  }
  const isAny = (count: number): boolean => count !== 0;
  return [
    ...series,
    ...(others.some(isAny) ? [{ value: undefined, counts: others }] : []),
    ...(nulls.some(isAny) ? [{ value: undefined, isNull: true, counts: nulls }] : []),
  ];
}

interface CountedRow {
  readonly n: number;
  readonly v: unknown;
  readonly none?: unknown;
  readonly t?: unknown;
}

/** What operators make of the rows, a record each. */
async function* rowsOfQuery(
  { dataset, query }: Rows,
  operators: string,
  signal: AbortSignal,
): AsyncGenerator<CountedRow> {
  const before = (query?.text ?? '').replace(/[\s;]+$/, '');
  const text = before === '' ? `|> ${operators}` : `${before}\n|> ${operators}`;
  const planned = plannedFor(text, dataset.recognised.format);
  for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
    for (const line of Buffer.from(bytes).toString().split('\n')) {
      if (line !== '') yield JSON.parse(line) as CountedRow;
    }
  }
}

const units = [
  ['month', 28 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** The longest unit of which every bar is made. */
function unitOf(places: Float64Array): string {
  const width = places[1] - places[0];
  return (
    units.find(([, ms]) => width >= ms && places.every((place) => startsUnit(place, ms)))?.[0] ??
    'millisecond'
  );
}

function startsUnit(place: number, ms: number): boolean {
  return ms > 86_400_000 ? new Date(place).getUTCDate() === 1 && place % 86_400_000 === 0 : place % ms === 0;
}
