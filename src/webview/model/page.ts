/** Everything of a page together: the models, what is open beside the grid, and what the editor's commands do. */
import { batch, effect, signal, type Signal } from '@preact/signals';
import {
  CellKind,
  type CellAction,
  type CellContext,
  type CellTest,
  type ColumnAction,
  type ColumnInfo,
  type PageCommand,
  type QueryEdit,
} from '../../protocol/preview.ts';
import { cellsOf, type Cell } from '../grid/cells.ts';
import { laneOf, noPrefs, withHidden, withPinned } from '../grid/columns.ts';
import { count, t } from '../l10n.ts';
import { isAbort, sentence, type EditorApi, type Link } from '../link.ts';
import { readAndWrite, type CopyFormat } from './copy.ts';
import { createFilter, type Filter } from './filter.ts';
import { createFind, type FindModel } from './find.ts';
import { createPreview, type Preview } from './preview.ts';
import { createRecord, type RecordModel } from './record.ts';
import { readSaved, type SavedPage } from './saved.ts';
import { statusOf } from './status.ts';

/** Something small that is open over the page. */
export type Overlay =
  | { readonly kind: 'columnMenu'; readonly column: ColumnInfo; readonly anchor: HTMLElement }
  | {
      readonly kind: 'ask';
      readonly column: ColumnInfo;
      readonly test: CellTest;
      readonly anchor: HTMLElement;
    }
  | { readonly kind: 'goTo' | 'columns' | 'more'; readonly anchor: HTMLElement };

export interface PageModel {
  readonly link: Link;
  readonly preview: Preview;
  readonly filter: Filter;
  readonly record: RecordModel;
  readonly find: FindModel;
  readonly side: Signal<SavedPage['side']>;
  readonly split: Signal<number>;
  readonly overlay: Signal<Overlay | undefined>;
  /** Set by the box when it is there. */
  readonly focusBox: Signal<() => void>;
  readonly copyText: (text: string) => void;
  copy(format: CopyFormat): Promise<void>;
  readonly addTest: (edit: QueryEdit) => void;
  testColumn(column: ColumnInfo, test: CellTest, value?: string): void;
  actOnColumn(column: ColumnInfo, action: ColumnAction): void;
  command(command: PageCommand): void;
  /** Shows a record's row, leaving the filter where it is no match. */
  goToRecord(record: number): Promise<void>;
  openProblems(): void;
  /** Lets the user say how the file is to be read. */
  readAs(): void;
  start(): Promise<void>;
  /** Reads the file anew, and shows the same place of the same query. */
  reload(): Promise<void>;
}

const statusDelay = 250;
const wholeCell = 1024 * 1024;
/** These need no value. */
const nullTests: readonly CellTest[] = ['is-null', 'not-null'];

