/**
 * The page's model: what is known of the file and of the view that is shown. It follows the engine's events and keeps
 * the grid in step; the parts beside it (filter, record, find, ...) hang on to it.
 */
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ColumnInfo, FileInfo, FileState } from '../../protocol/file.ts';
import type { ViewState } from '../../protocol/preview.ts';
import type { Grid, GridView } from '../grid/contract.ts';
import { createGrid } from '../grid/grid.ts';
import type { ColumnPrefs } from '../grid/columns.ts';
import { start, type Selection } from '../grid/selection.ts';
import { isAbort, kindOf, sentence, type Link } from '../link.ts';
import { sortKeys } from './order.ts';

export interface Trouble {
  readonly kind: string;
  readonly message: string;
}

/** What the grid tells those who hang on to it. */
export interface GridEvents {
  selected(): void;
  openMenu(column: ColumnInfo, anchor: HTMLElement): void;
  sort(column: ColumnInfo, more: boolean): void;
  paintPlot(host: HTMLElement, column: ColumnInfo | undefined, width: number): void;
  inSight(columns: readonly number[]): void;
  openCell(row: number, column: ColumnInfo | undefined): void;
  copy(): void;
  leave(): void;
  changed(): void;
}

export interface Preview {
  readonly link: Link;
  readonly grid: Grid;
  readonly file: ReadonlySignal<FileInfo | undefined>;
  readonly state: Signal<FileState | undefined>;
  /** Why the file could not be opened. */
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  /** The applied query's view; undefined while the file is shown as it stands. */
  readonly result: Signal<ViewState | undefined>;
  /** The file is shown around a match, with the query laid aside. */
  readonly inContext: Signal<boolean>;
  /** A query is to be run before anything is shown: after a restart, a reload, and on a page that comes back. */
  readonly awaited: Signal<boolean>;
  /** A query was started and nothing of it is here yet: what is shown is of the one before. */
  readonly starting: Signal<boolean>;
  /** A query that was applied before, and is run again only when somebody says so: it took long. */
  readonly paused: Signal<{ readonly query: string; readonly took: number } | undefined>;
  readonly shown: ReadonlySignal<GridView>;
  /**
   * The view that can be counted: another one is another text, and so are the rows of a table once all are there, and
   * every view of a file that was opened again. It stays the same while more matches of a filter are found.
   */
  readonly counted: ReadonlySignal<string>;
  /** How much there was of a file that is followed when the rows that are shown grew last: another number with each growth. */
  readonly extent: ReadonlySignal<number>;
  readonly columns: ReadonlySignal<readonly ColumnInfo[]>;
  readonly selection: ReadonlySignal<Selection>;
  readonly prefs: Signal<ColumnPrefs>;
  /** The last thing that went wrong in passing, or was done; '' for none. */
  /** First row in sight, where the grid has come to rest. */
  readonly top: ReadonlySignal<number>;
  readonly notice: Signal<string>;
  readonly restarted: Signal<string>;
  readonly open: () => Promise<void>;
  readonly reload: () => Promise<void>;
}

