/**
 * The grid: a view of any number of rows and columns in a scrolled element. It owns the scroll state, the columns'
 * layout, the selection and the page cache, and paints at most once a frame.
 */
import { CellKind, type ColumnInfo, type Page } from '../../protocol/preview.ts';
import { make } from '../dom.ts';
import { count, t } from '../l10n.ts';
import {
  laneOf,
  lanesBetween,
  layOut,
  noPrefs,
  withMoved,
  withWidth,
  type ColumnLayout,
  type ColumnPrefs,
} from './columns.ts';
import { createRuler, fitWidth, guessWidth } from './fit.ts';
import { createHeader } from './header.ts';
import { actionOf, type GridAction } from './keys.ts';
import { createPages, type RowFacts, type RowsRequest } from './pages.ts';
import { followPointer } from './pointer.ts';
import { createRenderer } from './render.ts';
import {
  endRow,
  firstRow,
  mustSettle,
  pageRows,
  scaleOf,
  scrolled,
  startOf,
  type ScrollMove,
} from './scroll.ts';
import {
  areaOf,
  covers,
  extendTo,
  selectCell,
  selectColumns,
  selectRows,
  start,
  within,
  type Area,
  type Selection,
  type Spot,
} from './selection.ts';
import type { Cell } from './cells.ts';

export interface GridOptions {
  readonly fetch: (request: RowsRequest, signal: AbortSignal) => Promise<Page>;
  readonly failed: (error: unknown) => void;
  readonly selected: () => void;
  readonly prefsChanged: (prefs: ColumnPrefs) => void;
  readonly scrolled: () => void;
  readonly openMenu: (column: ColumnInfo, anchor: HTMLElement) => void;
  readonly openRecord: () => void;
  readonly copy: () => void;
  readonly leave: () => void;
}

export interface GridView {
  readonly view: number;
  readonly rows: number;
  /** Whether `rows` is the last word. */
  readonly exact: boolean;
  /** Whether row n is record n + 1. */
  readonly numbered: boolean;
}

export interface Grid {
  readonly element: HTMLElement;
  /** Another view: at its first row, until told otherwise. */
  show(view: GridView): void;
  /** The same view, known further. */
  grow(view: GridView): void;
  refresh(): void;
  setColumns(columns: readonly ColumnInfo[]): void;
  setPrefs(prefs: ColumnPrefs): void;
  /** Selects a row's cell and brings it into sight; `above` pixels from the upper edge where that is given. */
  goTo(row: number, lane?: number, above?: number): void;
  revealLane(lane: number): void;
  fit(id: number): void;
  resize(id: number, pixels: number): void;
  moveColumn(id: number, lanes: number): void;
  selectColumn(id: number): void;
  seek(text: string, matchCase: boolean): void;
  focus(): void;
  cell(row: number, column: number): Cell | undefined;
  facts(row: number): RowFacts | undefined;
  readonly selection: Selection;
  readonly area: Area;
  readonly layout: ColumnLayout;
  readonly prefs: ColumnPrefs;
  readonly view: GridView;
  /** First row in sight, with the part of it that is out of sight, in rows. */
  readonly topRow: number;
  readonly rowHeight: number;
  /** Distance of a row from the upper edge, in pixels. */
  aboveOf(row: number): number;
  close(): void;
}

const headerHeight = 28;
const cacheBytes = 48 * 1024 * 1024;
/** Columns are asked for in groups, so that scrolling sideways does not ask for each on its own. */
const laneGroup = 16;
/** Columns whose width follows from the first page. */
const fittedAtFirst = 64;

