/**
 * The grid's body: pooled rows of pooled cells, painted from the caches. An element is only touched where what it
 * shows has changed, and only rows and columns in sight have elements.
 */
import { CellKind } from '../../protocol/preview.ts';
import { make } from '../dom.ts';
import { asSentence, count, t, words } from '../l10n.ts';
import { sentence } from '../link.ts';
import { visible } from '../visible.ts';
import type { Cell } from './cells.ts';
import type { ColumnLayout } from './columns.ts';
import { inOneLine, lookOf, spoken, type Look } from './look.ts';
import type { Pages, RowFacts } from './pages.ts';
import { covers, type Area } from './selection.ts';

/** All that a painting depends on. Ranges are half-open. */
export interface Scene {
  readonly pages: Pages;
  readonly layout: ColumnLayout;
  readonly from: number;
  readonly to: number;
  readonly laneFrom: number;
  readonly laneTo: number;
  /** True position of the view's upper edge, in pixels. */
  readonly top: number;
  readonly left: number;
  readonly rowHeight: number;
  readonly gutter: number;
  readonly width: number;
  readonly selected: Area;
  /** Rows are selected as wholes, with their numbers. */
  readonly wholeRows: boolean;
  readonly wholeColumns: boolean;
  readonly activeRow: number;
  readonly activeLane: number;
  /** Whether row n is record n + 1, so that the number shows before the record is here. */
  readonly numbered: boolean;
  /** Rows from this one on have come since the reader looked last. */
  readonly newFrom: number;
  /** Text that is looked for, in lower case unless `matchCase`; '' for none. */
  readonly sought: string;
  readonly matchCase: boolean;
}

/** The lane of an element that shows nothing. */
const nowhere = -2;

interface CellView {
  readonly element: HTMLElement;
  readonly node: Text;
  lane: number;
  width: number;
  text: string;
  className: string;
  label: string | undefined;
  selected: boolean;
}

interface RowView {
  readonly element: HTMLElement;
  readonly gutter: CellView;
  readonly pinnedPart: HTMLElement;
  readonly strip: HTMLElement;
  readonly stripClip: HTMLElement;
  readonly pinned: CellView[];
  readonly cells: CellView[];
  readonly raw: CellView;
  row: number;
  y: number;
  shift: number;
  pinnedWidth: number;
  active: boolean;
  /** Which of the two marks of new rows it has: another one begins to fade anew. */
  mark: '' | 'new' | 'new-again';
}

export interface Renderer {
  paint(scene: Scene): void;
  /** The element of a cell in sight; lane -1 is the record number. */
  elementAt(row: number, lane: number): HTMLElement | undefined;
}

export function createRenderer(body: HTMLElement): Renderer {
  let pool: RowView[] = [];
  let layout: ColumnLayout | undefined;

  function paint(scene: Scene): void {
    const size = scene.to - scene.from;
    if (pool.length < size || pool.length > 3 * size + 16) resize(size + 4);
    if (layout !== scene.layout) {
      layout = scene.layout;
      for (const row of pool) for (const cell of [...row.pinned, ...row.cells]) cell.lane = nowhere;
    }
    for (const view of pool) {
      if (view.row >= 0 && (view.row < scene.from || view.row >= scene.to)) hide(view);
    }
    for (let row = scene.from; row < scene.to; row++) {
      const view = pool.at(row % pool.length);
      if (view) paintRow(view, row, scene);
    }
  }

  function resize(size: number): void {
    for (const view of pool) view.element.remove();
    pool = Array.from({ length: size }, createRow);
    body.append(...pool.map((view) => view.element));
  }

  return {
    paint,
    elementAt(row, lane) {
      const view = pool.length > 0 ? pool.at(row % pool.length) : undefined;
      if (view?.row !== row) return undefined;
      if (lane < 0) return view.gutter.element;
      if (!view.raw.element.hidden) return view.raw.element;
      return [...view.pinned, ...view.cells].find((cell) => cell.lane === lane)?.element;
    },
  };
}

function createCell(role: string): CellView {
  const element = make('div', 'cell', { role, tabindex: '-1' });
  const node = document.createTextNode('');
  element.append(node);
  return {
    element,
    node,
    lane: nowhere,
    width: -1,
    text: '',
    className: 'cell',
    label: undefined,
    selected: false,
  };
}