export function createPreview(link: Link, initial: ColumnPrefs, events: GridEvents): Preview {
  const file = signal<FileInfo | undefined>(undefined);
  const state = signal<FileState | undefined>(undefined);
  const trouble = signal<Trouble | undefined>(undefined);
  const fileColumns = signal<readonly ColumnInfo[]>([]);
  /** How often the file was opened. Views count from 0 each time. */
  const openings = signal(0);
  const result = signal<ViewState | undefined>(undefined);
  const inContext = signal(false);
  const awaited = signal(false);
  const starting = signal(false);
  const paused = signal<{ readonly query: string; readonly took: number } | undefined>(undefined);
  const selection = signal(start);
  const prefs = signal(initial);
  const top = signal(0);
  const notice = signal('');
  const restarted = signal('');

  const view = computed(() => (inContext.value ? undefined : result.value));
  const columns = computed(() => view.value?.columns ?? fileColumns.value);
  const shown = computed<GridView>(() => {
    const query = view.value;
    const records = state.value?.records ?? 0;
    if (query) {
      return {
        view: query.view,
        rows: query.matched,
        exact: query.phase !== 'running',
        numbered: false,
        records,
      };
    }
    if (awaited.value || trouble.value) return { view: -1, rows: 0, exact: false, numbered: false, records };
    return { view: 0, rows: records, exact: state.value?.exact ?? false, numbered: true, records };
  });

  const counted = computed(() => {
    const { view: id, exact, rows } = shown.value;
    const isTable = view.value?.columns !== undefined;
    return `${id} ${isTable && exact ? 'all' : ''} ${rows > 0 ? 'some' : 'none'} ${openings.value}`;
  });

  const extent = signal(0);
  effect(() => {
    const { following, exact, size = 0 } = state.value ?? {};
    // What needs all rows is of those that there were.
    if (following && exact && result.value?.outdated !== true) extent.value = size;
  });

  const grid = createGrid({
    fetch: (request, signal) => link.call('rows', request, { signal }),
    failed: (error) => (notice.value = sentence(error)),
    selected() {
      const { row, lane } = selection.peek().active;
      const { active } = grid.selection;
      // What was said of a step is past with the next one.
      if (active.row !== row || active.lane !== lane) notice.value = '';
      selection.value = grid.selection;
      events.selected();
    },
    prefsChanged(next) {
      prefs.value = next;
      events.changed();
    },
    scrolled() {
      top.value = grid.topRow;
      events.changed();
    },
    openMenu: (column, anchor) => events.openMenu(column, anchor),
    sort: (column, more) => events.sort(column, more),
    paintPlot: (host, column, width) => events.paintPlot(host, column, width),
    inSight: (columns) => events.inSight(columns),
    openCell: (row, column) => events.openCell(row, column),
    copy: () => events.copy(),
    leave: () => events.leave(),
  });
  grid.setPrefs(initial);

  let drawn: { view: number; opened: FileInfo | undefined } = { view: -1, opened: undefined };
  effect(() => {
    const opened = file.value;
    const next = shown.value;
    if (!opened) return;
    grid.setColumns(columns.value);
    grid.setOrder(sortKeys(columns.value, view.value?.outcome.order ?? []));
    if (drawn.view === next.view && drawn.opened === opened) grid.grow(next);
    else grid.show(next);
    drawn = { view: next.view, opened };
  });

  function opened(info: FileInfo): void {
    batch(() => {
      file.value = info;
      openings.value++;
      state.value = info.state;
      fileColumns.value = info.columns;
      trouble.value = undefined;
    });
  }

  async function attempt(open: () => Promise<FileInfo>): Promise<void> {
    try {
      opened(await open());
    } catch (error) {
      if (!isAbort(error)) trouble.value = { kind: kindOf(error), message: sentence(error) };
    }
  }

  link.on('file', (next) => (state.value = next));
  link.on('view', (next) => {
    const query = result.peek();
    // What is run anew tells of itself.
    if (query?.view !== next.view || query.phase !== 'done') return;
    result.value = next;
    // Other groups may stand in every row.
    if (next.made !== query.made) grid.refresh();
  });
  link.on('columns', ({ view: of, columns: next }) => {
    const query = result.peek();
    if (of === 0) fileColumns.value = next;
    // They come at the end of the list, so that those that are shown stay where they are.
    else if (query?.view === of) result.value = { ...query, columns: next };
  });

  return {
    link,
    grid,
    file,
    state,
    trouble,
    result,
    inContext,
    awaited,
    starting,
    paused,
    shown,
    counted,
    extent,
    columns,
    selection,
    prefs,
    top,
    notice,
    restarted,
    open: () => attempt(() => link.call('info', null)),
    reload: () => attempt(() => link.call('reload', null)),
  };
}

/** The id of a view that can be counted, from `Preview.counted`. */
export function viewOf(counted: string): number {
  return Number(counted.split(' ', 1)[0]);
}