export function createGrid(options: GridOptions): Grid {
  const element = make('div', 'grid-pane');
  const scroller = make('div', 'scroller');
  const canvas = make('div', 'canvas');
  const sheet = make('div', 'sheet', { role: 'grid', tabindex: '0', 'aria-label': t('Rows') });
  sheet.setAttribute('aria-multiselectable', 'true');
  sheet.setAttribute('aria-readonly', 'true');
  const header = createHeader();
  const body = make('div', 'body', { role: 'rowgroup' });
  const headGroup = make('div', 'head-group', { role: 'rowgroup' });
  const hint = make('div', 'thumb-hint', { 'aria-hidden': 'true' });
  hint.hidden = true;
  headGroup.append(header.element);
  sheet.append(headGroup, body);
  canvas.append(sheet);
  scroller.append(canvas);
  element.append(scroller, hint);

  const renderer = createRenderer(body);
  const pages = createPages({
    fetch: options.fetch,
    arrived,
    failed: options.failed,
    clock: {
      now: () => performance.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    },
    capacity: cacheBytes,
  });

  let view: GridView = { view: 0, rows: 0, exact: false, numbered: true };
  let columns: readonly ColumnInfo[] = [];
  let prefs = noPrefs;
  let rowHeight = 22;
  let ruler = createRuler(element);
  const widths = new Map<string, number>();
  let fitted = false;
  let layout: ColumnLayout = layOut(columns, prefs, widthOf);
  let scroll = startOf(scaleOf(0, rowHeight, 0));
  let left = 0;
  let width = 0;
  let selection: Selection = start;
  let inHeader = false;
  let tabStop: HTMLElement = sheet;
  let sought = '';
  let matchCase = false;
  let thumb = false;
  let frame = 0;

  function widthOf(column: ColumnInfo): number {
    return widths.get(column.path) ?? guessWidth(column, ruler);
  }

  // Geometry

  function gutter(): number {
    const digits = count(Math.max(999, view.rows)).length;
    return Math.ceil(ruler.cell('8'.repeat(digits)) + 34);
  }

  function lanesWidth(): number {
    return Math.max(0, width - gutter() - layout.pinnedWidth);
  }

  function measure(): void {
    const style = getComputedStyle(sheet);
    const fontSize = parseFloat(style.fontSize) || 13;
    ruler = createRuler(sheet);
    rowHeight = Math.max(18, Math.round(fontSize * 1.7));
    sheet.style.setProperty('--row-height', `${rowHeight}px`);
    sheet.style.setProperty('--header-height', `${headerHeight}px`);
    resized();
  }

  function resized(): void {
    width = scroller.clientWidth;
    const viewport = Math.max(0, scroller.clientHeight - headerHeight);
    sheet.style.width = `${width}px`;
    sheet.style.height = `${scroller.clientHeight}px`;
    const scale = scaleOf(view.rows, rowHeight, viewport);
    canvas.style.height = `${scale.canvas + headerHeight}px`;
    canvas.style.width = `${gutter() + layout.pinnedWidth + layout.scrolledWidth}px`;
    move({ type: 'scale', scale });
  }

  function move(change: ScrollMove): void {
    scroll = scrolled(scroll, change);
    if (Math.abs(scroller.scrollTop - scroll.native) >= 1) scroller.scrollTop = scroll.native;
    // The browser rounds the position; what it made of it is what the next move counts from.
    scroll = { ...scroll, native: scroller.scrollTop };
    schedule();
  }

  function onScroll(): void {
    left = scroller.scrollLeft;
    if (scroller.scrollTop !== scroll.native) {
      scroll = scrolled(scroll, { type: 'native', native: scroller.scrollTop, thumb });
      if (!thumb && mustSettle(scroll)) move({ type: 'settle' });
      if (thumb) showHint();
    }
    schedule();
  }

  function rest(): void {
    thumb = false;
    hint.hidden = true;
    move({ type: 'settle' });
    options.scrolled();
  }

  function showHint(): void {
    const row = Math.min(view.rows - 1, Math.ceil(scroll.top / rowHeight));
    const record = view.numbered ? row + 1 : pages.facts(row)?.record;
    const place = t('{0} of {1}', count(row + 1), view.exact ? count(view.rows) : `~${count(view.rows)}`);
    hint.textContent = view.numbered
      ? t('Record {0}', place)
      : record
        ? t('Row {0}, record {1}', place, count(record))
        : t('Row {0}', place);
    const { scale } = scroll;
    const share = scale.nativeMax > 0 ? scroll.native / scale.nativeMax : 0;
    hint.style.transform = `translateY(${headerHeight + share * Math.max(0, scale.viewport - 40)}px)`;
    hint.hidden = false;
  }

  // Painting

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(paint);
  }

  function arrived(page: Page): void {
    if (!fitted && page.rows > 0) fitFirst(page);
    schedule();
  }

  /** The first page decides how wide the columns are that nobody has resized. */
  function fitFirst(page: Page): void {
    fitted = true;
    const row = page.first;
    for (const id of page.columns.slice(0, fittedAtFirst)) {
      const column = columns.find((other) => other.id === id);
      if (!column) continue;
      widths.set(column.path, fitWidth(column, textsOf(id, row, row + Math.min(page.rows, 60)), ruler, 320));
    }
    relayOut();
  }

  function* textsOf(id: number, from: number, to: number): Generator<string> {
    for (let row = from; row < to; row++) {
      const cell = pages.cell(row, id);
      if (cell && cell.kind !== CellKind.Malformed) yield cell.text.slice(0, 200);
    }
  }

  function paint(): void {
    frame = 0;
    const held = document.activeElement;
    const focused = held !== null && sheet.contains(held);
    const from = firstRow(scroll);
    const to = endRow(scroll);
    const [laneFrom, laneTo] = lanesBetween(layout, left, left + lanesWidth());
    const scene = {
      layout,
      laneFrom,
      laneTo,
      left,
      gutter: gutter(),
      selected: areaOf(selection, bounds()),
    };
    pages.look({ from, to, columns: columnsFor(laneFrom, laneTo) });
    header.paint({ ...scene, wholeColumns: selection.shape === 'columns' });
    renderer.paint({
      ...scene,
      pages,
      from,
      to,
      top: scroll.top,
      rowHeight,
      width: width - gutter(),
      wholeRows: selection.shape === 'rows' || selection.shape === 'all',
      activeRow: inHeader ? -1 : selection.active.row,
      activeLane: selection.active.lane,
      numbered: view.numbered && view.exact,
      sought,
      matchCase,
    });
    keepFocus(focused);
  }

  function columnsFor(laneFrom: number, laneTo: number): number[] {
    const from = Math.max(layout.pinned, Math.floor(laneFrom / laneGroup) * laneGroup);
    const to = Math.min(layout.lanes.length, Math.ceil((laneTo + 1) / laneGroup) * laneGroup);
    const shown = [...layout.lanes.slice(0, layout.pinned), ...layout.lanes.slice(from, to)];
    return shown.map((lane) => lane.column.id);
  }

  /** One tab stop: the active cell where it is in sight, else the grid itself. */
  function keepFocus(focused: boolean): void {
    const target =
      (inHeader
        ? header.elementAt(selection.active.lane)
        : renderer.elementAt(selection.active.row, selection.active.lane)) ?? sheet;
    if (tabStop !== target) {
      tabStop.tabIndex = -1;
      tabStop = target;
      tabStop.tabIndex = 0;
    }
    if (focused && document.activeElement !== target) target.focus({ preventScroll: true });
  }

  // Selection

  function bounds() {
    return { rows: view.rows, lanes: layout.lanes.length };
  }

  function select(next: Selection, reveal = true): void {
    selection = within(next, bounds());
    if (reveal) revealActive();
    schedule();
    options.selected();
  }

  function revealActive(): void {
    const { row, lane } = selection.active;
    if (!inHeader && view.rows > 0) move({ type: 'reveal', row });
    revealLane(lane);
  }

  function revealLane(index: number): void {
    const lane = layout.lanes.at(index);
    if (!lane || index < 0 || lane.pinned) return;
    const room = lanesWidth();
    if (lane.left < left) scroller.scrollLeft = lane.left;
    else if (lane.left + lane.width > left + room) {
      scroller.scrollLeft = Math.min(lane.left, lane.left + lane.width - room);
    }
    left = scroller.scrollLeft;
  }

  function act(action: GridAction): void {
    const { active } = selection;
    switch (action.type) {
      case 'move': {
        if (inHeader && action.rows > 0) {
          inHeader = false;
          select(selectCell({ row: firstWhole(), lane: active.lane }));
          return;
        }
        if (action.rows < 0 && active.row === 0 && !action.extend && !inHeader) {
          inHeader = true;
          select(selectCell(active));
          return;
        }
        go(
          { row: active.row + (inHeader ? 0 : action.rows), lane: active.lane + action.lanes },
          action.extend,
        );
        return;
      }
      case 'page': {
        const rows = action.direction * pageRows(scroll.scale);
        inHeader = false;
        move({ type: 'by', pixels: rows * rowHeight });
        go({ row: active.row + rows, lane: active.lane }, action.extend);
        return;
      }
      case 'edge':
        if (action.edge !== 'firstLane' && action.edge !== 'lastLane') inHeader = false;
        go(edgeOf(action.edge), action.extend);
        return;
      case 'selectAll':
        select({ ...selection, shape: 'all' }, false);
        return;
      case 'selectRow':
        select(selectRows(selection, active.row, false), false);
        return;
      case 'selectColumn':
        select(selectColumns(selection, active.lane, false), false);
        return;
      case 'copy':
        options.copy();
        return;
      case 'open':
        options.openRecord();
        return;
      case 'leave':
        if (selection.shape === 'cells' && selection.anchor === selection.active) options.leave();
        else select(selectCell(active), false);
        return;
      case 'menu':
        openMenu(active.lane);
        return;
      case 'resize':
        resizeLane(active.lane, (layout.lanes.at(active.lane)?.width ?? 0) + action.pixels);
        return;
      case 'moveColumn':
        moveLane(active.lane, active.lane + action.lanes);
        return;
      case 'fit':
        fitLane(active.lane);
        return;
    }
  }

  function go(spot: Spot, extend: boolean): void {
    const fit = {
      row: Math.max(0, Math.min(view.rows - 1, spot.row)),
      lane: Math.max(-1, Math.min(layout.lanes.length - 1, spot.lane)),
    };
    select(extend ? extendTo(selection, fit) : selectCell(fit));
  }

  function edgeOf(edge: string): Spot {
    const { row, lane } = selection.active;
    const lastLane = layout.lanes.length - 1;
    switch (edge) {
      case 'firstRow':
        return { row: 0, lane };
      case 'lastRow':
        return { row: view.rows - 1, lane };
      case 'firstLane':
        return { row, lane: 0 };
      case 'lastLane':
        return { row, lane: lastLane };
      case 'firstCell':
        return { row: 0, lane: 0 };
      default:
        return { row: view.rows - 1, lane: lastLane };
    }
  }

  function firstWhole(): number {
    return Math.min(Math.max(0, view.rows - 1), Math.ceil(scroll.top / rowHeight));
  }

  // Columns

  function relayOut(): void {
    const activeId = layout.lanes.at(selection.active.lane)?.column.id;
    layout = layOut(columns, prefs, widthOf);
    const lane = activeId === undefined ? -1 : laneOf(layout, activeId);
    if (selection.active.lane >= 0 && lane >= 0 && lane !== selection.active.lane) {
      selection = selectCell({ row: selection.active.row, lane });
    }
    const fitting = within(selection, bounds());
    if (fitting !== selection) {
      selection = fitting;
      options.selected();
    }
    resized();
  }

  function changePrefs(next: ColumnPrefs): void {
    if (next === prefs) return;
    prefs = next;
    relayOut();
    options.prefsChanged(prefs);
  }

  function resizeLane(index: number, pixels: number): void {
    const lane = index < 0 ? undefined : layout.lanes.at(index);
    if (lane) changePrefs(withWidth(prefs, lane.column.path, pixels));
  }

  function fitLane(index: number): void {
    const lane = index < 0 ? undefined : layout.lanes.at(index);
    if (!lane) return;
    const texts = textsOf(lane.column.id, firstRow(scroll), endRow(scroll));
    resizeLane(index, fitWidth(lane.column, texts, ruler, Math.max(320, lanesWidth() - 24)));
  }

  function moveLane(from: number, to: number): void {
    if (from < 0 || to < 0 || to >= layout.lanes.length) return;
    changePrefs(withMoved(prefs, columns, layout, from, to));
    revealLane(selection.active.lane);
  }

  function openMenu(index: number): void {
    const lane = index < 0 ? undefined : layout.lanes.at(index);
    const anchor = header.elementAt(index);
    if (lane && anchor) options.openMenu(lane.column, anchor);
  }

  // Events

  const pointer = followPointer({
    scroller,
    sheet,
    header: header.element,
    body,
    place: () => ({ layout, left, gutter: gutter(), top: scroll.top, rowHeight, rows: view.rows, width }),
    pressCell(spot, extend) {
      inHeader = false;
      if (spot.lane < 0) select(selectRows(selection, spot.row, extend), false);
      else select(extend ? extendTo(selection, spot) : selectCell(spot), false);
    },
    dragCell(spot) {
      select(extendTo(selection, spot));
    },
    pressHead(lane, extend) {
      inHeader = true;
      if (lane < 0) select({ ...selection, shape: 'all' }, false);
      else select(selectColumns(selection, lane, extend), false);
    },
    openMenu,
    resize: resizeLane,
    fit: fitLane,
    moveColumn: moveLane,
    mark: (x) => header.mark(x),
    open: () => options.openRecord(),
    holdThumb() {
      thumb = true;
    },
    context(target, spot) {
      const lane = spot.lane < 0 ? undefined : layout.lanes.at(spot.lane);
      const section = target === 'header' ? 'header' : 'cell';
      if (target === 'cell' && !covers(areaOf(selection, bounds()), spot.row, Math.max(0, spot.lane))) {
        select(selectCell(spot), false);
      }
      return JSON.stringify({
        webviewSection: section,
        column: lane?.column.id ?? -1,
        row: target === 'header' ? -1 : spot.row,
        pinned: lane?.pinned ?? false,
        preventDefaultContextMenuItems: true,
      });
    },
    active: () => ({ spot: selection.active, inHeader }),
  });

  sheet.addEventListener('keydown', (event) => {
    const action = actionOf(event, inHeader);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    act(action);
  });
  scroller.addEventListener('scroll', onScroll, { passive: true });
  scroller.addEventListener('scrollend', rest);
  const observer = new ResizeObserver(resized);
  observer.observe(scroller);

  return {
    element,
    show(next) {
      view = next;
      pages.reset(view.view, view.rows);
      inHeader = false;
      selection = selectCell({ row: 0, lane: Math.max(0, selection.active.lane) });
      scroll = startOf(scaleOf(view.rows, rowHeight, scroll.scale.viewport));
      describe();
      measure();
      move({ type: 'to', top: 0 });
      options.selected();
    },
    grow(next) {
      const sharper = next.exact && !view.exact;
      view = next;
      pages.grow(view.rows);
      if (sharper) pages.refresh();
      selection = within(selection, bounds());
      describe();
      resized();
    },
    refresh: () => pages.refresh(),
    setColumns(next) {
      columns = next;
      relayOut();
      describe();
    },
    setPrefs: changePrefs,
    goTo(row, lane = selection.active.lane, above) {
      inHeader = false;
      const spot = { row: Math.max(0, Math.min(view.rows - 1, row)), lane };
      if (above !== undefined) move({ type: 'place', row: spot.row, above });
      select(selectCell(spot));
    },
    revealLane(lane) {
      select(selectCell({ row: selection.active.row, lane }));
    },
    fit: (id) => fitLane(laneOf(layout, id)),
    resize: (id, pixels) => {
      const index = laneOf(layout, id);
      resizeLane(index, (layout.lanes.at(index)?.width ?? 0) + pixels);
    },
    moveColumn: (id, lanes) => moveLane(laneOf(layout, id), laneOf(layout, id) + lanes),
    selectColumn: (id) => select(selectColumns(selection, laneOf(layout, id), false)),
    seek(text, exactCase) {
      sought = exactCase ? text : text.toLowerCase();
      matchCase = exactCase;
      schedule();
    },
    focus: () => tabStop.focus({ preventScroll: true }),
    cell: (row, column) => pages.cell(row, column),
    facts: (row) => pages.facts(row),
    get selection() {
      return selection;
    },
    get area() {
      return areaOf(selection, bounds());
    },
    get layout() {
      return layout;
    },
    get prefs() {
      return prefs;
    },
    get view() {
      return view;
    },
    get topRow() {
      return scroll.top / rowHeight;
    },
    get rowHeight() {
      return rowHeight;
    },
    aboveOf: (row) => row * rowHeight - scroll.top,
    close() {
      observer.disconnect();
      pages.close();
      pointer.close();
      if (frame !== 0) cancelAnimationFrame(frame);
    },
  };

  function describe(): void {
    sheet.setAttribute('aria-rowcount', view.exact ? String(view.rows + 1) : '-1');
    sheet.setAttribute('aria-colcount', String(layout.lanes.length + 1));
  }
}
