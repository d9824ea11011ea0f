/** The pointer over the grid: pressing, dragging, resizing, moving columns, holding the thumb, asking for a menu. */
import { laneAt, type ColumnLayout } from './columns.ts';
import { drag } from '../drag.ts';
import type { Spot } from './selection.ts';

export interface PointerPlace {
  readonly layout: ColumnLayout;
  readonly left: number;
  readonly gutter: number;
  readonly top: number;
  readonly rowHeight: number;
  readonly rows: number;
}

export interface PointerOptions {
  readonly scroller: HTMLElement;
  readonly sheet: HTMLElement;
  readonly header: HTMLElement;
  readonly body: HTMLElement;
  readonly place: () => PointerPlace;
  readonly pressCell: (spot: Spot, extend: boolean) => void;
  readonly dragCell: (spot: Spot) => void;
  /** A header is pressed; `select` where whole columns are selected by it, `extend` up to this one. */
  readonly pressHead: (lane: number, select: boolean, extend: boolean) => void;
  /** A header was clicked, and not dragged. */
  readonly sort: (lane: number, more: boolean) => void;
  readonly openMenu: (lane: number) => void;
  readonly resize: (lane: number, width: number) => void;
  readonly fit: (lane: number) => void;
  readonly moveColumn: (from: number, to: number) => void;
  readonly mark: (x: number | undefined) => void;
  readonly open: () => void;
  readonly holdThumb: () => void;
  /** The `data-vscode-context` of what a menu is asked for. */
  readonly context: (target: 'cell' | 'header', spot: Spot) => string;
  readonly focus: () => void;
  readonly focused: () => { readonly spot: Spot; readonly inHeader: boolean };
}

/** A press that travels less than this is a click. */
const dragDistance = 5;
/** Half the width of a column's edge. */
const edgeReach = 4;

export function followPointer(options: PointerOptions): { close(): void } {
  const { scroller, sheet, header, body } = options;
  const listening = new AbortController();
  const { signal } = listening;

  function laneUnder(clientX: number): number {
    const { layout, left, gutter } = options.place();
    return laneAt(layout, clientX - sheet.getBoundingClientRect().left - gutter, left);
  }

  /** The lane whose right edge is under the pointer. */
  function edgeUnder(clientX: number): number | undefined {
    const before = laneUnder(clientX - edgeReach);
    const after = laneUnder(clientX + edgeReach);
    const { layout, left, gutter } = options.place();
    const lane = layout.lanes.at(before);
    if (before < 0 || !lane) return undefined;
    if (after !== before) return before;
    const x = clientX - sheet.getBoundingClientRect().left - gutter;
    const end = lane.left + lane.width + (lane.pinned ? 0 : layout.pinnedWidth - left);
    return Math.abs(x - end) <= edgeReach ? before : undefined;
  }

  function spotUnder(event: PointerEvent | MouseEvent): Spot {
    const { top, rowHeight, rows } = options.place();
    const y = event.clientY - body.getBoundingClientRect().top;
    const row = Math.max(0, Math.min(rows - 1, Math.floor((top + y) / rowHeight)));
    return { row, lane: laneUnder(event.clientX) };
  }

  body.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0 || options.place().rows === 0) return;
      const spot = spotUnder(event);
      options.pressCell(spot, event.shiftKey);
      options.focus();
      event.preventDefault();
      let last = spot;
      drag(body, event.pointerId, (moved) => {
        const next = spotUnder(moved);
        if (next.row === last.row && next.lane === last.lane) return;
        last = next;
        options.dragCell(next);
      });
    },
    { signal },
  );

  body.addEventListener('dblclick', () => options.open(), { signal });

  header.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0 || !(event.target instanceof Element)) return;
      const head = event.target.closest('.head');
      const lane = head ? Number(head.getAttribute('aria-colindex')) - 2 : laneUnder(event.clientX);
      event.preventDefault();
      if (event.target.classList.contains('head-edge')) dragEdge(event, lane);
      else if (event.target.classList.contains('head-menu')) {
        options.pressHead(lane, false, false);
        options.openMenu(lane);
      } else {
        const select = lane < 0 || event.ctrlKey || event.metaKey;
        options.pressHead(lane, select, select && event.shiftKey);
        options.focus();
        if (lane >= 0) dragColumn(event, lane, select);
      }
    },
    { signal },
  );

  header.addEventListener(
    'dblclick',
    (event) => {
      // The pointer was captured by the header, so the edge must be found by its place.
      const lane = edgeUnder(event.clientX);
      if (lane !== undefined) options.fit(lane);
    },
    { signal },
  );

  function dragEdge(event: PointerEvent, lane: number): void {
    const from = event.clientX;
    const width = options.place().layout.lanes.at(lane)?.width ?? 0;
    drag(
      header,
      event.pointerId,
      (moved) => options.resize(lane, width + moved.clientX - from),
      (at) => {
        if (!at) options.resize(lane, width);
      },
    );
  }

  function dragColumn(event: PointerEvent, from: number, select: boolean): void {
    let to = from;
    let dragging = false;
    drag(
      header,
      event.pointerId,
      (moved) => {
        dragging ||= Math.abs(moved.clientX - event.clientX) > dragDistance;
        if (!dragging) return;
        const { layout, left, gutter } = options.place();
        to = Math.max(0, laneUnder(moved.clientX));
        const lane = layout.lanes.at(to);
        if (!lane) return;
        const x = gutter + lane.left + (lane.pinned ? 0 : layout.pinnedWidth - left);
        options.mark(to > from ? x + lane.width : x);
      },
      (at) => {
        options.mark(undefined);
        if (!at) return;
        if (!dragging && !select) options.sort(from, event.shiftKey);
        else if (dragging && to !== from) options.moveColumn(from, to);
      },
    );
  }

  // Only the scroll bars of the scrolled element have it as their target: the sheet covers the rest.
  scroller.addEventListener(
    'pointerdown',
    (event) => {
      if (event.target === scroller && event.offsetX >= scroller.clientWidth) options.holdThumb();
    },
    { signal },
  );

  // Written when it is asked for, before the editor reads it on the event's way up.
  sheet.addEventListener(
    'contextmenu',
    (event) => {
      // A plot is no HTMLElement.
      if (!(event.target instanceof Element)) return;
      const byKey = event.button !== 2;
      const inHeader = byKey ? options.focused().inHeader : header.contains(event.target);
      const spot = byKey
        ? options.focused().spot
        : inHeader
          ? { row: 0, lane: laneUnder(event.clientX) }
          : spotUnder(event);
      const target = event.target.closest('.cell, .head') ?? sheet;
      target.setAttribute('data-vscode-context', options.context(inHeader ? 'header' : 'cell', spot));
    },
    { signal, capture: true },
  );

  return { close: () => listening.abort() };
}
