import { errorAt } from '../engine/query/diagnostic.ts';
import type { Dataset } from '../engine/dataset/dataset.ts';
import { plannedFor, QuerySyntaxError } from '../engine/dataset/plan.ts';
import { profile, type ProfiledColumn, type Profile } from '../engine/run/profile.ts';
import { typesIn, type ColumnSummary, type Histogram, type RangeSummary } from '../protocol/statistics.ts';
import { said } from '../said/said.ts';
import type { RunCommand } from './arguments/arguments.ts';
import { columns as widthOf, counted, grouped, visible } from './message.ts';
import type { TableStyle, Terminal } from './terminal.ts';

/** Columns of the table in the order in which they are given up where there is no room. */
const heads = [
  'Column',
  'Type',
  'NULL',
  'Distinct',
  'Min',
  'Max',
  'Mean or most frequent',
  'Distribution',
] as const;
type Head = (typeof heads)[number];

const givenUp: readonly Head[] = ['Distribution', 'Max', 'Min', 'Mean or most frequent', 'Distinct', 'NULL'];
/** No cell is wider, nor narrower where the table is cut. */
const [widest, narrowest] = [28, 8];
const gap = '  ';

/** What columns hold, as a table for people: a line for each column. */
export function profileTable({ rows, malformed, columns }: Profile, { width, plots }: TableStyle): string {
  const lines = columns.map((column) => cellsOf(column, rows));
  let shown = heads.filter((head) => plots || head !== 'Distribution');
  const widths = (): number[] =>
    shown.map((head) =>
      Math.min(
        widest,
        lines.reduce((most, cells) => Math.max(most, widthOf(cells[head])), widthOf(head)),
      ),
    );
  for (const head of givenUp) {
    if (totalOf(widths().map((own) => Math.min(own, narrowest + 4))) <= width) break;
    shown = shown.filter((other) => other !== head);
  }
  const plot = shown.indexOf('Distribution');
  const fitted = narrowed(widths(), width, plot);
  const line = (cells: Record<Head, string>): string =>
    shown
      .map((head, at) => padded(cells[head], fitted[at], rightSet.has(head)))
      .join(gap)
      .trimEnd();
  const title = Object.fromEntries(heads.map((head) => [head, head])) as Record<Head, string>;
  const summary = `${counted(rows, 'row')}, ${counted(columns.length, 'column')}${malformed > 0 ? `, ${grouped(malformed)} malformed` : ''}`;
  const rule = fitted.map((own) => '-'.repeat(own)).join(gap);
  return `${[summary, '', line(title), rule, ...lines.map(line)].join('\n')}\n`;
}

const rightSet: ReadonlySet<Head> = new Set(['NULL', 'Distinct', 'Min', 'Max'] as const);

function cellsOf({ name, summary, histogram }: ProfiledColumn, rows: number): Record<Head, string> {
  const { distinct, kinds } = summary;
  const range = mainRange(summary);
  const nulls = kinds.null + kinds.missing;
  return {
    Column: visible(name),
    Type: typeOf(summary),
    NULL: nulls === 0 ? '0' : shareOf(nulls, rows),
    Distinct: `${distinct.exact ? '' : '~'}${grouped(distinct.count)}`,
    Min: visible(range?.min ?? summary.texts?.min ?? ''),
    Max: visible(range?.max ?? summary.texts?.max ?? ''),
    'Mean or most frequent': range ? visible(shortNumber(range.mean)) : topText(summary, rows),
    Distribution: histogram ? sparkline(histogram) : bar(summary, rows),
  };
}

/** Where most of the values are numbers or times: their figures. */
function mainRange({ numbers, times, kinds }: ColumnSummary): RangeSummary | undefined {
  if (kinds.text > kinds.number && kinds.text > kinds.time) return undefined;
  return kinds.time > kinds.number ? times : numbers;
}

/** `number`, or `number, 3 text` where there are others. */
function typeOf({ kinds }: ColumnSummary): string {
  const types = typesIn(kinds);
  if (types.length === 0) return 'null';
  return types.map((type, at) => (at === 0 ? type : `${grouped(kinds[type])} ${type}`)).join(', ');
}

