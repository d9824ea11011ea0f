/**
 * Which columns show, in what order and how wide. Preferences are kept by the column's path, which outlives an engine;
 * a layout is what they make of the columns at hand. Pinned columns come first and do not scroll.
 */
import type { ColumnInfo } from '../../protocol/file.ts';

export interface ColumnPrefs {
  /** Paths of all columns as the user put them; empty while nobody has moved one. */
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
  readonly widths: Readonly<Record<string, number>>;
}

/** A column where it shows. */
export interface Lane {
  readonly column: ColumnInfo;
  /** Distance from the left edge of its part, pinned or scrolled. */
  readonly left: number;
  readonly width: number;
  readonly pinned: boolean;
}

export interface ColumnLayout {
  /** Pinned ones first. */
  readonly lanes: readonly Lane[];
  readonly pinned: number;
  readonly pinnedWidth: number;
  readonly scrolledWidth: number;
  readonly hidden: number;
}

export const noPrefs: ColumnPrefs = { order: [], hidden: [], pinned: [], widths: {} };
export const minWidth = 48;
const maxWidth = 2000;

/** `widthOf` is asked for columns whose width the user has not set. */
export function layOut(
  columns: readonly ColumnInfo[],
  prefs: ColumnPrefs,
  widthOf: (column: ColumnInfo) => number,
): ColumnLayout {
  const hidden = new Set(prefs.hidden);
  const pinned = new Set(prefs.pinned);
  const shown = ordered(columns, prefs.order).filter((column) => !hidden.has(column.path));
  const lanes: Lane[] = [];
  const add = (column: ColumnInfo, left: number, isPinned: boolean) => {
    const width = Object.hasOwn(prefs.widths, column.path) ? prefs.widths[column.path] : undefined;
    const lane = { column, left, width: width ?? widthOf(column), pinned: isPinned };
    lanes.push(lane);
    return left + lane.width;
  };
  const byPath = new Map(shown.map((column) => [column.path, column]));
  let pinnedWidth = 0;
  for (const path of prefs.pinned) {
    const column = byPath.get(path);
    if (column) pinnedWidth = add(column, pinnedWidth, true);
  }
  const pinnedCount = lanes.length;
  let scrolledWidth = 0;
  for (const column of shown) {
    if (!pinned.has(column.path)) scrolledWidth = add(column, scrolledWidth, false);
  }
  return {
    lanes,
    pinned: pinnedCount,
    pinnedWidth,
    scrolledWidth,
    hidden: columns.length - shown.length,
  };
}

/** Half-open range of the scrolled lanes that show between two places. */
export function lanesBetween(layout: ColumnLayout, left: number, right: number): [number, number] {
  const { lanes, pinned } = layout;
  const from = firstWhere(pinned, lanes.length, (lane) => lane.left + lane.width > left);
  const to = firstWhere(from, lanes.length, (lane) => lane.left >= right);
  return [from, to];

  function firstWhere(low: number, high: number, holds: (lane: Lane) => boolean): number {
    while (low < high) {
      const middle = (low + high) >>> 1;
      const lane = lanes.at(middle);
      if (lane && holds(lane)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The lane at a distance from the record numbers' right edge, with the strip scrolled by `left`; -1 on them. */
export function laneAt(layout: ColumnLayout, x: number, left: number): number {
  if (x < 0) return -1;
  const last = layout.lanes.length - 1;
  if (x < layout.pinnedWidth) {
    const index = layout.lanes.findIndex((lane) => x < lane.left + lane.width);
    return Math.min(index, last);
  }
  const strip = x - layout.pinnedWidth + left;
  return Math.min(last, lanesBetween(layout, strip, strip)[0]);
}

export function laneOf(layout: ColumnLayout, id: number): number {
  return layout.lanes.findIndex((lane) => lane.column.id === id);
}

/** Where a column of other rows is among these: their ids are their own, and its path is the same. */
export function laneOfPath(layout: ColumnLayout, path: string | undefined): number {
  return path === undefined ? -1 : layout.lanes.findIndex((lane) => lane.column.path === path);
}

export function withWidth(prefs: ColumnPrefs, path: string, width: number): ColumnPrefs {
  const bounded = Math.round(Math.min(maxWidth, Math.max(minWidth, width)));
  return { ...prefs, widths: { ...prefs.widths, [path]: bounded } };
}

export function withHidden(prefs: ColumnPrefs, path: string, hidden: boolean): ColumnPrefs {
  const others = prefs.hidden.filter((other) => other !== path);
  return { ...prefs, hidden: hidden ? [...others, path] : others };
}

export function withPinned(prefs: ColumnPrefs, path: string, pinned: boolean): ColumnPrefs {
  const others = prefs.pinned.filter((other) => other !== path);
  return { ...prefs, pinned: pinned ? [...others, path] : others };
}

/** Moves a lane to another's place. Across the pinned edge it is pinned or unpinned as well. */
export function withMoved(
  prefs: ColumnPrefs,
  columns: readonly ColumnInfo[],
  layout: ColumnLayout,
  from: number,
  to: number,
): ColumnPrefs {
  const moved = layout.lanes.at(from);
  const target = layout.lanes.at(to);
  if (!moved || !target || from === to || from < 0 || to < 0) return prefs;
  const path = moved.column.path;
  if (target.pinned) {
    const pinned = prefs.pinned.filter((other) => other !== path);
    const place = pinned.indexOf(target.column.path) + (from < to ? 1 : 0);
    pinned.splice(place, 0, path);
    return { ...prefs, pinned };
  }
  const order = ordered(columns, prefs.order)
    .map((column) => column.path)
    .filter((other) => other !== path);
  const place = order.indexOf(target.column.path) + (from < to ? 1 : 0);
  order.splice(place, 0, path);
  return { ...prefs, order, pinned: prefs.pinned.filter((other) => other !== path) };
}

/** Columns that the order does not name, because they were seen later, come last. */
function ordered(columns: readonly ColumnInfo[], order: readonly string[]): readonly ColumnInfo[] {
  if (order.length === 0) return columns;
  const rank = new Map(order.map((path, index) => [path, index]));
  return columns
    .map((column, index) => ({ column, rank: rank.get(column.path) ?? order.length + index }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ column }) => column);
}
