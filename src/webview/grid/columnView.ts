/** The columns as the grid shows them: what is known of them, what the user wants of them, and the layout of both. */
import type { ColumnInfo } from '../../protocol/file.ts';
import {
  laneOf,
  layOut,
  noPrefs,
  withMoved,
  withWidth,
  type ColumnLayout,
  type ColumnPrefs,
  type Lane,
} from './columns.ts';
import { firstWidth, fitWidth, guessWidth, markedWidth, type Ruler } from './fit.ts';

export interface ColumnViewOptions {
  readonly ruler: () => Ruler;
  /** The layout is another. */
  readonly laidOut: () => void;
  readonly prefsChanged: (prefs: ColumnPrefs) => void;
}

export interface ColumnView {
  readonly layout: ColumnLayout;
  readonly prefs: ColumnPrefs;
  setColumns(columns: readonly ColumnInfo[]): void;
  setPrefs(prefs: ColumnPrefs): void;
  /** By their ids, the columns that the rows are sorted by: their headers say so beside the name. */
  setSorted(ids: ReadonlySet<number>): void;
  isSorted(id: number): boolean;
  /** The ruler is another. */
  layAgain(): void;
  /** Whether all of these have a width by what they hold. */
  hasWidths(columns: readonly ColumnInfo[]): boolean;
  /** Lane of a column by its id; -1 where it does not show. */
  laneOf(id: number): number;
  lane(index: number): Lane | undefined;
  resize(lane: number, width: number): void;
  fit(lane: number, texts: Iterable<string>, limit: number): void;
  move(from: number, to: number): void;
  /** Widths for columns that nobody has resized, by what their first cells hold. */
  fitFirst(ids: readonly number[], textsOf: (id: number) => Iterable<string>): void;
}

const widestAtFirst = 320;

export function createColumnView(options: ColumnViewOptions): ColumnView {
  let columns: readonly ColumnInfo[] = [];
  let prefs = noPrefs;
  const widths = new Map<string, number>();
  /** Ids of the columns that the rows are sorted by. */
  let sorted: ReadonlySet<number> = new Set();

  function widthOf(column: ColumnInfo): number {
    const width = widths.get(column.path) ?? guessWidth(column, options.ruler());
    const marks = { sorted: sorted.has(column.id), pinned: prefs.pinned.includes(column.path) };
    // Only columns with marks are measured again: there may be very many others.
    const marked = marks.sorted || marks.pinned || column.written !== undefined;
    return marked ? Math.max(width, markedWidth(column, marks, options.ruler(), widestAtFirst)) : width;
  }

  let layout = layOut(columns, prefs, widthOf);

  function relayOut(): void {
    layout = layOut(columns, prefs, widthOf);
    options.laidOut();
  }

  function setPrefs(next: ColumnPrefs): void {
    if (next === prefs) return;
    prefs = next;
    relayOut();
    options.prefsChanged(prefs);
  }

  function lane(index: number): Lane | undefined {
    return index < 0 ? undefined : layout.lanes.at(index);
  }

  return {
    get layout() {
      return layout;
    },
    get prefs() {
      return prefs;
    },
    setColumns(next) {
      if (next === columns) return;
      columns = next;
      relayOut();
    },
    setPrefs,
    setSorted(next) {
      if (next.size === sorted.size && [...next].every((id) => sorted.has(id))) return;
      sorted = next;
      relayOut();
    },
    isSorted: (id) => sorted.has(id),
    layAgain: relayOut,
    hasWidths: (some) => some.every(({ path }) => widths.has(path)),
    laneOf: (id) => laneOf(layout, id),
    lane,
    resize(index, width) {
      const found = lane(index);
      if (found) setPrefs(withWidth(prefs, found.column.path, width));
    },
    fit(index, texts, limit) {
      const found = lane(index);
      if (!found) return;
      const width = fitWidth(found.column, texts, options.ruler(), Math.max(widestAtFirst, limit));
      setPrefs(withWidth(prefs, found.column.path, width));
    },
    move(from, to) {
      if (from >= 0 && to >= 0 && to < layout.lanes.length) {
        setPrefs(withMoved(prefs, columns, layout, from, to));
      }
    },
    fitFirst(ids, textsOf) {
      for (const id of ids) {
        const column = columns.find((other) => other.id === id);
        if (!column || widths.has(column.path)) continue;
        widths.set(column.path, firstWidth(column, textsOf(id), options.ruler(), widestAtFirst));
      }
      relayOut();
    },
  };
}
