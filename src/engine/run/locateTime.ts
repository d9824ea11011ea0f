import { said, SaidError } from '../../said/said.ts';
import type { Place, PreviewCalls } from '../../protocol/preview.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { readNumber, toDouble } from '../query/value/decimal.ts';
import { compareTimes, readTime, timeAt, timeOfEpoch, type Timestamp } from '../query/value/time.ts';
import { cellColumns, type FileColumn } from '../dataset/columns.ts';
import { rewriteCell } from '../format/csv/cellReading.ts';

type Located = PreviewCalls['locate']['result'];

/** Rows in which a time is looked up. */
export interface TimedRows {
  readonly columns: readonly FileColumn[];
  /** How many there are, as far as is known. */
  readonly rows: () => number;
  readonly page: (
    first: number,
    count: number,
    cells: CellRequest,
    signal: AbortSignal,
  ) => Promise<PageResult>;
  /** Waits until more than `known` rows are known; answers whether there are. */
  readonly more: (known: number, signal: AbortSignal) => Promise<boolean>;
}

/** Rows by which it is seen which columns hold times. */
const rowsSeen = 100;
/** Most columns that are looked at for times, and most that are tried for order. */
const columnsSeen = 256;
const columnsTried = 8;
/** Places, evenly spread, at which order is checked before anything is looked up. */
const places = 17;
/** Rows read at a time to find one that has a time. */
const rowsAtOnce = 64;
/** From so few rows on, all that is left is read. */
const rowsLeft = 2048;
/** A stretch of so many rows without a time ends the search. */
const longestGap = 65_536;
/** No time is written in more bytes. */
const longestText = 64;

const nameOfTime = /time|date|stamp|epoch|^ts$|_ts$|_at$/i;
/** A number without such a name is a time only from 1990 to 2100. */
const plausible = { from: Date.UTC(1990, 0, 1), to: Date.UTC(2100, 0, 1) };

interface Spot {
  readonly row: number;
  readonly time: Timestamp;
}

/**
 * The first row at or after a time (ISO 8601, a time of day on the first row's day, or a number since 1970), in
 * a column whose times rise or fall: the one that is wanted where its times do, else the first one. Looks at a
 * few places, so rows that are out of order only among their neighbours do no harm.
 * @throws SaidError saying why there is no such column
 */
export async function locateTime(
  rows: TimedRows,
  { text, until, column: wanted }: Omit<Extract<Place, { by: 'time' }>, 'by'>,
  signal: AbortSignal,
): Promise<Located> {
  const candidates = await columnsWithTimes(rows, text, wanted, signal);
  if (candidates.length === 0) {
    throw new SaidError(said`No column contains times such as 2024-05-01T12:00:00Z.`);
  }
  for (;;) {
    const known = rows.rows();
    if (known === 0 && (await rows.more(known, signal))) continue;
    const found = await sortedColumn(rows, candidates, known, signal);
    if (!found) {
      const names = candidates.map(({ name }) => name).join(', ');
      throw new SaidError(
        said`The times in ${names} are not in order, so you cannot go to a time. Filter by it instead.`,
      );
    }
    const { column, spots } = found;
    const isBefore = until !== undefined && directionOf(spots) < 0;
    const target = targetOf(isBefore ? until : text, spots[0].time);
    const spot = await search(rows, column, spots, known, { target, isBefore }, signal);
    if (spot) {
      return { row: spot.row, exact: compareTimes(spot.time, target) === 0, column: column.id };
    }
    if (!(await rows.more(known, signal)))
      return { row: Math.max(0, known - 1), exact: false, column: column.id };
  }
}

/** The time that a row has in a column of times, in milliseconds since 1970; undefined where it has none. */
export async function timeAtRow(
  { columns, page }: Pick<TimedRows, 'columns' | 'page'>,
  row: number,
  column: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const of = columns.at(column);
  if (!of) return undefined;
  const cells = await page(row, 1, requestOf([of]), signal);
  // A number is no time to what counts rows over time.
  const isTime = of.reading === undefined ? cells.kinds.at(0) === CellKind.Text : of.reading.kind === 'date';
  return isTime && cells.rows > 0 ? timeIn(cells, 0, of)?.ms : undefined;
}

function targetOf(text: string, first: Timestamp): Timestamp {
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(text.trim());
  const month = /^\d{4}-\d\d$/.test(text.trim()) ? `${text.trim()}-01` : text;
  const number = readNumber(text);
  let target = number === undefined ? readTime(month) : timeOfEpoch(number);
  if (clock) {
    const [, hour, minute, second = '0', fraction = ''] = clock;
    const ofDay = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
    target = timeAt(first.toDate().ms + ofDay + Number(fraction.padEnd(3, '0')), 0);
  }
  if (!target)
    throw new SaidError(said`"${text}" is not a time. Write it as 2024-05-01 or 2024-05-01T12:00:00.`);
  return target;
}

