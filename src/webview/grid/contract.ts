/** What the grid is to the page: what it shows, what it can be told, what it tells. */
import type { ColumnInfo } from '../../protocol/file.ts';
import type { Page } from '../../protocol/preview.ts';
import type { Cell } from './cells.ts';
import type { ColumnLayout, ColumnPrefs } from './columns.ts';
import type { RowFacts, RowsRequest } from './pages.ts';
import type { Area, Selection } from './selection.ts';

export interface GridOptions {
  readonly fetch: (request: RowsRequest, signal: AbortSignal) => Promise<Page>;
  readonly failed: (error: unknown) => void;
  readonly selected: () => void;
  readonly prefsChanged: (prefs: ColumnPrefs) => void;
  readonly scrolled: () => void;
  readonly openMenu: (column: ColumnInfo, anchor: HTMLElement) => void;
  /** The rows are to be sorted by a column; `more` keeps the keys that they are sorted by already. */
  readonly sort: (column: ColumnInfo, more: boolean) => void;
  /** Draws what a column holds into its header; without a column, nothing. */
  readonly paintPlot: (host: HTMLElement, column: ColumnInfo | undefined, width: number) => void;
  /** Other columns can be seen now: their ids. Only where headers have plots. */
  readonly inSight: (columns: readonly number[]) => void;
  /** The active cell is asked for; without a column, the record. */
  readonly openCell: (row: number, column: ColumnInfo | undefined) => void;
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
  /** No record number is larger, as far as is known. */
  readonly records: number;
}

/** What a column is to the order of the rows. */
export interface SortKey {
  readonly descending: boolean;
  /** From 1, of several keys. */
  readonly place: number;
  readonly of: number;
}

export interface Grid {
  readonly element: HTMLElement;
  /** Another view: at its first row, until told otherwise. */
  show(view: GridView): void;
  /** The same view, known further. */
  grow(view: GridView): void;
  /** Whether the last row stays in sight, where it is, when rows are added below it. */
  setSticky(sticky: boolean): void;
  /** Rows from this one on are marked as new; Infinity for none. Those that are just fading go on with it. */
  setNew(from: number): void;
  /** Brings the last row into sight, and selects nothing. */
  toEnd(): void;
  /** Whether the last row is in sight. */
  readonly isAtEnd: boolean;
  /** Asks anew for what is shown. */
  refresh(): void;
  setColumns(columns: readonly ColumnInfo[]): void;
  /** Room for plots under the names, in pixels; 0 for none. */
  setPlotHeight(height: number): void;
  /** The columns that the rows are sorted by, by their ids. */
  setOrder(order: ReadonlyMap<number, SortKey>): void;
  setPrefs(prefs: ColumnPrefs): void;
  /** Selects a row's cell and brings it into sight; `above` pixels from the upper edge where that is given. */
  goTo(row: number, lane?: number, above?: number): void;
  goToLane(lane: number): void;
  /** Selects without moving; what lies outside of the view is cut off. */
  select(selection: Selection): void;
  fit(id: number): void;
  resize(id: number, pixels: number): void;
  moveColumn(id: number, lanes: number): void;
  selectColumn(id: number): void;
  /** Marks cells that hold a text; '' for none. */
  seek(text: string, matchCase: boolean): void;
  focus(): void;
  /** From the plot of the active column back to its name, or down to the rows. */
  leavePlot(to: 'head' | 'rows'): void;
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
