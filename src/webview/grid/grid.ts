/**
 * The grid: a view of any number of rows and columns. It ties the parts together (scroll pane, columns, page cache,
 * selection) and paints at most once a frame.
 */
import { CellKind, type Page } from '../../protocol/preview.ts';
import { make } from '../dom.ts';
import { count, t } from '../l10n.ts';
import { laneOfPath, lanesBetween } from './columns.ts';
import { createColumnView } from './columnView.ts';
import type { Grid, GridOptions, GridView, SortKey } from './contract.ts';
import { createHeader } from './header.ts';
import { actionOf, type GridAction } from './keys.ts';
import { inOneLine } from './look.ts';
import { createMetrics } from './metrics.ts';
import { navigate } from './navigate.ts';
import { createPages } from './pages.ts';
import { followPointer } from './pointer.ts';
import { createRenderer } from './render.ts';
import { endRow, firstRow, pageRows } from './scroll.ts';
import { createScrollPane } from './scrollPane.ts';
import {
  areaOf,
  covers,
  extendTo,
  isOneCell,
  selectCell,
  selectColumns,
  selectRows,
  start,
  within,
  type Selection,
  type Spot,
} from './selection.ts';
import { createTabStop } from './tabStop.ts';

/** Of the names, without plots, in pixels. */
export const nameHeight = 28;
const cacheBytes = 48 * 1024 * 1024;
/** Columns are asked for in groups, so that scrolling sideways does not ask for each on its own. */
const laneGroup = 16;
/** Columns and rows by which the first widths are decided. */
const fittedColumns = 64;
const fittedRows = 60;

