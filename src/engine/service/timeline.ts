import type { HandlerContext } from '../../protocol/rpc.ts';
import type { TimelineAnswer, TimelineRequest } from '../../protocol/statistics.ts';
import type { FileColumn } from '../dataset/columns.ts';
import { plannedFor } from '../dataset/plan.ts';
import { writeText } from '../query/index.ts';
import { deriveRows } from '../run/derive.ts';
import { timeBars, topOf, type ColumnAccumulator } from '../statistics/index.ts';
import { coverageOf, fill, newState, paced, type Rows } from './statistics.ts';

/** Values that are stacked; the rest is one series more. */
const stacked = 6;
/** More bars than this cannot be told apart. */
const mostBars = 1000;

/**
 * Rows over time: first without, in the end with the values that they are stacked by.
 * @param query that selects the rows; '' for all
 * @throws RangeError where there is no such column; as `gatherStatistics`
 */
export async function timeline(
  { column, by, bars }: TimelineRequest,
  columns: readonly FileColumn[],
  rows: Rows,
  query: string,
  { signal, progress }: HandlerContext<TimelineAnswer>,
): Promise<TimelineAnswer> {
  const [time, value] = [columns.at(column), by === undefined ? undefined : columns.at(by)];
  if (!time || (by !== undefined && !value)) throw new RangeError('There is no such column.');
  const wanted = value ? [time, value] : [time];
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
  const kinds = value && state.get(value.id)?.column;
  const coverage = coverageOf(state, rows, wanted);
  if (!value || !kinds || plain.series.length === 0) return { ...plain, coverage };
  progress(plain);
  const series = await stack(plain, time, value, kinds, rows, query, signal);
  return { ...plain, series, coverage };
}

/** Counts by bar for the most frequent values of a column, and for the rest. */
async function stack(
  { places, series: [all] }: TimelineAnswer,
  time: FileColumn,
  by: FileColumn,
  column: ColumnAccumulator,
  { dataset }: Rows,
  query: string,
  signal: AbortSignal,
): Promise<TimelineAnswer['series']> {
  const listed = topOf(column, stacked).values;
  const series = listed.map((value) => ({ value, counts: new Float64Array(all.counts.length) }));
  const others = all.counts.slice();
  const seriesOf = new Map(listed.map(({ text }, at) => [text, at]));
  const groups = [
    query.replace(/[\s;]+$/, ''),
    `AGGREGATE count(*) AS n GROUP BY ${by.path} AS v, date_trunc(${writeText(unitOf(places))}, ${time.path}::timestamp) AS t`,
  ];
  const planned = plannedFor(groups.filter((part) => part !== '').join('\n|> '), dataset.recognised.format);
  for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
    for (const line of Buffer.from(bytes).toString().split('\n')) {
      if (line === '') continue;
      const { n, v, t } = JSON.parse(line) as { n: number; v: unknown; t: string | null };
      const at =
        t === null || v === null ? undefined : seriesOf.get(typeof v === 'string' ? v : JSON.stringify(v));
      if (at === undefined || t === null) continue;
      const bar = barOf(places, Date.parse(`${t.replace(' ', 'T')}Z`));
      series[at].counts[bar] += n;
      others[bar] -= n;
    }
  }
  const isListed = others.every((count) => count === 0);
  return isListed ? series : [...series, { value: undefined, counts: others }];
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

/** The bar that a time is in. */
function barOf(places: Float64Array, ms: number): number {
  let [low, high] = [0, places.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (places[middle] <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}
