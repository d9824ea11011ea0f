/** The header row: names with types, resized by their edge, moved by dragging, each with a menu. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { icon, make } from '../dom.ts';
import { t } from '../l10n.ts';
import { visible } from '../visible.ts';
import type { ColumnLayout, Lane } from './columns.ts';
import type { SortKey } from './contract.ts';
import type { Area } from './selection.ts';

export interface HeaderScene {
  readonly layout: ColumnLayout;
  readonly laneFrom: number;
  readonly laneTo: number;
  readonly left: number;
  readonly gutter: number;
  readonly selected: Area;
  readonly wholeColumns: boolean;
  readonly order: ReadonlyMap<number, SortKey>;
  /** Whether there is room for plots. */
  readonly plots: boolean;
  /** Whether the rows are numbered by themselves, as those are that come from no single record. */
  readonly ownNumbers: boolean;
}

/** The lane of an element that shows nothing. */
const nowhere = -2;

interface HeadView {
  readonly element: HTMLElement;
  readonly type: HTMLElement;
  readonly name: HTMLElement;
  readonly written: HTMLElement;
  readonly pin: HTMLElement;
  readonly sort: HTMLElement;
  readonly sortPlace: HTMLElement;
  readonly plot: HTMLElement;
  readonly draw: DrawPlot;
  /** What its plot is drawn for. */
  plotOf: string;
  shownSort: SortKey | undefined;
  lane: number;
}

/** Draws what a column holds; without a column, nothing. */
export type DrawPlot = (host: HTMLElement, column: ColumnInfo | undefined, width: number) => void;

export interface Header {
  readonly element: HTMLElement;
  paint(scene: HeaderScene): void;
  elementAt(lane: number): HTMLElement | undefined;
  /** Shows where a dragged column would land: at the left edge of a place in pixels, or nowhere. */
  mark(x: number | undefined): void;
}

const icons: Readonly<Record<ColumnInfo['type'], string>> = {
  unknown: 'dash',
  number: 'symbol-numeric',
  text: 'symbol-string',
  boolean: 'symbol-boolean',
  list: 'symbol-array',
  object: 'json',
  mixed: 'symbol-misc',
};

export function typeIcon(type: ColumnInfo['type']): string {
  return icons[type];
}

export function typeName(type: ColumnInfo['type']): string {
  switch (type) {
    case 'unknown':
      return t('type not known yet');
    case 'number':
      return t('number');
    case 'text':
      return t('text');
    case 'boolean':
      return t('boolean');
    case 'list':
      return t('list');
    case 'object':
      return t('object');
    case 'mixed':
      return t('mixed types');
  }
}

export function createHeader(draw: DrawPlot): Header {
  const element = make('div', 'head-row', { role: 'row', 'aria-rowindex': '1' });
  const corner = make('div', 'head gutter', { role: 'columnheader', 'aria-colindex': '1', tabindex: '-1' });
  corner.textContent = '#';
  const pinnedPart = make('div', 'pinned-part', { role: 'presentation' });
  const clip = make('div', 'strip-clip', { role: 'presentation' });
  const strip = make('div', 'strip', { role: 'presentation' });
  const marker = make('div', 'drop-mark', { role: 'presentation' });
  marker.hidden = true;
  clip.append(strip);
  element.append(corner, pinnedPart, clip, marker);
  const pinned: HeadView[] = [];
  const heads: HeadView[] = [];
  let layout: ColumnLayout | undefined;

  function part(parent: HTMLElement, views: HeadView[], from: number, to: number, scene: HeaderScene): void {
    const size = to - from;
    if (views.length < size || views.length > 4 * size + 32) {
      for (const view of views.splice(0)) {
        draw(view.plot, undefined, 0);
        view.element.remove();
      }
      for (let index = 0; index < size + 2; index++) views.push(createHead(draw));
      parent.append(...views.map((view) => view.element));
    }
    for (let lane = from; lane < to; lane++) {
      const view = views.at(lane % views.length);
      if (view) paintHead(view, lane, scene);
    }
    for (const view of views) {
      if (view.lane >= from && view.lane < to) continue;
      view.lane = nowhere;
      view.element.hidden = true;
      paintPlot(view, undefined, scene);
    }
  }

  return {
    element,
    paint(scene) {
      if (layout !== scene.layout) {
        layout = scene.layout;
        for (const view of [...pinned, ...heads]) view.lane = nowhere;
      }
      corner.style.width = `${scene.gutter}px`;
      const title = scene.ownNumbers ? t('Row number') : t('Record number in the file');
      if (corner.title !== title) corner.title = title;
      pinnedPart.style.width = `${scene.layout.pinnedWidth}px`;
      const first = scene.layout.lanes.at(scene.laneFrom)?.left ?? 0;
      strip.style.transform = `translateX(${first - scene.left}px)`;
      part(pinnedPart, pinned, 0, scene.layout.pinned, scene);
      part(strip, heads, scene.laneFrom, scene.laneTo, scene);
    },
    elementAt(lane) {
      if (lane < 0) return corner;
      return [...pinned, ...heads].find((view) => view.lane === lane)?.element;
    },
    mark(x) {
      marker.hidden = x === undefined;
      if (x !== undefined) marker.style.transform = `translateX(${x}px)`;
    },
  };
}

