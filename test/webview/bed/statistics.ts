/** What a made-up file's columns hold, from its first rows and scaled to all: enough for the page's own tests. */
import { CellKind } from '../../../src/protocol/preview.ts';
import {
  mainKind,
  type ColumnStatistics,
  type ColumnSummary,
  type Histogram,
  type KindCounts,
  type StatisticsDepth,
  type TimelineAnswer,
} from '../../../src/protocol/statistics.ts';
import { firstTime, timeStep, type BedFile } from './files.ts';

export interface BedRows {
  readonly size: number;
  readonly recordAt: (row: number) => number;
}

const looked = 1500;
const bars = 24;

interface Seen {
  readonly summary: ColumnSummary;
  readonly numbers: readonly number[];
  readonly isTime: boolean;
}

export function columnStatistics(
  file: BedFile,
  column: number,
  whole: BedRows,
  filtered: BedRows | undefined,
  depth: StatisticsDepth,
): ColumnStatistics {
  const all = lookAt(file, column, whole);
  const some = filtered ? lookAt(file, column, filtered) : undefined;
  const { summary } = all;
  // As the engine does where the column is kept.
  const isCounted = depth === 'header' && mainKind(summary.kinds) === 'number';
  return {
    column,
    whole: summary,
    filtered: isCounted ? undefined : some?.summary,
    counted: isCounted ? some?.summary.kinds : undefined,
    histogram: histogramOf(all, some),
  };
}

/** How many values of each kind there are where there is none. */
export const noKinds = {
  number: 0,
  text: 0,
  boolean: 0,
  time: 0,
  list: 0,
  object: 0,
  null: 0,
  missing: 0,
  malformed: 0,
};

function lookAt(file: BedFile, column: number, rows: BedRows): Seen {
  const length = Math.min(looked, rows.size);
  const scale = length === 0 ? 0 : rows.size / length;
  const kinds = { ...noKinds };
  const counts = new Map<string, number>();
  const numbers: number[] = [];
  const texts: string[] = [];
  let trues = 0;
  for (let row = 0; row < length; row++) {
    const record = rows.recordAt(row);
    const { kind, text } = file.cell(record, column);
    const of = file.fault(record) ? 'malformed' : kindOf(kind & 15, text);
    kinds[of]++;
    if (of === 'boolean' && text === 'true') trues++;
    if (of === 'number') numbers.push(Number(text));
    if (of === 'time') numbers.push(Date.parse(text));
    if (of === 'text') texts.push(text);
    if (of === 'text' || of === 'number') counts.set(`${of} ${text}`, (counts.get(`${of} ${text}`) ?? 0) + 1);
  }
  for (const kind of Object.keys(kinds) as (keyof KindCounts)[])
    kinds[kind] = Math.round(kinds[kind] * scale);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const top = sorted.slice(0, 10);
  const lengths = texts.map((text) => Array.from(text).length);
  const ordered = numbers.toSorted((a, b) => a - b);
  const at = (share: number) => ordered[Math.floor(share * (ordered.length - 1))] ?? 0;
  const isTime = kinds.time > 0;
  const write = (value: number) => (isTime ? new Date(value).toISOString() : String(value));
  const mean = numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
  const range =
    numbers.length === 0
      ? undefined
      : {
          kind: isTime ? ('time' as const) : ('number' as const),
          count: isTime ? kinds.time : kinds.number,
          min: write(at(0)),
          max: write(at(1)),
          sum: isTime ? undefined : String(mean * kinds.number),
          mean: write(mean),
          std: 1,
          q25: write(at(0.25)),
          q50: write(at(0.5)),
          q75: write(at(0.75)),
          quantileError: 0.01,
          negative: 0,
          zero: 0,
        };
  const summary: ColumnSummary = {
    kinds,
    distinct: { count: counts.size, exact: counts.size < 1000, error: counts.size < 1000 ? 0 : 0.016 },
    trues: Math.round(trues * scale),
    numbers: isTime ? undefined : range,
    times: isTime ? range : undefined,
    texts:
      texts.length === 0
        ? undefined
        : {
            count: kinds.text,
            min: texts.toSorted()[0] ?? '',
            max: texts.toSorted().at(-1) ?? '',
            minLength: Math.min(...lengths),
            maxLength: Math.max(...lengths),
            meanLength: lengths.reduce((sum, value) => sum + value, 0) / lengths.length,
            shortest: texts.toSorted((a, b) => a.length - b.length)[0] ?? '',
            longest: texts.toSorted((a, b) => b.length - a.length)[0] ?? '',
            empty: 0,
          },
    lists: kinds.list === 0 ? undefined : { count: kinds.list, minItems: 3, maxItems: 3, meanItems: 3 },
    top: {
      values: top.map(([key, count]) => {
        const [kind = '', ...rest] = key.split(' ');
        const cut = false;
        return {
          kind: kind === 'number' ? 'number' : 'text',
          text: rest.join(' '),
          count: Math.round(count * scale),
          cut,
        };
      }),
      exact: true,
      error: 0,
      others: Math.round(sorted.slice(10).reduce((sum, [, count]) => sum + count, 0) * scale),
    },
    patterns:
      texts.length === 0
        ? undefined
        : {
            sampled: texts.length,
            list: [
              {
                parts: [
                  { kind: 'lower', text: '', length: 4 },
                  { kind: 'literal', text: '-', length: 1 },
                  { kind: 'digits', text: '', length: 2 },
                ],
                count: texts.length,
                example: texts[0] ?? '',
              },
            ],
          },
  };
  return { summary, numbers, isTime };
}

