/**
 * How a scroll bar of a few million pixels moves over a view of any length. No DOM here: a state, the moves that
 * change it, and the scale between the native position and the true one.
 *
 * The truth is `top`, a distance in pixels from the view's first row; it is exact for far more rows than a file can
 * have. The element's own scroll position is only a hint of it: browsers cap an element's height (Chromium at
 * 33,554,428 px, about 1.5 million rows), so beyond `maxCanvas` the element stays that tall and
 * a place on it stands for a stretch of rows. Small moves change `top` by just as much; big ones, by the thumb, land
 * where the scale says. When scrolling rests, `settle` puts the native position back to where `top` belongs.
 *
 * Within `exactEnd` of either end one native pixel is one true pixel, so small moves always have room to reach the
 * first and the last row.
 */

/** Tallest element that is made, in pixels. */
export const maxCanvas = 8_000_000;

/** Pixels at either end of the canvas that stand for themselves. */
export const exactEnd = 250_000;

/**
 * A native move of at most this many pixels is a wheel's, a thumb's steps being larger on a full canvas. Where the
 * pointer is known to hold the scroll bar, the viewport's height is the limit: a click beside the thumb turns a page.
 */
export const smallMove = 4_000;

export interface Scale {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height that shows rows. */
  readonly viewport: number;
  /** Height of the scrolled element. */
  readonly canvas: number;
  /** Largest native position. */
  readonly nativeMax: number;
  /** Largest true position. */
  readonly topMax: number;
}

export interface ScrollState {
  readonly scale: Scale;
  readonly top: number;
  readonly native: number;
}

export type ScrollMove =
  /** The element was scrolled to `native`; `thumb` when the pointer holds the scroll bar. */
  | { readonly type: 'native'; readonly native: number; readonly thumb: boolean }
  | { readonly type: 'by'; readonly pixels: number }
  | { readonly type: 'to'; readonly top: number }
  /** Scrolls no further than it must for the whole row to show; to the middle where that is more than a page. */
  | { readonly type: 'reveal'; readonly row: number }
  /** Puts a row at a distance from the upper edge. */
  | { readonly type: 'place'; readonly row: number; readonly above: number }
  /** Other rows, other heights; the row at the upper edge stays there, unless `keep` would go out of sight by it. */
  | { readonly type: 'scale'; readonly scale: Scale; readonly keep: number }
  /** Scrolling rests. */
  | { readonly type: 'settle' };

export function scaleOf(rows: number, rowHeight: number, viewport: number): Scale {
  const height = rows * rowHeight;
  const canvas = Math.max(viewport, Math.min(height, maxCanvas));
  return {
    rows,
    rowHeight,
    viewport,
    canvas,
    nativeMax: canvas - viewport,
    topMax: Math.max(0, height - viewport),
  };
}

export function scrolled(state: ScrollState, move: ScrollMove): ScrollState {
  const { scale, top } = state;
  switch (move.type) {
    case 'native':
      return nativeMove(state, move.native, move.thumb);
    case 'by':
      return at(scale, top + move.pixels);
    case 'to':
      return at(scale, move.top);
    case 'reveal': {
      const begin = move.row * scale.rowHeight;
      const end = begin + scale.rowHeight;
      // Where not even one row fits, its upper edge is what shows.
      if (scale.viewport < scale.rowHeight) return at(scale, begin);
      if (begin < top - scale.viewport || end > top + 2 * scale.viewport) {
        const above = Math.floor((scale.viewport / scale.rowHeight - 1) / 2) * scale.rowHeight;
        return at(scale, begin - above);
      }
      if (begin < top) return at(scale, begin);
      return end > top + scale.viewport ? at(scale, end - scale.viewport) : state;
    }
    case 'place':
      return at(scale, move.row * scale.rowHeight - move.above);
    case 'scale': {
      const next = at(move.scale, (top / scale.rowHeight) * move.scale.rowHeight);
      return showsWhole(state, move.keep) ? scrolled(next, { type: 'reveal', row: move.keep }) : next;
    }
    case 'settle':
      return at(scale, top);
  }
}

export function startOf(scale: Scale): ScrollState {
  return { scale, top: 0, native: 0 };
}

/** Index of the first row that shows, even in part. */
export function firstRow({ scale, top }: ScrollState): number {
  return Math.floor(top / scale.rowHeight);
}

/** One past the last row that shows, even in part. */
export function endRow({ scale, top }: ScrollState): number {
  return Math.min(scale.rows, Math.ceil((top + scale.viewport) / scale.rowHeight));
}

/** Rows that show whole: what Page Down moves by. At least one. */
export function pageRows({ rowHeight, viewport }: Scale): number {
  return Math.max(1, Math.floor(viewport / rowHeight));
}

/** Whether the native position has run so near to an end that small moves would soon stop short of the true one. */
export function mustSettle({ scale, top, native }: ScrollState): boolean {
  if (!isScaled(scale)) return false;
  const margin = Math.min(exactEnd, scale.nativeMax / 4) / 4;
  return (
    (native < margin && top > native) ||
    (scale.nativeMax - native < margin && scale.topMax - top > scale.nativeMax - native)
  );
}

function showsWhole({ scale, top }: ScrollState, row: number): boolean {
  const begin = row * scale.rowHeight;
  return row < scale.rows && begin >= top && begin + scale.rowHeight <= top + scale.viewport;
}

function isScaled(scale: Scale): boolean {
  return scale.topMax > scale.nativeMax;
}

function at(scale: Scale, top: number): ScrollState {
  const bounded = clamp(top, scale.topMax);
  return { scale, top: bounded, native: toNative(scale, bounded) };
}

function nativeMove(state: ScrollState, native: number, thumb: boolean): ScrollState {
  const { scale } = state;
  const bounded = clamp(native, scale.nativeMax);
  const move = bounded - state.native;
  const top =
    isScaled(scale) && Math.abs(move) <= (thumb ? scale.viewport : smallMove)
      ? clamp(state.top + move, scale.topMax)
      : toTop(scale, bounded);
  return { scale, top, native: bounded };
}

function toTop(scale: Scale, native: number): number {
  if (!isScaled(scale)) return native;
  const end = Math.min(exactEnd, scale.nativeMax / 4);
  if (native <= end) return native;
  if (native >= scale.nativeMax - end) return scale.topMax - (scale.nativeMax - native);
  return end + ((native - end) * (scale.topMax - 2 * end)) / (scale.nativeMax - 2 * end);
}

function toNative(scale: Scale, top: number): number {
  if (!isScaled(scale)) return top;
  const end = Math.min(exactEnd, scale.nativeMax / 4);
  if (top <= end) return top;
  if (top >= scale.topMax - end) return scale.nativeMax - (scale.topMax - top);
  return end + ((top - end) * (scale.nativeMax - 2 * end)) / (scale.topMax - 2 * end);
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