function topText({ top, lists }: ColumnSummary, rows: number): string {
  const first = (lists?.items?.top ?? top).values.at(0);
  // Where no value comes twice, none is frequent.
  if (first === undefined || (first.count === 1 && rows > 1)) return '';
  const about = (lists?.items?.top ?? top).exact ? '' : '~';
  return `${visible(first.text)}${first.cut ? '…' : ''} (${about}${shareOf(first.count, rows)})`;
}

function shareOf(count: number, rows: number): string {
  const percent = (100 * count) / rows;
  return percent > 0 && percent < 0.1 ? '<0.1%' : `${percent.toFixed(1)}%`;
}

/** A decimal to six digits; what is no number as it stands. */
function shortNumber(text: string): string {
  const value = Number(text);
  return Number.isFinite(value) && text.length > 8 ? String(Number(value.toPrecision(6))) : text;
}

const blocks = '▁▂▃▄▅▆▇█';
const plotWidth = 20;

/** The bars of a histogram as characters; a bar that holds something is never empty. */
function sparkline({ whole }: Histogram): string {
  const perBar = Math.ceil(whole.length / plotWidth);
  const counts = Array.from({ length: Math.ceil(whole.length / perBar) }, (_, at) =>
    whole.subarray(at * perBar, (at + 1) * perBar).reduce((sum, count) => sum + count, 0),
  );
  const most = Math.max(...counts);
  return counts
    .map((count) => (count === 0 ? ' ' : blocks[Math.min(7, Math.floor((count / most) * 8))]))
    .join('');
}

/** The shares of the most frequent values, one after the other. */
function bar({ top }: ColumnSummary, rows: number): string {
  if (rows === 0 || top.values.length === 0 || !top.exact) return '';
  const shades = '█▓▒░';
  return top.values
    .slice(0, shades.length)
    .map(({ count }, at) => shades[at].repeat(Math.round((count / rows) * plotWidth)))
    .join('');
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
}

/**
 * Takes from the widest columns until all fit, but never so much that nothing could be read.
 * @param kept the one that is left as it is
 */
function narrowed(widths: readonly number[], width: number, kept: number): number[] {
  const fitted = [...widths];
  while (totalOf(fitted) > width) {
    const most = Math.max(...fitted.filter((_, at) => at !== kept));
    if (most <= narrowest) break;
    fitted[fitted.findLastIndex((own, at) => own === most && at !== kept)]--;
  }
  return fitted;
}

function padded(text: string, width: number, right: boolean): string {
  const own = widthOf(text);
  if (own > width) return cut(text, width);
  const space = ' '.repeat(width - own);
  return right ? space + text : text + space;
}

function cut(text: string, width: number): string {
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…${' '.repeat(Math.max(0, width - 1 - widthOf(kept)))}`;
}

/** The same with all figures, as one JSON object. Values of the file are texts, which keep their digits. */
export function profileJson({ rows, malformed, columns }: Profile): string {
  const all = columns.map(({ name, summary, histogram }) => ({
    name,
    ...summary,
    histogram: histogram && { kind: histogram.kind, edges: histogram.edges, counts: [...histogram.whole] },
  }));
  return `${JSON.stringify({ rows, malformed, columns: all })}\n`;
}

/** Writes what the columns hold. */
export async function writeProfile(
  dataset: Dataset,
  { query, profile: form }: RunCommand,
  terminal: Terminal,
): Promise<void> {
  const planned = query.trim() === '' ? undefined : plannedFor(query, dataset.recognised.format);
  if (planned && planned.plan.shape !== 'records') {
    const message = said`--profile needs a query that selects records; of other rows, write |> DESCRIBE at the end`;
    throw new QuerySyntaxError([errorAt({ from: 0, to: query.length }, message)]);
  }
  const began = performance.now();
  const found = await profile(dataset, planned, terminal.signal, ({ coverage: { rows, share } }) => {
    const total = dataset.expectedSize;
    const elapsedMs = performance.now() - began;
    terminal.progress.show({ records: rows, matched: rows, scanned: share * (total ?? 0), total, elapsedMs });
  });
  terminal.progress.erase();
  const text = form === 'json' ? profileJson(found) : profileTable(found, terminal.table);
  await terminal.output.write(new TextEncoder().encode(text));
}
