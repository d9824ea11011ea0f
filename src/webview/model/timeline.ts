/** Rows over time: which column has the times, what it is stacked by, and what the engine counts. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { TimelineAnswer } from '../../protocol/statistics.ts';
import { cellsOf } from '../grid/cells.ts';
import { isAbort, sentence } from '../link.ts';
import { onGrowth } from './growth.ts';
import { viewOf, type Preview } from './preview.ts';
import { SeriesColors, type ColoredAnswer } from './seriesColors.ts';
import type { KnownColumn } from './statistics.ts';

export interface TimelineModel {
  readonly on: Signal<boolean>;
  /** Columns that seem to hold times, the likeliest first. */
  readonly times: ReadonlySignal<readonly ColumnInfo[]>;
  /** The column that was chosen, else the likeliest. */
  readonly column: ReadonlySignal<ColumnInfo | undefined>;
  /** Path of the column that was chosen; '' for none. */
  readonly chosen: Signal<string>;
  /** Path of the column to stack by; '' for none. */
  readonly by: Signal<string>;
  readonly answer: ReadonlySignal<ColoredAnswer | undefined>;
  readonly error: ReadonlySignal<string>;
  /** Milliseconds since 1970 of the first row in sight, where it has a time. */
  readonly here: ReadonlySignal<number | undefined>;
  /** Goes to the first row of a stretch of time, where the times are in order. */
  goTo(from: string, to: string): Promise<void>;
}

const patience = 120;
/** Rows that are looked at to find the columns of times. */
const looked = 20;
const looksLikeTime = /^\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)/;
export const mostBars = 120;

export function createTimeline(
  preview: Preview,
  known: ReadonlySignal<ReadonlyMap<number, KnownColumn>>,
  on: Signal<boolean>,
): TimelineModel {
  const { link, shown, counted, extent, columns, grid, top, notice, file, starting } = preview;
  const chosen = signal('');
  const by = signal('');
  const answer = signal<ColoredAnswer>();
  let colors = new SeriesColors();
  const error = signal('');
  const here = signal<number>();
  const seen = signal<readonly string[]>([]);
  let current: AbortController | undefined;
  let asking: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const times = computed(() => {
    const paths = new Set(seen.value);
    return columns.value.filter(
      ({ id, path, hasDates }) =>
        hasDates === true || paths.has(path) || (known.value.get(id)?.statistics.whole?.kinds.time ?? 0) > 0,
    );
  });
  const column = computed(() => {
    const picked = columns.value.find(({ path }) => path === chosen.value);
    return picked ?? times.value.at(0);
  });

  const stackedBy = computed(() => columns.value.find(({ path }) => path === by.value)?.id);

  effect(() => {
    if (file.value === undefined || stackedBy.value === undefined) return;
    colors = new SeriesColors();
  });

  effect(() => {
    if (file.value === undefined) return;
    seen.value = [];
    answer.value = undefined;
    error.value = '';
  });

  // The first rows tell which columns hold times, whether or not they can be seen.
  effect(() => {
    const view = viewOf(counted.value);
    const { rows } = shown.peek();
    const candidates = columns.value.filter(({ type }) => type === 'text' || type === 'mixed').slice(0, 256);
    if (!on.value || view < 0 || rows === 0 || candidates.length === 0) return;
    const ids = candidates.map(({ id }) => id);
    const mine = new AbortController();
    const request = { view, first: 0, count: Math.min(looked, rows), columns: ids, limit: 64 };
    link.call('rows', request, { signal: mine.signal }).then(
      (page) => {
        const reader = cellsOf(page);
        const isTime = (index: number) =>
          Array.from({ length: page.rows }, (_, row) => reader.cell(row, index)).some(
            ({ kind, text }) => kind === CellKind.Text && looksLikeTime.test(text),
          );
        const found = candidates.filter((_, index) => isTime(index)).map(({ path }) => path);
        if (found.join('\n') !== seen.peek().join('\n')) seen.value = found;
      },
      () => undefined,
    );
    return () => mine.abort();
  });

  effect(() => {
    const view = viewOf(counted.value);
    const { rows } = shown.peek();
    const of = column.value;
    const stack = stackedBy.value;
    current?.abort();
    current = undefined;
    clearTimeout(timer);
    if (!on.value || !of || view < 0 || rows === 0) {
      answer.value = undefined;
      return;
    }
    // Counting rows that are about to go would only keep the query waiting.
    if (!starting.value) timer = setTimeout(() => void (asking = ask(view, of.id, stack)), patience);
  });

  onGrowth(extent, async () => {
    // What is being read is of the file as it was.
    await asking;
    const view = viewOf(counted.peek());
    const of = column.peek();
    // Until all of what has grown is counted, what was known before is shown.
    if (on.peek() && of && view >= 0 && !starting.peek() && answer.peek())
      await (asking = ask(view, of.id, stackedBy.peek(), false));
  });

  async function ask(view: number, of: number, stack: number | undefined, tells = true): Promise<void> {
    const mine = new AbortController();
    current = mine;
    const take = (next: TimelineAnswer) => {
      if (current === mine) answer.value = colors.of(next);
    };
    try {
      const request = { view, column: of, by: stack, bars: mostBars };
      const onProgress = tells ? take : undefined;
      take(await link.call('timeline', request, { signal: mine.signal, onProgress }));
      error.value = '';
    } catch (failure) {
      if (!isAbort(failure) && current === mine) error.value = sentence(failure);
    }
  }

  // The column of times may be out of sight, and its cells not here.
  let looking: AbortController | undefined;
  effect(() => {
    const view = viewOf(counted.value);
    const { rows } = shown.peek();
    const of = column.value;
    const first = Math.floor(top.value);
    looking?.abort();
    looking = undefined;
    if (!on.value || !of || view < 0 || first >= rows) {
      here.value = undefined;
      return;
    }
    const mine = new AbortController();
    looking = mine;
    link.call('timeOf', { view, row: first, column: of.id }, { signal: mine.signal }).then(
      (time) => (here.value = time ?? undefined),
      () => undefined,
    );
  });

  async function goTo(from: string, to: string): Promise<void> {
    const { view } = shown.peek();
    try {
      const place = { by: 'time', text: from, until: to, column: column.peek()?.id } as const;
      const { row } = await link.call('locate', { view, place });
      grid.goTo(row);
    } catch (failure) {
      notice.value = sentence(failure);
    }
  }

  return { on, times, column, chosen, by, answer, error, here, goTo };
}