export function createPage(link: Link, api: EditorApi): PageModel {
  const saved = readSaved(api.getState());
  const side = signal(saved.side);
  const split = signal(saved.split);
  const overlay = signal<Overlay | undefined>(undefined);
  const focusBox = signal<() => void>(() => undefined);

  let unsaved = false;
  let started = false;
  // Never later than with the task at hand: the tab may be hidden the next moment, and the page is gone with it.
  const changed = () => {
    if (!started || unsaved) return;
    unsaved = true;
    queueMicrotask(save);
  };

  const preview = createPreview(link, saved.columns, {
    selected: changed,
    changed,
    openMenu: (column, anchor) => (overlay.value = { kind: 'columnMenu', column, anchor }),
    openRecord: () => (side.value = 'detail'),
    copy: () => void copy('tsv'),
    leave: () => focusBox.peek()(),
  });
  const { grid } = preview;
  const filter = createFilter(preview, changed);
  const wanted = signal(side.value === 'detail');
  effect(() => {
    wanted.value = side.value === 'detail';
  });
  side.subscribe(changed);
  split.subscribe(changed);
  const record = createRecord(preview, wanted);
  const find = createFind(preview);

  /** What the page is on its way back to; kept as it was until it is there. */
  let resuming: Pick<SavedPage, 'query' | 'place'> | undefined;

  function placeNow(): SavedPage['place'] {
    if (resuming) return resuming.place;
    const { row, lane } = grid.selection.active;
    return { top: grid.topRow, row, path: grid.layout.lanes.at(lane)?.column.path ?? '' };
  }

  function queryNow(): string {
    return resuming && preview.awaited.peek() ? resuming.query : filter.applied.peek();
  }

  function save(): void {
    unsaved = false;
    const state: SavedPage = {
      version: 1,
      query: queryNow(),
      columns: grid.prefs,
      place: placeNow(),
      side: side.peek(),
      split: split.peek(),
    };
    api.setState(state);
  }

  let stopRestoring: (() => void) | undefined;

  /** Back to where the page was, once there are that many rows; unless the user has gone elsewhere meanwhile. */
  function restorePlace({ top, row, path }: SavedPage['place']): void {
    const stop = effect(() => {
      const { view, rows, exact } = preview.shown.value;
      const elsewhere = preview.selection.value.active.row !== 0;
      if (!elsewhere && (view < 0 || (rows <= row && !exact))) return;
      // The grid, too, has to have heard of the rows.
      queueMicrotask(() => {
        stop();
        resuming = undefined;
        if (elsewhere) return;
        const lane = grid.layout.lanes.findIndex((other) => other.column.path === path);
        grid.goTo(row, Math.max(0, lane), (row - top) * grid.rowHeight);
      });
    });
    stopRestoring = stop;
  }

  /** Opens the file, runs the query over it and goes to the place: all that a page needs to come (back). */
  async function resume(open: () => Promise<void>, query: string, place: SavedPage['place']): Promise<void> {
    stopRestoring?.();
    resuming = { query, place };
    batch(() => {
      preview.awaited.value = query !== '';
      preview.inContext.value = false;
      preview.result.value = undefined;
    });
    await open();
    if (preview.trouble.peek()) return;
    if (query !== '') void filter.run(query);
    restorePlace(place);
  }

  async function start(): Promise<void> {
    await resume(preview.open, saved.query, saved.place);
    started = true;
  }

  async function reload(): Promise<void> {
    await resume(preview.reload, queryNow(), placeNow());
  }

  function copyText(text: string): void {
    link.call('host/copy', { text }).then(
      () => (preview.notice.value = t('Copied')),
      (error: unknown) => (preview.notice.value = sentence(error)),
    );
  }

  let copying: AbortController | undefined;
  async function copy(format: CopyFormat): Promise<void> {
    copying?.abort();
    copying = new AbortController();
    const { area, selection, layout, view } = grid;
    const columns = layout.lanes.slice(area.left, area.right + 1).map((lane) => lane.column);
    const header = selection.shape !== 'cells';
    try {
      const text = await readAndWrite(
        link,
        { view: view.view, area, columns, header, format },
        copying.signal,
      );
      await link.call('host/copy', { text });
      const cells = (area.bottom - area.top + 1) * columns.length;
      preview.notice.value = cells === 1 ? t('Copied') : t('Copied {0} cells', count(cells));
    } catch (error) {
      if (!isAbort(error)) preview.notice.value = sentence(error);
    }
  }

  function addTest(edit: QueryEdit): void {
    void filter.edit(edit);
  }

  function testColumn(column: ColumnInfo, test: CellTest, value?: string): void {
    if (nullTests.includes(test)) addTest({ kind: 'add', path: column.path, test });
    else if (value !== undefined) {
      const kind =
        test !== 'contains' && column.type === 'number' && isNumber(value) ? CellKind.Number : CellKind.Text;
      addTest({ kind: 'add', path: column.path, test, value: { text: value, kind } });
    } else {
      const anchor = headerOf(column);
      overlay.value = { kind: 'ask', column, test, anchor };
    }
  }

  function headerOf(column: ColumnInfo): HTMLElement {
    const lane = laneOf(grid.layout, column.id);
    return grid.element.querySelector<HTMLElement>(`.head[aria-colindex="${lane + 2}"]`) ?? grid.element;
  }

  async function testCell({ row, column: id }: CellContext, test: CellTest): Promise<void> {
    const column = preview.columns.peek().find((other) => other.id === id);
    if (!column) return;
    try {
      const cell = await wholeCellAt(row, id);
      if (cell.kind === CellKind.Null || cell.kind === CellKind.Missing) {
        const negative = test === 'differs' || test === 'not-null';
        addTest({ kind: 'add', path: column.path, test: negative ? 'not-null' : 'is-null' });
      } else {
        addTest({ kind: 'add', path: column.path, test, value: { text: cell.text, kind: cell.kind } });
      }
    } catch (error) {
      preview.notice.value = sentence(error);
    }
  }

  async function wholeCellAt(row: number, column: number): Promise<Cell> {
    const known = grid.cell(row, column);
    if (known && !known.cut) return known;
    const page = await link.call('rows', {
      view: grid.view.view,
      first: row,
      count: 1,
      columns: [column],
      limit: wholeCell,
    });
    return cellsOf(page).cell(0, 0);
  }

  function actOnColumn(column: ColumnInfo, action: ColumnAction): void {
    switch (action) {
      case 'pin':
      case 'unpin': {
        grid.setPrefs(withPinned(grid.prefs, column.path, action === 'pin'));
        return;
      }
      case 'hide': {
        grid.setPrefs(withHidden(grid.prefs, column.path, true));
        return;
      }
      case 'showAll': {
        grid.setPrefs({ ...grid.prefs, hidden: noPrefs.hidden });
        return;
      }
      case 'fit': {
        grid.fit(column.id);
        return;
      }
      case 'moveLeft': {
        grid.moveColumn(column.id, -1);
        return;
      }
      case 'moveRight': {
        grid.moveColumn(column.id, 1);
        return;
      }
      case 'copyName': {
        copyText(column.name);
        return;
      }
      case 'copyColumn':
        grid.selectColumn(column.id);
        void copy('tsv');
        return;
    }
  }

  function actOnCell(action: CellAction, { row }: CellContext): void {
    switch (action) {
      case 'copy':
        void copy('tsv');
        return;
      case 'copyJson':
        void copy('json');
        return;
      case 'copyMarkdown':
        void copy('markdown');
        return;
      case 'showInContext':
        void filter.showInContext();
        return;
      case 'openRecord':
        call('host/openRecord', { view: grid.view.view, row: row < 0 ? grid.selection.active.row : row });
        return;
      case 'showDetail':
        side.value = 'detail';
        return;
    }
  }

  function call<K extends 'host/readAs' | 'host/openRecord' | 'host/export' | 'host/copyQueryAs'>(
    method: K,
    params: Parameters<typeof link.call<K>>[1],
  ): void {
    link.call(method, params).catch((error: unknown) => (preview.notice.value = sentence(error)));
  }

  async function goToRecord(target: number): Promise<void> {
    if (preview.shown.peek().view !== 0) preview.inContext.value = true;
    try {
      const { row } = await link.call('locate', { view: 0, place: { by: 'record', value: target } });
      grid.goTo(row);
      grid.focus();
    } catch (error) {
      preview.notice.value = sentence(error);
    }
  }

  function command(given: PageCommand): void {
    switch (given.name) {
      case 'cell':
        if ('test' in given) void testCell(given.context, given.test);
        else actOnCell(given.action, given.context);
        return;
      case 'column': {
        const column = preview.columns.peek().find((other) => other.id === given.context.column);
        if (!column) return;
        if ('test' in given) testColumn(column, given.test);
        else actOnColumn(column, given.action);
        return;
      }
      case 'focusFilter': {
        focusBox.peek()();
        return;
      }
      case 'goTo':
        overlay.value = { kind: 'goTo', anchor: grid.element };
        return;
      case 'findColumn':
        overlay.value = { kind: 'columns', anchor: grid.element };
        return;
      case 'find': {
        find.show();
        return;
      }
      case 'findNext':
        return void find.next(false);
      case 'findPrevious':
        return void find.next(true);
      case 'cancel':
        filter.cancel();
        find.cancel();
        return;
      case 'clearFilter':
        return void filter.clear();
      case 'showProblems': {
        openProblems();
        return;
      }
      case 'showDetail':
        side.value = 'detail';
        return;
      case 'showInContext':
        return void filter.showInContext();
      case 'export':
        call('host/export', { query: filter.applied.peek() });
        return;
      case 'copyQueryAs':
        call('host/copyQueryAs', { query: filter.applied.peek() });
        return;
    }
  }

  function openProblems(): void {
    side.value = 'problems';
  }

  link.on('command', command);
  link.on('restarted', ({ message }) => {
    preview.restarted.value = message;
    void resume(preview.open, queryNow(), placeNow());
  });

  let statusTimer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const status = statusOf(preview, filter);
    if (!status) return;
    clearTimeout(statusTimer);
    statusTimer = setTimeout(() => void link.call('host/status', status).catch(() => undefined), statusDelay);
  });

  return {
    link,
    preview,
    filter,
    record,
    find,
    side,
    split,
    overlay,
    focusBox,
    copyText,
    copy,
    addTest,
    testColumn,
    actOnColumn,
    command,
    goToRecord,
    openProblems,
    readAs: () => call('host/readAs', null),
    start,
    reload,
  };
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