function createRow(): RowView {
  const element = make('div', 'row', { role: 'row' });
  const gutter = createCell('rowheader');
  gutter.element.setAttribute('aria-colindex', '1');
  const pinnedPart = make('div', 'pinned-part', { role: 'presentation' });
  const stripClip = make('div', 'strip-clip', { role: 'presentation' });
  const strip = make('div', 'strip', { role: 'presentation' });
  const raw = createCell('gridcell');
  raw.element.hidden = true;
  raw.element.setAttribute('aria-colindex', '2');
  stripClip.append(strip);
  element.append(gutter.element, pinnedPart, stripClip, raw.element);
  element.hidden = true;
  return {
    element,
    gutter,
    pinnedPart,
    strip,
    stripClip,
    pinned: [],
    cells: [],
    raw,
    row: -1,
    y: NaN,
    shift: NaN,
    pinnedWidth: -1,
    active: false,
    mark: '',
  };
}

function hide(view: RowView): void {
  view.row = -1;
  view.element.hidden = true;
  setActive(view, false);
}

/** Also of rows out of sight: whoever asks for the active row finds one element, or none. */
function setActive(view: RowView, active: boolean): void {
  if (view.active === active) return;
  view.active = active;
  view.element.classList.toggle('active', active);
}

function paintRow(view: RowView, row: number, scene: Scene): void {
  const { element } = view;
  markNew(view, row, row >= scene.newFrom);
  if (view.row !== row) {
    if (view.row < 0) element.hidden = false;
    view.row = row;
    element.setAttribute('aria-rowindex', String(row + 2));
  }
  const y = row * scene.rowHeight - scene.top;
  if (view.y !== y) {
    view.y = y;
    element.style.transform = `translateY(${y}px)`;
  }
  const active = row === scene.activeRow;
  setActive(view, active);
  const shift = (scene.layout.lanes.at(scene.laneFrom)?.left ?? 0) - scene.left;
  if (view.shift !== shift) {
    view.shift = shift;
    view.strip.style.transform = `translateX(${shift}px)`;
  }
  if (view.pinnedWidth !== scene.layout.pinnedWidth) {
    view.pinnedWidth = scene.layout.pinnedWidth;
    view.pinnedPart.style.width = `${view.pinnedWidth}px`;
  }

  const facts = scene.pages.facts(row);
  paintGutter(view.gutter, row, facts, scene);
  const look = wholeRowLook(facts, scene.pages.failure(row), scene.width);
  view.stripClip.hidden = look !== undefined;
  view.pinnedPart.hidden = look !== undefined;
  view.raw.element.hidden = look === undefined;
  if (look) {
    const { top, bottom } = scene.selected;
    const selected = !scene.wholeColumns && row >= top && row <= bottom;
    const found = facts?.raw && isFound(facts.raw, scene);
    const current = active && scene.activeLane >= 0;
    setCell(view.raw, look.text, marked(look, found, current), undefined, selected);
    return;
  }
  paintPart(view.pinnedPart, view.pinned, row, 0, scene.layout.pinned, scene);
  paintPart(view.strip, view.cells, row, scene.laneFrom, scene.laneTo, scene);
}

/** What shows in the place of all cells of a row, where there is such a thing. */
function wholeRowLook(facts: RowFacts | undefined, failure: unknown, width: number): Look | undefined {
  if (!facts) return failure === undefined ? undefined : failed(sentence(failure));
  const { raw, fault } = facts;
  if (raw?.kind === CellKind.Failed && fault) return failed(asSentence(fault));
  return raw && lookOf(raw, width);
}

function failed(why: string): Look {
  return { text: visible(why), className: 'cell malformed failed' };
}

/** A mark that fades does so to its end; one that does not is there as long as the row is new. */
function markNew(view: RowView, row: number, isNew: boolean): void {
  const isOther = view.row !== row;
  if (!isOther && isNew === (view.mark !== '')) return;
  if (!isOther && !isNew && view.element.getAnimations().length > 0) return;
  const mark = !isNew ? '' : view.mark === 'new' ? 'new-again' : 'new';
  if (mark === view.mark) return;
  if (view.mark) view.element.classList.remove(view.mark);
  if (mark) view.element.classList.add(mark);
  view.mark = mark;
}