export function createGrid(options: GridOptions): Grid {
  const sheet = make('div', 'sheet', {
    role: 'grid',
    tabindex: '0',
    'aria-label': t('Rows'),
    'aria-multiselectable': 'true',
    'aria-readonly': 'true',
  });
  const header = createHeader(options.paintPlot);
  const headGroup = make('div', 'head-group', { role: 'rowgroup' });
  const body = make('div', 'body', { role: 'rowgroup' });
  headGroup.append(header.element);
  sheet.append(headGroup, body);
  let plotHeight = 0;
  let sighted = '';
  sheet.style.setProperty('--header-height', `${nameHeight}px`);

  let view: GridView = { view: 0, rows: 0, exact: false, numbered: true, records: 0 };
  let selection: Selection = start;
  let inHeader = false;
  let isSticky = false;
  let newFrom = Infinity;
  let order: ReadonlyMap<number, SortKey> = new Map();
  const metrics = createMetrics(sheet);
  const tabStop = createTabStop(sheet);
  let fitted = false;
  let sought = { text: '', matchCase: false };
  let frame = 0;

  const renderer = createRenderer(body);
  const pages = createPages({
    fetch: options.fetch,
    failed(error) {
      options.failed(error);
      schedule();
    },
    arrived(page) {
      if (!fitted && page.rows > 0) fitFirst(page);
      schedule();
    },
    clock: {
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    capacity: cacheBytes,
  });
  /** By its path, which other rows have as well: ids are of the rows that show. */
  let activeColumn: string | undefined;
  /** The path of the column that a sort was asked for by, until the order is there. */
  let sorting: string | undefined;
  const columns = createColumnView({
    ruler: () => metrics.ruler,
    prefsChanged: options.prefsChanged,
    laidOut,
  });
  const pane = createScrollPane({
    sheet,
    headerHeight: () => nameHeight + plotHeight,
    extent: () => ({
      rows: view.rows,
      rowHeight: metrics.rowHeight,
      width: gutter() + columns.layout.pinnedWidth + columns.layout.scrolledWidth,
    }),
    kept: () => selection.active.row,
    changed: schedule,
    rested: options.scrolled,
    hint: thumbWords,
  });

  // Geometry

  function gutter(): number {
    return metrics.gutter(Math.max(view.rows, view.records));
  }

  function lanesWidth(): number {
    return Math.max(0, pane.width - gutter() - columns.layout.pinnedWidth);
  }

  function bounds() {
    return { rows: view.rows, lanes: columns.layout.lanes.length };
  }

  function thumbWords(row: number): string {
    const place = t('{0} of {1}', count(row + 1), view.exact ? count(view.rows) : `~${count(view.rows)}`);
    if (view.numbered) return t('Record {0}', place);
    const record = pages.facts(row)?.record;
    return record ? t('Row {0}, record {1}', place, count(record)) : t('Row {0}', place);
  }

  // Painting

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(paint);
  }

  function paint(): void {
    frame = 0;
    const focused = tabStop.focused();
    const { layout } = columns;
    const { left, state } = pane;
    const from = firstRow(state);
    const to = endRow(state);
    const [laneFrom, laneTo] = lanesBetween(layout, left, left + lanesWidth());
    const { shape, active } = selection;
    const scene = {
      layout,
      laneFrom,
      laneTo,
      left,
      gutter: gutter(),
      selected: areaOf(selection, bounds()),
      wholeColumns: shape === 'columns',
      order,
      plots: plotHeight > 0,
      ownNumbers: !view.numbered && pages.facts(from)?.record === 0,
    };
    pages.look({ from, to, columns: columnsAround(laneFrom, laneTo) });
    header.paint(scene);
    if (plotHeight > 0) tellSight(laneFrom, laneTo);
    renderer.paint({
      ...scene,
      pages,
      from,
      to,
      top: state.top,
      rowHeight: metrics.rowHeight,
      width: pane.width - scene.gutter,
      wholeRows: shape === 'rows' || shape === 'all',
      activeRow: inHeader ? -1 : active.row,
      activeLane: active.lane,
      numbered: view.numbered && view.exact,
      newFrom,
      sought: sought.text,
      matchCase: sought.matchCase,
    });
    keepFocus(focused);
  }

  function columnsAround(laneFrom: number, laneTo: number): number[] {
    const { lanes, pinned } = columns.layout;
    const from = Math.max(pinned, Math.floor(laneFrom / laneGroup) * laneGroup);
    const to = Math.min(lanes.length, Math.ceil((laneTo + 1) / laneGroup) * laneGroup);
    return [...lanes.slice(0, pinned), ...lanes.slice(from, to)].map((lane) => lane.column.id);
  }

  function tellSight(laneFrom: number, laneTo: number): void {
    const { lanes, pinned } = columns.layout;
    const ids = [...lanes.slice(0, pinned), ...lanes.slice(laneFrom, laneTo)].map(({ column }) => column.id);
    const now = ids.join();
    if (now === sighted) return;
    sighted = now;
    options.inSight(ids);
  }

  function keepFocus(focused: boolean): void {
    const { row, lane } = selection.active;
    tabStop.put((inHeader ? header.elementAt(lane) : renderer.elementAt(row, lane)) ?? sheet, focused);
  }

  function fitFirst(page: Page): void {
    fitted = true;
    const to = page.first + Math.min(page.rows, fittedRows);
    columns.fitFirst(page.columns.slice(0, fittedColumns), (id) => textsOf(id, page.first, to));
  }

  function* textsOf(id: number, from: number, to: number): Generator<string> {
    for (let row = from; row < to; row++) {
      const cell = pages.cell(row, id);
      if (cell && cell.kind !== CellKind.Malformed && cell.kind !== CellKind.Failed)
        yield inOneLine(cell).slice(0, 200);
    }
  }

  // Selection

  function select(next: Selection, reveal = true): void {
    selection = within(next, bounds());
    activeColumn = columns.lane(selection.active.lane)?.column.path;
    if (reveal) {
      if (!inHeader && view.rows > 0) pane.move({ type: 'reveal', row: selection.active.row });
      revealLane(selection.active.lane);
    }
    schedule();
    options.selected();
  }

  function revealLane(index: number): void {
    const lane = columns.lane(index);
    if (lane && !lane.pinned) pane.revealSpan(lane.left, lane.width, lanesWidth());
  }

  function isAtEnd(): boolean {
    const { top, scale } = pane.state;
    return top >= scale.topMax - metrics.rowHeight / 2;
  }

  function toEnd(): void {
    pane.move({ type: 'to', top: pane.state.scale.topMax });
    schedule();
  }

  /** The active cell stays on its column wherever that has moved. */
  function laidOut(): void {
    const lane = laneOfPath(columns.layout, activeColumn);
    const moved = lane >= 0 && lane !== selection.active.lane;
    const next = within(moved ? selectCell({ row: selection.active.row, lane }) : selection, bounds());
    if (next !== selection) {
      selection = next;
      options.selected();
    }
    describe();
    pane.resize();
  }

  function act(action: GridAction): void {
    const { lane } = selection.active;
    switch (action.type) {
      case 'copy': {
        options.copy();
        return;
      }
      case 'open': {
        openActive();
        return;
      }
      case 'leave':
        if (isOneCell(selection)) options.leave();
        else select(selectCell(selection.active), false);
        return;
      case 'menu': {
        if (inHeader) openMenu(lane);
        else askForMenu();
        return;
      }
      case 'sort': {
        sortBy(lane, action.more);
        return;
      }
      case 'resize': {
        columns.resize(lane, (columns.lane(lane)?.width ?? 0) + action.pixels);
        return;
      }
      case 'moveColumn': {
        moveLane(lane, lane + action.lanes);
        return;
      }
      case 'fit': {
        fitLane(lane);
        return;
      }
      default: {
        const page = pageRows(pane.state.scale);
        const top = Math.min(Math.max(0, view.rows - 1), Math.ceil(pane.state.top / metrics.rowHeight));
        const next = navigate({ selection, inHeader }, action, bounds(), page, top);
        if (action.type === 'page')
          pane.move({ type: 'by', pixels: action.direction * page * metrics.rowHeight });
        inHeader = next.inHeader;
        select(next.selection, action.type !== 'select');
      }
    }
  }

  // Columns

  function fitLane(index: number): void {
    const lane = columns.lane(index);
    if (!lane) return;
    const texts = textsOf(lane.column.id, firstRow(pane.state), endRow(pane.state));
    columns.fit(index, texts, lanesWidth() - 24);
  }

  function moveLane(from: number, to: number): void {
    columns.move(from, to);
    revealLane(selection.active.lane);
  }

  function openActive(): void {
    const { row, lane } = selection.active;
    if (view.rows > 0) options.openCell(row, columns.lane(lane)?.column);
  }

  function sortBy(index: number, more: boolean): void {
    const lane = columns.lane(index);
    if (!lane) return;
    sorting = lane.column.path;
    options.sort(lane.column, more);
  }

  function openMenu(index: number): void {
    const lane = columns.lane(index);
    const anchor = header.elementAt(index);
    if (lane && anchor) options.openMenu(lane.column, anchor);
  }

  /** The menu of a cell is the editor's: it opens by the event that asks for one. */
  function askForMenu(): void {
    const { row, lane } = selection.active;
    const at = renderer.elementAt(row, lane) ?? sheet;
    const { left, bottom } = at.getBoundingClientRect();
    at.dispatchEvent(
      new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: left, clientY: bottom }),
    );
  }

  // Events

  const pointer = followPointer({
    scroller: pane.scroller,
    sheet,
    header: header.element,
    body,
    place: () => ({
      layout: columns.layout,
      left: pane.left,
      gutter: gutter(),
      top: pane.state.top,
      rowHeight: metrics.rowHeight,
      rows: view.rows,
    }),
    pressCell(spot, extend) {
      inHeader = false;
      if (spot.lane < 0) select(selectRows(selection, spot.row, extend), false);
      else select(extend ? extendTo(selection, spot) : selectCell(spot), false);
    },
    dragCell: (spot) => select(extendTo(selection, spot)),
    pressHead(lane, whole, extend) {
      inHeader = true;
      if (lane < 0) select({ ...selection, shape: 'all' }, false);
      else if (whole) select(selectColumns(selection, lane, extend), false);
      else select(selectCell({ row: selection.active.row, lane }), false);
    },
    sort(lane, more) {
      revealLane(lane);
      sortBy(lane, more);
    },
    openMenu,
    resize: (lane, width) => columns.resize(lane, width),
    fit: fitLane,
    moveColumn: moveLane,
    mark: (x) => header.mark(x),
    open: openActive,
    holdThumb: () => pane.holdThumb(),
    focus: () => tabStop.focus(),
    context,
    focused: () => ({ spot: selection.active, inHeader }),
  });

  /** What the editor's menu is told of a place; a cell outside of the selection is selected first. */
  function context(target: 'cell' | 'header', spot: Spot): string {
    const inside = covers(areaOf(selection, bounds()), spot.row, Math.max(0, spot.lane));
    if (target === 'cell' && !inside) select(selectCell(spot), false);
    const lane = columns.lane(spot.lane);
    // Beside the cells, and on a record that cannot be read, there is no value to look for.
    const isRecord = target === 'cell' && (!lane || pages.facts(spot.row)?.raw !== undefined);
    const kind = target === 'cell' && lane ? pages.cell(spot.row, lane.column.id)?.kind : undefined;
    const isNull = kind === CellKind.Null || kind === CellKind.Missing;
    return JSON.stringify({
      webviewSection: isRecord ? 'record' : isNull ? 'null' : target,
      column: lane?.column.id ?? -1,
      row: target === 'header' ? -1 : spot.row,
      pinned: lane?.pinned ?? false,
      sorted: lane !== undefined && columns.isSorted(lane.column.id),
      hides: columns.prefs.hidden.length > 0,
      preventDefaultContextMenuItems: true,
    });
  }

  sheet.addEventListener('keydown', (event) => {
    const action = actionOf(event, inHeader);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (inHeader && action.type === 'move' && action.rows > 0 && focusPlot()) return;
    act(action);
  });

  /** Down from a name there is its plot, where there is one to walk. */
  function focusPlot(): boolean {
    const plot = header
      .elementAt(selection.active.lane)
      ?.querySelector<SVGElement | HTMLElement>('[role=listbox]');
    plot?.focus({ preventScroll: true });
    return plot !== null && plot !== undefined;
  }

  // On some systems the editor copies by itself, which only shows as this event.
  sheet.addEventListener('copy', (event) => {
    event.preventDefault();
    options.copy();
  });
  // The editor's own "select all" would mark the text around the grid as well.
  document.addEventListener('selectstart', keepSelection);

  function keepSelection(event: Event): void {
    if (tabStop.focused()) event.preventDefault();
  }

  function describe(): void {
    sheet.setAttribute('aria-rowcount', view.exact ? String(view.rows + 1) : '-1');
    sheet.setAttribute('aria-colcount', String(columns.layout.lanes.length + 1));
  }

  return {
    element: pane.element,
    show(next) {
      view = next;
      pages.reset(view.view, view.rows);
      selection = selectCell({ row: 0, lane: Math.max(0, selection.active.lane) });
      metrics.measure();
      columns.layAgain();
      pane.restart();
      options.selected();
    },
    grow(next) {
      const sharper = next.exact && !view.exact;
      // A view is at its end before its first rows come: those that a query finds are looked at from the first one on.
      const stays = isSticky && view.exact && next.rows > view.rows && isAtEnd();
      view = next;
      pages.grow(view.rows);
      if (sharper) pages.refresh();
      selection = within(selection, bounds());
      describe();
      pane.resize();
      if (stays) toEnd();
    },
    setSticky: (sticky) => (isSticky = sticky),
    setNew(from) {
      if (from === newFrom) return;
      newFrom = from;
      schedule();
    },
    toEnd,
    get isAtEnd() {
      return isAtEnd();
    },
    refresh: () => pages.refresh(),
    setColumns(next) {
      if (!columns.hasWidths(next.slice(0, fittedColumns))) fitted = false;
      columns.setColumns(next);
    },
    setPlotHeight(height) {
      if (height === plotHeight) return;
      plotHeight = height;
      sighted = '';
      sheet.style.setProperty('--header-height', `${nameHeight + height}px`);
      sheet.style.setProperty('--plot-height', `${height}px`);
      pane.resize();
      schedule();
    },
    leavePlot(to) {
      if (to === 'head') header.elementAt(selection.active.lane)?.focus({ preventScroll: true });
      else act({ type: 'move', rows: 1, lanes: 0, extend: false });
    },
    setOrder(next) {
      order = next;
      columns.setSorted(new Set(next.keys()));
      // The icon has made it wider.
      const lane = laneOfPath(columns.layout, sorting);
      if (next.has(columns.lane(lane)?.column.id ?? -1)) revealLane(lane);
      sorting = undefined;
      schedule();
    },
    setPrefs: (prefs) => columns.setPrefs(prefs),
    goTo(row, lane = selection.active.lane, above) {
      inHeader = false;
      if (above !== undefined) {
        // What has just come up above the grid has taken its room already, though nobody has told of it yet.
        pane.resize();
        pane.move({ type: 'place', row, above });
      }
      select(selectCell({ row, lane }));
    },
    goToLane: (lane) => select(selectCell({ row: selection.active.row, lane })),
    select: (next) => select(next, false),
    fit: (id) => fitLane(columns.laneOf(id)),
    resize(id, pixels) {
      const lane = columns.laneOf(id);
      columns.resize(lane, (columns.lane(lane)?.width ?? 0) + pixels);
    },
    moveColumn(id, lanes) {
      const lane = columns.laneOf(id);
      moveLane(lane, lane + lanes);
    },
    selectColumn: (id) => select(selectColumns(selection, columns.laneOf(id), false)),
    seek(text, matchCase) {
      sought = { text: matchCase ? text : text.toLowerCase(), matchCase };
      schedule();
    },
    focus: () => tabStop.focus(),
    cell: (row, column) => pages.cell(row, column),
    facts: (row) => pages.facts(row),
    get selection() {
      return selection;
    },
    get area() {
      return areaOf(selection, bounds());
    },
    get layout() {
      return columns.layout;
    },
    get prefs() {
      return columns.prefs;
    },
    get view() {
      return view;
    },
    get topRow() {
      return pane.state.top / metrics.rowHeight;
    },
    get rowHeight() {
      return metrics.rowHeight;
    },
    aboveOf: (row) => row * metrics.rowHeight - pane.state.top,
    close() {
      pane.close();
      pages.close();
      pointer.close();
      document.removeEventListener('selectstart', keepSelection);
      if (frame !== 0) cancelAnimationFrame(frame);
    },
  };
}