function createHead(draw: DrawPlot): HeadView {
  const element = make('div', 'head', { role: 'columnheader', tabindex: '-1', 'aria-haspopup': 'menu' });
  const type = icon('dash');
  const name = make('span', 'head-name');
  const menu = make('span', 'head-menu codicon codicon-chevron-down', { 'aria-hidden': 'true' });
  const edge = make('span', 'head-edge', { 'aria-hidden': 'true' });
  const pin = icon('pinned');
  pin.classList.add('head-pin');
  const written = make('span', 'head-written');
  written.hidden = true;
  const sort = make('span', 'head-sort');
  const arrow = icon('arrow-up');
  const sortPlace = make('span', 'head-sort-place');
  sort.append(arrow, sortPlace);
  sort.hidden = true;
  const plot = make('div', 'head-plot');
  plot.hidden = true;
  element.append(type, name, sort, written, pin, menu, edge, plot);
  const shown = { shownSort: undefined, plotOf: '', lane: nowhere };
  return { element, type, name, written, pin, sort, sortPlace, plot, draw, ...shown };
}

function paintHead(view: HeadView, index: number, scene: HeaderScene): void {
  const lane = scene.layout.lanes.at(index);
  if (!lane) return;
  const { element } = view;
  if (view.lane !== index) {
    view.lane = index;
    element.hidden = false;
    element.setAttribute('aria-colindex', String(index + 2));
    element.style.order = String(index);
    element.style.width = `${lane.width}px`;
    const { column } = lane;
    view.type.className = `codicon codicon-${typeIcon(column.type)}`;
    view.name.textContent = visible(column.name);
    view.pin.hidden = !lane.pinned;
    view.written.textContent = column.written ?? '';
    view.written.hidden = column.written === undefined;
    const written = column.written === undefined ? '' : `, ${t('written as {0}', column.written)}`;
    const title = `${visible(column.name)}: ${typeName(column.type)}${written}`;
    element.title = lane.pinned ? `${title} (${t('pinned')})` : title;
  }
  paintPlot(view, lane, scene);
  paintSort(view, scene.order.get(lane.column.id));
  const selected = scene.wholeColumns && index >= scene.selected.left && index <= scene.selected.right;
  element.classList.toggle('selected', selected);
}

function paintPlot(view: HeadView, lane: Lane | undefined, scene: HeaderScene): void {
  const shown = scene.plots ? lane : undefined;
  const plotOf = shown ? `${shown.column.id} ${shown.width} ${shown.column.path}` : '';
  if (view.plotOf === plotOf) return;
  view.plotOf = plotOf;
  view.plot.hidden = shown === undefined;
  view.draw(view.plot, shown?.column, shown?.width ?? 0);
}

function paintSort(view: HeadView, key: SortKey | undefined): void {
  if (view.shownSort === key) return;
  view.shownSort = key;
  const { element, sort, sortPlace } = view;
  sort.hidden = key === undefined;
  element.classList.toggle('sorted', key !== undefined);
  // Only the first key is the one by which a screen reader finds the rows sorted.
  if (key?.place === 1) element.setAttribute('aria-sort', key.descending ? 'descending' : 'ascending');
  else element.removeAttribute('aria-sort');
  if (!key) return;
  sort.classList.toggle('descending', key.descending);
  sortPlace.textContent = key.of > 1 ? String(key.place) : '';
  sort.title = key.of > 1 ? t('{0}, key {1} of {2}', sortWord(key), key.place, key.of) : sortWord(key);
}

function sortWord({ descending }: SortKey): string {
  return descending ? t('Sorted in descending order') : t('Sorted in ascending order');
}