/**
 * A lane keeps its element while it is in sight: the element's place in the pool follows from the lane, its
 * place on the screen from its order. Cells are in the flow, since each positioned one would be a layer of its
 * own to the browser.
 */
function paintPart(
  parent: HTMLElement,
  cells: CellView[],
  row: number,
  from: number,
  to: number,
  scene: Scene,
): void {
  const size = to - from;
  if (cells.length < size || cells.length > 4 * size + 32) {
    for (const cell of cells.splice(0)) cell.element.remove();
    for (let index = 0; index < size + 2; index++) cells.push(createCell('gridcell'));
    parent.append(...cells.map((cell) => cell.element));
  }
  for (let lane = from; lane < to; lane++) paintCell(cells.at(lane % cells.length), row, lane, scene);
  for (const cell of cells) {
    if (cell.lane >= from && cell.lane < to) continue;
    cell.lane = nowhere;
    if (!cell.element.hidden) cell.element.hidden = true;
  }
}

function paintGutter(
  view: CellView,
  row: number,
  facts: RowFacts | undefined,
  { numbered, gutter, selected, wholeRows, activeRow, activeLane }: Scene,
): void {
  if (view.width !== gutter) {
    view.width = gutter;
    view.element.style.width = `${gutter}px`;
  }
  // Rows that come from no single record, as of an aggregate, are numbered by themselves.
  const record = facts ? facts.record || row + 1 : numbered ? row + 1 : 0;
  // A header of a row has a text, also before its number is known.
  const text = record > 0 ? count(record) : '\u2026';
  const fault = facts?.fault ? words(facts.fault) : '';
  const label = fault
    ? facts?.raw?.kind === CellKind.Failed
      ? t('Record {0}, failed: {1}', text, fault)
      : t('Record {0}, malformed: {1}', text, fault)
    : record > 0
      ? undefined
      : t('not loaded yet');
  const isSelected = wholeRows && row >= selected.top && row <= selected.bottom;
  const current = row === activeRow && activeLane < 0;
  const className = `cell gutter${fault ? ' faulty' : ''}${current ? ' current' : ''}`;
  if (view.element.title !== fault) view.element.title = fault;
  setCell(view, text, className, label, isSelected);
}

function paintCell(view: CellView | undefined, row: number, index: number, scene: Scene): void {
  const lane = scene.layout.lanes.at(index);
  if (!view || !lane) return;
  if (view.lane !== index) {
    view.lane = index;
    view.element.hidden = false;
    view.element.setAttribute('aria-colindex', String(index + 2));
    view.element.style.order = String(index);
  }
  if (view.width !== lane.width) {
    view.width = lane.width;
    view.element.style.width = `${lane.width}px`;
  }
  const cell = scene.pages.cell(row, lane.column.id);
  const failure = cell ? undefined : scene.pages.failure(row);
  const look =
    failure === undefined
      ? lookOf(cell, lane.width)
      : { text: visible(sentence(failure)), className: 'cell failed' };
  const found = cell && isFound(cell, scene);
  const current = row === scene.activeRow && index === scene.activeLane;
  setCell(
    view,
    look.text,
    marked(look, found, current),
    failure === undefined ? spoken(cell) : undefined,
    covers(scene.selected, row, index),
  );
}

function isFound(cell: Cell, { sought, matchCase }: Scene): boolean {
  return sought !== '' && holds(inOneLine(cell), sought, matchCase);
}

function marked({ className }: Look, found: boolean | undefined, current: boolean): string {
  return `${className}${found ? ' found' : ''}${current ? ' current' : ''}`;
}

export function holds(text: string, sought: string, matchCase: boolean): boolean {
  return (matchCase ? text : text.toLowerCase()).includes(sought);
}

function setCell(
  view: CellView,
  text: string,
  className: string,
  label: string | undefined,
  selected: boolean,
): void {
  if (view.text !== text) {
    view.text = text;
    view.node.data = text;
  }
  if (view.className !== className) {
    view.className = className;
    view.element.className = className;
  }
  if (view.label !== label) {
    view.label = label;
    if (label === undefined) view.element.removeAttribute('aria-label');
    else view.element.setAttribute('aria-label', label);
  }
  if (view.selected !== selected) {
    view.selected = selected;
    view.element.setAttribute('aria-selected', String(selected));
  }
}
