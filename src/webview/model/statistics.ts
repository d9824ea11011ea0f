/** What the columns in sight hold: asked of the engine when somebody looks, and kept for the view that is shown. */
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { ColumnChoice, ValuePick } from '../../protocol/queryText.ts';
import type { ColumnStatistics, Coverage, StatisticsAnswer } from '../../protocol/statistics.ts';
import { isAbort, sentence } from '../link.ts';
import { onGrowth } from './growth.ts';
import { viewOf, type Preview } from './preview.ts';

/** What is known of a column. */
export interface KnownColumn {
  readonly statistics: ColumnStatistics;
  readonly whole: Coverage;
  /** Undefined where the view is no filter of the file. */
  readonly filtered: Coverage | undefined;
  /** The figures are of the query before, until those of this one come. */
  readonly stale: boolean;
  /** `Preview.extent` when they were asked for. */
  readonly extent: number;
}

export interface StatisticsModel {
  /** Whether headers show plots. */
  readonly on: Signal<boolean>;
  /**
   * Whether they are of all rows of the query that a cluster runs, of which a part is here. Plots of a filter, which looks at the
   * rows here, are of those.
   */
  readonly there: Signal<boolean>;
  /** By the id of the column. */
  readonly known: ReadonlySignal<ReadonlyMap<number, KnownColumn>>;
  /** Why nothing comes; '' where nothing is wrong. */
  readonly error: ReadonlySignal<string>;
  /** Ids of the columns that can be seen. */
  readonly inSight: Signal<readonly number[]>;
  /** What the query picks of each column, by its path. */
  readonly picks: ReadonlySignal<ReadonlyMap<string, ValuePick>>;
  /** The values that it leaves out. */
  readonly excluded: ReadonlySignal<ReadonlyMap<string, ColumnChoice['excluded']>>;
  /** Whether the values of the file have types of their own, as those of JSON have. */
  readonly isTyped: ReadonlySignal<boolean>;
}

/** What a plot can do to the page. */
export interface PlotContext {
  readonly statistics: StatisticsModel;
  readonly pick: (column: ColumnInfo, pick: ValuePick) => void;
  readonly leave: (key: 'Escape' | 'ArrowUp' | 'ArrowDown') => void;
}

/** How plots in headers are drawn. */
export interface HeadPlots {
  /** Room for them, in pixels. */
  readonly height: number;
  readonly paint: (
    host: HTMLElement,
    context: PlotContext,
    column: ColumnInfo | undefined,
    width: number,
  ) => void;
}

/** Columns that scroll by are not asked for. */
const patience = 120;

export function createStatistics(
  preview: Preview,
  applied: ReadonlySignal<string>,
  on: Signal<boolean>,
): StatisticsModel {
  const { link, counted, extent, result, file, starting } = preview;
  const known = signal<ReadonlyMap<number, KnownColumn>>(new Map());
  const error = signal('');
  const there = signal(false);
  const inSight = signal<readonly number[]>([]);
  const choices = signal<readonly ColumnChoice[]>([]);
  let current: AbortController | undefined;
  let asking: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Nothing was asked of the view yet: who has changed the filter waits for its figures. */
  let isNew = true;
  let drawn = { view: -1, opened: file.peek(), own: false, there: false };

  effect(() => {
    const view = viewOf(counted.value);
    const opened = file.value;
    const isOn = on.value;
    const wanted = inSight.value;
    // Figures of rows that are about to go would only keep the query waiting.
    const isLeaving = starting.value;
    const own = view > 0 && result.peek()?.columns !== undefined;
    if (opened !== drawn.opened) there.value = false;
    const isThere = there.value && view === 0;
    if (view !== drawn.view || opened !== drawn.opened || isThere !== drawn.there) {
      // The columns of a filter are those of the file: what is known of the file stays.
      const stays = opened === drawn.opened && !own && !drawn.own;
      known.value = stays ? stale(known.peek()) : new Map();
      drawn = { view, opened, own, there: isThere };
      isNew = true;
      error.value = '';
      current?.abort();
      current = undefined;
    }
    clearTimeout(timer);
    if (!isOn || isLeaving) {
      current?.abort();
      current = undefined;
    } else if (view >= 0 && opened)
      timer = setTimeout(() => void (asking = ask(view, wanted)), isNew ? 0 : patience);
  });

  onGrowth(extent, async () => {
    // What is being read is of the file as it was.
    await asking;
    const view = viewOf(counted.peek());
    if (on.peek() && file.peek() && view >= 0 && !starting.peek()) await (asking = ask(view, inSight.peek()));
  });

  effect(() => {
    const query = applied.value;
    if (query === '') {
      choices.value = [];
      return;
    }
    link.call('picks', { query }).then(
      (found) => {
        if (applied.peek() === query) choices.value = found;
      },
      () => (choices.value = []),
    );
  });

  async function ask(view: number, wanted: readonly number[]): Promise<void> {
    const now = extent.peek();
    const columns = wanted.filter((column) => !isDone(known.peek().get(column), now));
    current?.abort();
    current = undefined;
    if (columns.length === 0) return;
    isNew = false;
    const mine = new AbortController();
    current = mine;
    // Until all of what has grown is counted, what was known before is shown.
    const isWhole = ({ column }: ColumnStatistics) => {
      const before = known.peek().get(column);
      return isDone(before, before?.extent);
    };
    const take = (answer: StatisticsAnswer) => {
      if (current === mine) learn(answer, now);
    };
    const takePart = (answer: StatisticsAnswer) =>
      take({ ...answer, columns: answer.columns.filter((column) => !isWhole(column)) });
    try {
      const options = { signal: mine.signal, onProgress: takePart };
      const answer = await (drawn.there
        ? link.call('plotsThere', { columns }, options)
        : link.call('statistics', { view, columns, depth: 'header' }, options));
      take(answer);
      error.value = '';
    } catch (failure) {
      if (!isAbort(failure) && current === mine) error.value = sentence(failure);
    }
  }

  function learn({ columns, whole, filtered }: StatisticsAnswer, extent: number): void {
    batch(() => {
      const next = new Map(known.peek());
      for (const statistics of columns)
        next.set(statistics.column, { statistics, whole, filtered, stale: false, extent });
      known.value = next;
    });
  }

  const picks = computed(
    () => new Map(choices.value.filter(({ pick }) => !isNothing(pick)).map(({ path, pick }) => [path, pick])),
  );
  const excluded = computed(() => new Map(choices.value.map(({ path, excluded: out }) => [path, out])));
  const isTyped = computed(() => file.value?.format.startsWith('json') === true && !file.value.numbersInText);
  return { on, there, known, error, inSight, picks, excluded, isTyped };
}

function isDone(column: KnownColumn | undefined, extent: number | undefined): boolean {
  if (column === undefined || column.stale || column.extent !== extent) return false;
  return column.whole.exact && (column.filtered?.exact ?? true);
}

function stale(known: ReadonlyMap<number, KnownColumn>): ReadonlyMap<number, KnownColumn> {
  return new Map([...known].map(([id, column]) => [id, { ...column, stale: true }]));
}

function isNothing({ ranges, values, nulls }: ValuePick): boolean {
  return ranges.length + values.length === 0 && !nulls;
}