function kindOf(kind: number, text: string): keyof KindCounts {
  switch (kind) {
    case CellKind.Missing:
      return 'missing';
    case CellKind.Null:
      return 'null';
    case CellKind.Boolean:
      return 'boolean';
    case CellKind.Number:
      return 'number';
    case CellKind.Json:
      return text.startsWith('[') ? 'list' : 'object';
    default:
      return /^\d{4}-\d\d-\d\dT/.test(text) ? 'time' : 'text';
  }
}

function histogramOf(all: Seen, some: Seen | undefined): Histogram | undefined {
  if (all.numbers.length === 0) return undefined;
  const low = Math.min(...all.numbers);
  const high = Math.max(...all.numbers);
  const step = (high - low) / bars || 1;
  const places = Float64Array.from({ length: bars + 1 }, (_, index) => low + index * step);
  return {
    kind: all.isTime ? 'time' : 'number',
    edges: [...places].map((place) => edge(place, all.isTime)),
    places,
    whole: counted(all, low, step),
    filtered: some ? counted(some, low, step) : undefined,
  };
}

function edge(place: number, isTime: boolean): string {
  if (!isTime) return String(Math.round(place * 1000) / 1000);
  return new Date(place).toISOString().slice(0, 19).replace('T', ' ');
}

function counted({ numbers, summary }: Seen, low: number, step: number): Float64Array {
  const counts = new Float64Array(bars);
  const rows = (summary.numbers ?? summary.times)?.count ?? 0;
  const scale = rows / Math.max(1, numbers.length);
  for (const value of numbers) {
    const bar = Math.min(bars - 1, Math.max(0, Math.floor((value - low) / step)));
    counts[bar] = (counts[bar] ?? 0) + scale;
  }
  return counts.map(Math.round);
}

/** Rows in equal numbers over the time of the file, in two series where they are asked for. */
export function timelineOf(rows: BedRows, wanted: number, by: boolean): TimelineAnswer {
  const size = Math.min(wanted, 48);
  const span = 100_000_000 * timeStep;
  const places = Float64Array.from({ length: size + 1 }, (_, index) => firstTime + (index * span) / size);
  const counts = Float64Array.from({ length: size }, (_, index) => {
    const upTo = (bar: number) => Math.floor((rows.size * bar) / size);
    return upTo(index + 1) - upTo(index);
  });
  const half = counts.map((count) => Math.floor(count / 3));
  const value = { text: 'error', kind: 'text', count: rows.size, cut: false } as const;
  return {
    coverage: { share: 1, rows: rows.size, exact: true },
    edges: [...places].map((place) => edge(place, true)),
    places,
    series: by
      ? [
          { value, counts: half },
          { value: undefined, counts: counts.map((count, index) => count - (half[index] ?? 0)) },
        ]
      : [{ value: undefined, counts }],
    without: 0,
  };
}