/** Columns whose first values are times; the wanted one first, then texts, then numbers named as times, then others. */
async function columnsWithTimes(
  { columns, page }: TimedRows,
  text: string,
  wanted: number | undefined,
  signal: AbortSignal,
): Promise<FileColumn[]> {
  const seen = columns.slice(0, columnsSeen);
  const own = wanted === undefined ? undefined : columns.at(wanted);
  if (own && own.id >= columnsSeen) seen.push(own);
  const cells = await page(0, rowsSeen, requestOf(seen), signal);
  const ranked: { readonly column: FileColumn; readonly rank: number }[] = [];
  seen.forEach((column, at) => {
    let [texts, numbers, likely, others] = [0, 0, 0, 0];
    for (let row = 0; row < cells.rows; row++) {
      const cell = row * seen.length + at;
      const kind = cells.kinds[cell] & ~CellKind.Cut;
      if (kind <= CellKind.Null) continue;
      const time = timeIn(cells, cell, column);
      if (!time) others++;
      else if (readNumber(textIn(cells, cell)) === undefined) texts++;
      else {
        numbers++;
        if (time.ms >= plausible.from && time.ms < plausible.to) likely++;
      }
    }
    // A few that are no times, such as an empty text, say nothing of the rest.
    if (texts + numbers <= others * 4) return;
    const named = nameOfTime.test(column.name);
    // Other numbers, such as those of an `id`, are times only to somebody who asks for a number in them.
    const isAsked = column.id === wanted && (named || readNumber(text) !== undefined);
    const isTime = texts > 0 || likely === numbers || isAsked;
    if (isTime) ranked.push({ column, rank: column.id === wanted ? 0 : texts > 0 ? 1 : named ? 2 : 3 });
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, columnsTried)
    .map(({ column }) => column);
}

/** The first of the columns that is in order at all places, with what stands there. */
async function sortedColumn(
  { page }: TimedRows,
  columns: readonly FileColumn[],
  known: number,
  signal: AbortSignal,
): Promise<{ readonly column: FileColumn; readonly spots: readonly Spot[] } | undefined> {
  const count = Math.min(places, known);
  const firsts = Array.from({ length: count }, (_, i) =>
    Math.round((i * (known - 1)) / Math.max(1, count - 1)),
  );
  const pages = await Promise.all(
    firsts.map((first) => page(first, Math.min(rowsAtOnce, known - first), requestOf(columns), signal)),
  );
  for (const [at, column] of columns.entries()) {
    const spots = firsts.flatMap((first, i) => {
      const spot = firstTime(pages[i], first, at, columns);
      return spot ? [spot] : [];
    });
    if (spots.length > 0 && isOrdered(spots)) return { column, spots };
  }
  return undefined;
}

function isOrdered(spots: readonly Spot[]): boolean {
  const sign = directionOf(spots);
  return spots.every(({ time }, i) => i === 0 || compareTimes(time, spots[i - 1].time) * sign >= 0);
}

/** 1 where times rise or are all the same, -1 where they fall. */
function directionOf(spots: readonly Spot[]): 1 | -1 {
  return compareTimes(spots[spots.length - 1].time, spots[0].time) < 0 ? -1 : 1;
}

/** Halves the stretch between the last spot before the time and the first at or after it; undefined where none is. */
async function search(
  { page }: TimedRows,
  column: FileColumn,
  spots: readonly Spot[],
  known: number,
  { target, isBefore }: { readonly target: Timestamp; readonly isBefore: boolean },
  signal: AbortSignal,
): Promise<Spot | undefined> {
  const sign = directionOf(spots);
  const reached = ({ time }: Spot): boolean => {
    const past = compareTimes(time, target) * sign;
    return isBefore ? past > 0 : past >= 0;
  };
  const upper = spots.findIndex(reached);
  const lower = spots.at((upper === -1 ? spots.length : upper) - 1);
  // The row is in [low, high), or the spot at `high`, if any, is it.
  let low = upper === 0 ? 0 : (lower?.row ?? -1) + 1;
  let best = upper === -1 ? undefined : spots[upper];
  let high = best?.row ?? known;
  while (high - low > rowsLeft) {
    const middle = low + Math.floor((high - low) / 2);
    const spot = await timeFrom(page, column, middle, high, signal);
    if (!spot) high = middle;
    else if (reached(spot)) [best, high] = [spot, middle];
    else low = spot.row + 1;
  }
  const rest = await page(low, high - low, requestOf([column]), signal);
  for (let i = 0; i < rest.rows; i++) {
    const time = timeIn(rest, i, column);
    const spot = time && { row: low + i, time };
    if (spot && reached(spot)) return spot;
  }
  return best;
}

/** The first row of [from, to) with a time; undefined where there is none. */
async function timeFrom(
  page: TimedRows['page'],
  column: FileColumn,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Spot | undefined> {
  for (let [first, count] = [from, rowsAtOnce]; first < to; first += count, count *= 2) {
    if (first - from >= longestGap) {
      throw new SaidError(
        said`${column.name} has no time in rows ${from + 1} to ${first}, so you cannot go to a time in it. Filter by it instead.`,
      );
    }
    const cells = await page(first, Math.min(count, to - first), requestOf([column]), signal);
    const spot = firstTime(cells, first, 0, [column]);
    if (spot) return spot;
  }
  return undefined;
}

function firstTime(
  cells: PageResult,
  first: number,
  at: number,
  columns: readonly FileColumn[],
): Spot | undefined {
  for (let row = 0; row < cells.rows; row++) {
    const time = timeIn(cells, row * columns.length + at, columns[at]);
    if (time) return { row: first + row, time };
  }
  return undefined;
}

function requestOf(columns: readonly FileColumn[]): CellRequest {
  return {
    kind: 'columns',
    columns: cellColumns(columns),
    limit: longestText,
  };
}

/** What the query language takes for a time: a text by ISO 8601, a number since 1970. */
function timeIn(cells: PageResult, cell: number, { reading }: FileColumn): Timestamp | undefined {
  const kind = cells.kinds[cell];
  if (kind !== CellKind.Text && kind !== CellKind.Number) return undefined;
  const written = textIn(cells, cell);
  const text = reading === undefined ? written : rewriteCell(written, reading);
  if (text === undefined) return undefined;
  const number = readNumber(text);
  if (number === undefined) return readTime(text);
  return Number.isFinite(toDouble(number)) ? timeOfEpoch(number) : undefined;
}

function textIn({ text, ends }: PageResult, cell: number): string {
  return decoder.decode(text.subarray(cell === 0 ? 0 : ends[cell - 1], ends[cell]));
}

const decoder = new TextDecoder();
