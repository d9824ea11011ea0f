/** Everything about the column of the active cell, while somebody looks at it. */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { StatisticsAnswer } from '../../protocol/statistics.ts';
import { isAbort, sentence } from '../link.ts';
import { onGrowth } from './growth.ts';
import { viewOf, type Preview } from './preview.ts';
import type { KnownColumn } from './statistics.ts';

export interface ColumnFacts {
  readonly column: ReadonlySignal<ColumnInfo | undefined>;
  /** Of this column; of the query before until those of the new one come. */
  readonly known: ReadonlySignal<KnownColumn | undefined>;
  readonly error: ReadonlySignal<string>;
}

const patience = 120;

export function createColumnFacts(preview: Preview, wanted: ReadonlySignal<boolean>): ColumnFacts {
  const { link, counted, extent, selection, columns, prefs, grid, file, starting, result } = preview;
  const found = signal<{ readonly path: string; readonly opened: unknown; readonly known: KnownColumn }>();
  const error = signal('');
  let current: AbortController | undefined;
  let asking: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;

  let before: ColumnInfo | undefined;
  const column = computed(() => {
    const { lane } = selection.value.active;
    const { hidden } = prefs.value;
    // Rows that are being made have no columns until the first are there: the panel, and the focus in it, stay.
    if (columns.value.length === 0 && result.value?.phase === 'running') return before;
    const found = columns.value.length === 0 ? undefined : grid.layout.lanes.at(Math.max(0, lane))?.column;
    before = found && !hidden.includes(found.path) ? found : undefined;
    return before;
  });

  effect(() => {
    const view = viewOf(counted.value);
    const of = column.value;
    const opened = file.value;
    current?.abort();
    current = undefined;
    clearTimeout(timer);
    error.value = '';
    if (!wanted.value || !of || !opened || view < 0) return;
    const before = found.peek();
    const isSame = before?.path === of.path && before.opened === opened;
    found.value = isSame ? { ...before, known: { ...before.known, stale: true } } : undefined;
    // Figures of rows that are about to go would only keep the query waiting.
    if (starting.value) return;
    timer = setTimeout(() => void (asking = ask(view, of, opened)), patience);
  });

  onGrowth(extent, async () => {
    // What is being read is of the file as it was.
    await asking;
    const view = viewOf(counted.peek());
    const of = column.peek();
    const opened = file.peek();
    // Until all of what has grown is counted, what was known before is shown.
    if (wanted.peek() && of && opened && view >= 0 && !starting.peek() && found.peek())
      await (asking = ask(view, of, opened, false));
  });

  async function ask(view: number, { id, path }: ColumnInfo, opened: unknown, tells = true): Promise<void> {
    const now = extent.peek();
    const mine = new AbortController();
    current = mine;
    const take = ({ columns: answered, whole, filtered }: StatisticsAnswer) => {
      const statistics = answered.at(0);
      if (current === mine && statistics)
        found.value = { path, opened, known: { statistics, whole, filtered, stale: false, extent: now } };
    };
    try {
      const request = { view, columns: [id], depth: 'panel' } as const;
      const onProgress = tells ? take : undefined;
      take(await link.call('statistics', request, { signal: mine.signal, onProgress }));
    } catch (failure) {
      if (!isAbort(failure) && current === mine) error.value = sentence(failure);
    }
  }

  return { column, known: computed(() => column.value && found.value?.known), error };
}
