/** The scrolled element: keeps the browser's scroll position and the true one in step, and shows where the thumb is. */
import { make } from '../dom.ts';
import { mustSettle, scaleOf, scrolled, startOf, type ScrollMove, type ScrollState } from './scroll.ts';

export interface ScrollPaneOptions {
  /** What stays in sight; all is painted on it. */
  readonly sheet: HTMLElement;
  readonly headerHeight: () => number;
  /** Rows and sizes as they are now. */
  readonly extent: () => { readonly rows: number; readonly rowHeight: number; readonly width: number };
  /** The row that stays in sight when the pane loses height. */
  readonly kept: () => number;
  readonly changed: () => void;
  readonly rested: () => void;
  /** What to say of the row that the thumb would land on. */
  readonly hint: (row: number) => string;
}

export interface ScrollPane {
  readonly element: HTMLElement;
  readonly scroller: HTMLElement;
  readonly state: ScrollState;
  readonly left: number;
  readonly width: number;
  move(change: ScrollMove): void;
  /** Scrolls sideways, no further than it must, for a stretch to show; `room` is what the scrolled part has. */
  revealSpan(left: number, width: number, room: number): void;
  /** To the first row of other rows. */
  restart(): void;
  /** Sizes have changed. */
  resize(): void;
  holdThumb(): void;
  close(): void;
}

export function createScrollPane(options: ScrollPaneOptions): ScrollPane {
  const { sheet, headerHeight, extent } = options;
  const element = make('div', 'grid-pane');
  const scroller = make('div', 'scroller');
  const canvas = make('div', 'canvas');
  const hint = make('div', 'thumb-hint', { 'aria-hidden': 'true' });
  hint.hidden = true;
  canvas.append(sheet);
  scroller.append(canvas);
  element.append(scroller, hint);

  let state = startOf(scaleOf(0, 1, 0));
  let left = 0;
  let width = 0;
  let thumb = false;

  /**
   * Takes in a scroll of the browser's whose event is yet to come; else the move at hand would undo it. An element that
   * is not laid out says 0 and was not scrolled.
   */
  function takeIn(): boolean {
    left = scroller.scrollLeft;
    const native = scroller.scrollTop;
    if (native === state.native || scroller.clientHeight === 0) return false;
    state = scrolled(state, { type: 'native', native, thumb });
    return true;
  }

  function move(change: ScrollMove): void {
    takeIn();
    apply(change);
  }

  function apply(change: ScrollMove): void {
    state = scrolled(state, change);
    if (Math.abs(scroller.scrollTop - state.native) >= 1) scroller.scrollTop = state.native;
    // The browser rounds the position; what it made of it is what the next move counts from.
    state = { ...state, native: scroller.scrollTop };
    options.changed();
  }

  function onScroll(): void {
    if (takeIn()) {
      if (!thumb && mustSettle(state)) apply({ type: 'settle' });
      if (thumb) showHint();
    }
    options.changed();
  }

  function onRest(): void {
    takeIn();
    thumb = false;
    hint.hidden = true;
    apply({ type: 'settle' });
    options.rested();
  }

  function showHint(): void {
    const { scale, top, native } = state;
    hint.textContent = options.hint(Math.min(scale.rows - 1, Math.ceil(top / scale.rowHeight)));
    const share = scale.nativeMax > 0 ? native / scale.nativeMax : 0;
    hint.style.transform = `translateY(${headerHeight() + share * Math.max(0, scale.viewport - 40)}px)`;
    hint.hidden = false;
  }

  function resize(): void {
    takeIn();
    layOut();
  }

  function layOut(): void {
    const { rows, rowHeight, width: content } = extent();
    width = scroller.clientWidth;
    const height = scroller.clientHeight;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    const scale = scaleOf(rows, rowHeight, Math.max(0, height - headerHeight()));
    canvas.style.height = `${scale.canvas + headerHeight()}px`;
    canvas.style.width = `${content}px`;
    apply({ type: 'scale', scale, keep: options.kept() });
  }

  scroller.addEventListener('scroll', onScroll, { passive: true });
  scroller.addEventListener('scrollend', onRest);
  const observer = new ResizeObserver(resize);
  observer.observe(scroller);

  return {
    element,
    scroller,
    get state() {
      return state;
    },
    get left() {
      return left;
    },
    get width() {
      return width;
    },
    move,
    revealSpan(from, span, room) {
      if (from < left) scroller.scrollLeft = from;
      else if (from + span > left + room) scroller.scrollLeft = Math.min(from, from + span - room);
      left = scroller.scrollLeft;
      options.changed();
    },
    restart() {
      const { rows, rowHeight } = extent();
      state = startOf(scaleOf(rows, rowHeight, state.scale.viewport));
      layOut();
      apply({ type: 'to', top: 0 });
    },
    resize,
    holdThumb() {
      thumb = true;
    },
    close: () => observer.disconnect(),
  };
}
