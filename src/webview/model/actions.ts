/** What menus, keys and buttons do with a cell, a column or the selection. */
import type { Signal } from '@preact/signals';
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind, type PreviewCalls } from '../../protocol/preview.ts';
import type { CellAction, CellContext, ColumnAction } from '../../protocol/pageCommands.ts';
import type { CellTest, QueryEdit, ValuePick } from '../../protocol/queryText.ts';
import { rowsOf, wholeCell, type Cell } from '../grid/cells.ts';
import { laneOf, noPrefs, withHidden, withPinned } from '../grid/columns.ts';
import { count, t } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import { columnTest } from './columnTest.ts';
import { readAndWrite, type CopyFormat } from './copy.ts';
import type { Filter } from './filter.ts';
import type { ExportChoice, Overlay, RowsTo } from './overlay.ts';
import type { Preview } from './preview.ts';
import type { SavedPage } from './saved.ts';

/** What the editor is asked to do, whose answer nobody waits for. */
type HostAction =
  | 'host/readAs'
  | 'host/openRecord'
  | 'host/compareRecord'
  | 'host/export'
  | 'host/sendRows'
  | 'host/runOnSpark'
  | 'host/runElsewhere'
  | 'host/copyQueryAs'
  | 'host/askAboutFile'
  | 'host/validate'
  | 'host/exportChecked';

export type SortDirection = Extract<QueryEdit, { kind: 'sort' }>['direction'];

export interface Actions {
  readonly copyText: (text: string) => void;
  copy(format: CopyFormat): Promise<void>;
  readonly addTest: (edit: QueryEdit) => void;
  testColumn(column: ColumnInfo, test: CellTest, value?: string): void;
  testCell(place: CellContext, test: CellTest): Promise<void>;
  /** Sorts the rows by a column; `more` keeps the keys that they are sorted by already. */
  sort(column: ColumnInfo, direction: SortDirection, more: boolean): void;
  /** Filters by values of a column, in place of those that were picked before. */
  readonly pick: (column: ColumnInfo, pick: ValuePick) => void;
  /** A cell's value, to `wholeCell` bytes. */
  readCell(row: number, column: number, signal?: AbortSignal): Promise<Cell>;
  /** Shows a cell's whole value over the page. */
  openCell(row: number, column: ColumnInfo): void;
  actOnColumn(column: ColumnInfo, action: ColumnAction): void;
  actOnCell(action: CellAction, place: CellContext): void;
  /**
   * Asks the editor to write or to send the rows that show. The user is asked first which rows are meant, where those of a query
   * are laid aside for the file's, and which columns, where some are hidden, as far as it is not said.
   */
  exportRows(to: RowsTo, anchor: HTMLElement, choice?: ExportChoice): void;
  askHost<K extends HostAction>(method: K, params: PreviewCalls[K]['params']): void;
}

export interface ActionParts {
  readonly preview: Preview;
  readonly filter: Filter;
  readonly side: Signal<SavedPage['side']>;
  readonly overlay: Signal<Overlay | undefined>;
}

/** Pixels by which a menu makes a column wider or narrower. */
const widthStep = 32;
/** These need no value. */
const nullTests: readonly CellTest[] = ['is-null', 'not-null'];

