import { basename } from 'node:path';
import type { ToolAnswer } from '../../protocol/tools.ts';
import type { ColumnSummary, Histogram, RangeSummary } from '../../protocol/statistics.ts';
import { histogramOf, summaryOf } from '../statistics/index.ts';
import { visible, withoutEnds } from '../visible.ts';
import { counted } from '../words.ts';
import { answer, byteLength, roomBeside } from './answer.ts';
import { checked, withFile, type Call } from './call.ts';
import { shownText } from './cells.ts';
import { namedColumn } from './columnNames.ts';
import { gatherInTime } from './gather.ts';
import { partlyRead } from './share.ts';
import { ToolError } from './toolError.ts';

/** Characters of a value that are shown. */
const valueLength = 80;
/** Most frequent values that are shown, examples, patterns, and bars. */
const [mostTop, mostExamples, mostPatterns, mostBars] = [20, 3, 5, 24];

/** Answers what a column holds. */
export async function profileColumn(call: Call): Promise<ToolAnswer> {
  const { input } = call;
  return withFile(call, async (asked, path) => {
    const { dataset } = asked.file;
    const column = namedColumn(dataset, input.text('column'));
    const where = input.textIfAny('where') ?? '';
    const query = where.trim() === '' ? undefined : (await checked(where, dataset, call)).planned;
    if (query && query.plan.shape !== 'records') {
      throw new ToolError(
        'where must be a condition on records. For other rows, use query_file and end the query with |> DESCRIBE.',
      );
    }
    const scan = { query, columns: [column.fields], discover: false, deep: true, counts: true };
    const { set, coverage, share } = await gatherInTime(call, asked, scan);
    const found = set.columns[0];
    const summary = summaryOf(found, set.malformed, 'panel');
    const figures = {
      file: path,
      column: visible(column.path),
      records: set.rows,
      complete: coverage.exact,
      share_read: share,
      malformed: set.malformed,
    };
    const head = [
      `${visible(basename(path))}, column ${shownText(column.path)}: ${counted(set.rows, 'record')}.`,
      partlyRead(share),
    ];
    const room = roomBeside(input.number('max_bytes'), figures, head.join('\n'));
    const shown = fitted(summary, histogramOf(found, undefined, false, 'header'), room);
    const lines = Object.entries(shown).map(([name, value]) => ({
      text: `${name}: ${shownFigures(value)}`,
      value,
    }));
    return answer(head, lines, { ...figures, ...shown });
  });
}

/** Figures as JSON, whose texts are visible already. */
function shownFigures(value: unknown): string {
  return withoutEnds(JSON.stringify(value));
}

/** The figures, with fewer values where all have no room. */
function fitted(
  summary: ColumnSummary,
  histogram: Histogram | undefined,
  room: number,
): Readonly<Record<string, unknown>> {
  for (let most = mostTop; ; most = Math.floor(most / 2)) {
    const shown = figuresOf(summary, most > 2 ? histogram : undefined, most);
    if (most === 0 || byteLength(JSON.stringify(shown)) + 200 <= room) return shown;
  }
}

function figuresOf(
  summary: ColumnSummary,
  histogram: Histogram | undefined,
  most: number,
): Record<string, unknown> {
  const { kinds, distinct, trues, numbers, times, texts, lists, top, patterns } = summary;
  const kept = Object.fromEntries(Object.entries(kinds).filter(([, count]) => count > 0));
  return {
    kinds: kept,
    distinct: { count: distinct.count, exact: distinct.exact },
    ...(kinds.boolean > 0 && { true_count: trues }),
    ...(numbers && { numbers: rangeOf(numbers) }),
    ...(times && { times: rangeOf(times) }),
    ...(texts && {
      texts: {
        count: texts.count,
        min: short(texts.min),
        max: short(texts.max),
        min_length: texts.minLength,
        max_length: texts.maxLength,
        mean_length: texts.meanLength,
        empty: texts.empty,
      },
    }),
    ...(lists && {
      lists: {
        count: lists.count,
        min_items: lists.minItems,
        max_items: lists.maxItems,
        mean_items: lists.meanItems,
      },
    }),
    ...(top.values.length > 0 && {
      // Where no value comes twice, none is frequent: the first ones are examples.
      top: top.values
        .slice(0, top.values[0].count === 1 ? Math.min(most, mostExamples) : most)
        .map(({ text, count, cut }) => ({ value: short(text, cut), count })),
      top_exact: top.exact,
    }),
    ...(patterns &&
      patterns.list.length > 0 && {
        patterns: patterns.list
          .slice(0, Math.min(most, mostPatterns))
          .map(({ example, count }) => ({ example: short(example), count, of: patterns.sampled })),
      }),
    ...(histogram && { histogram: barsOf(histogram) }),
  };
}

function rangeOf({ min, max, mean, sum, std, q25, q50, q75, negative, zero }: RangeSummary): object {
  return {
    min,
    max,
    mean,
    sum,
    std,
    q25,
    q50,
    q75,
    ...(negative > 0 && { negative }),
    ...(zero > 0 && { zero }),
  };
}

/** Neighbouring bars as one where there are many. */
function barsOf({ kind, edges, whole }: Histogram): object {
  const each = Math.ceil(whole.length / mostBars);
  const counts: number[] = [];
  for (let at = 0; at < whole.length; at += each) {
    counts.push(whole.subarray(at, at + each).reduce((sum, count) => sum + count, 0));
  }
  return { kind, edges: edges.filter((_, at) => at % each === 0 || at === edges.length - 1), counts };
}

function short(text: string, cut = false): string {
  const characters = Array.from(text.slice(0, 4 * valueLength));
  const whole = !cut && characters.length <= valueLength;
  return visible(whole ? text : `${characters.slice(0, valueLength).join('')}…`);
}