export function createActions({ preview, filter, side, overlay }: ActionParts): Actions {
  const { link, grid } = preview;

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
    const inText = preview.file.value?.numbersInText ?? false;
    try {
      const text = await readAndWrite(
        link,
        { view: view.view, area, columns, header, format, inText },
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
    else if (value !== undefined)
      addTest(columnTest(column, test, value, grid.cell(grid.selection.active.row, column.id)?.text));
    else {
      const anchor = headerOf(column);
      overlay.value = { kind: 'ask', column, test, anchor };
    }
  }

  function sort({ path }: ColumnInfo, direction: SortDirection, more: boolean): void {
    void filter.edit({ kind: 'sort', path, direction, more });
  }

  function pick({ path }: ColumnInfo, picked: ValuePick): void {
    void filter.edit({ kind: 'pick', path, pick: picked });
  }

  function exportRows(to: RowsTo, anchor: HTMLElement, { rows, columns }: ExportChoice = {}): void {
    if (rows === undefined && preview.inContext.peek()) {
      overlay.value = { kind: 'exportRows', to, anchor };
      return;
    }
    const query = rows === 'file' ? '' : filter.applied.peek();
    const hidden = hiddenPaths(rows);
    if (columns === undefined && hidden.length > 0)
      overlay.value = { kind: 'exportColumns', to, anchor, rows };
    else if (columns !== 'shown') askHost(to, { query });
    else
      link.call('edit', { query, edit: { kind: 'drop', paths: hidden, order: movedPaths() } }).then(
        (edited) => askHost(to, edited),
        (error: unknown) => (preview.notice.value = sentence(error)),
      );
  }

  /** Of the columns of the rows that leave, those that can be left out: none where it is other columns that show. */
  function hiddenPaths(rows: ExportChoice['rows']): string[] {
    const { layout } = grid;
    const areOthers = rows === 'query' && preview.result.peek()?.columns !== undefined;
    if (areOthers || layout.lanes.length === 0) return [];
    const { hidden } = preview.prefs.peek();
    const columns = preview.columns.peek().filter(({ path }) => hidden.includes(path));
    // What holds a column that shows stays.
    const isAround = (path: string) => layout.lanes.some(({ column }) => column.path.startsWith(`${path}.`));
    return columns.map(({ path }) => path).filter((path) => !isAround(path));
  }

  /** The columns that show, in their order, where that is not the one of the rows. */
  function movedPaths(): string[] | undefined {
    const shown = grid.layout.lanes.map(({ column }) => column);
    const isMoved = shown.some(({ id }, at) => at > 0 && id < shown[at - 1].id);
    return isMoved ? shown.map(({ path }) => path) : undefined;
  }

  function headerOf(column: ColumnInfo): HTMLElement {
    const lane = laneOf(grid.layout, column.id);
    return grid.element.querySelector<HTMLElement>(`.head[aria-colindex="${lane + 2}"]`) ?? grid.element;
  }

  async function testCell({ row, column: id }: CellContext, test: CellTest): Promise<void> {
    const column = preview.columns.peek().find((other) => other.id === id);
    if (!column) return;
    try {
      const cell = await readCell(row, id);
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

  async function readCell(row: number, column: number, signal?: AbortSignal): Promise<Cell> {
    const known = grid.cell(row, column);
    if (known && !known.cut && known.kind !== CellKind.Failed) return known;
    const { view } = grid.view;
    const request = { view, first: row, count: 1, columns: [column], limit: wholeCell };
    const cell = rowsOf(await link.call('rows', request, signal ? { signal } : {}))
      .at(0)
      ?.at(0);
    if (!cell) throw new Error(t('There is no such row.'));
    return cell;
  }

  function openCell(row: number, column: ColumnInfo): void {
    const lane = laneOf(grid.layout, column.id);
    const place = `.row[aria-rowindex="${row + 2}"] .cell[aria-colindex="${lane + 2}"]`;
    const anchor = grid.element.querySelector<HTMLElement>(place) ?? grid.element;
    overlay.value = { kind: 'value', column, row, anchor };
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
      case 'wider':
      case 'narrower': {
        grid.resize(column.id, action === 'wider' ? widthStep : -widthStep);
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
      case 'sortAscending':
      case 'sortDescending':
        sort(column, action === 'sortAscending' ? 'ascending' : 'descending', false);
        return;
      case 'unsort':
        sort(column, 'none', true);
        return;
      case 'statistics':
        grid.goToLane(laneOf(grid.layout, column.id));
        side.value = 'column';
        return;
      case 'select':
        grid.selectColumn(column.id);
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
        askHost('host/openRecord', { view: grid.view.view, row: row < 0 ? grid.selection.active.row : row });
        return;
      case 'compareRecord':
        if (!preview.file.value?.comparison) return;
        askHost('host/compareRecord', {
          view: grid.view.view,
          row: row < 0 ? grid.selection.active.row : row,
        });
        return;
      case 'showDetail':
        side.value = 'detail';
        return;
    }
  }

  function askHost<K extends HostAction>(method: K, params: PreviewCalls[K]['params']): void {
    link.call(method, params).catch((error: unknown) => (preview.notice.value = sentence(error)));
  }

  return {
    copyText,
    copy,
    addTest,
    testColumn,
    exportRows,
    testCell,
    sort,
    pick,
    readCell,
    openCell,
    actOnColumn,
    actOnCell,
    askHost,
  };
}
