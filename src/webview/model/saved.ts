/** What a page keeps of itself while it is hidden, moved, or while the editor is closed. */
import { noPrefs, type ColumnPrefs } from '../grid/columns.ts';
import type { Selection } from '../grid/selection.ts';

/** A cell by its row in the view and its column's path. */
export interface SavedCell {
  readonly row: number;
  readonly path: string;
}

export interface SavedPage {
  readonly version: 2;
  /** The query that was applied. */
  readonly query: string;
  /** Milliseconds that the query took. */
  readonly took: number;
  readonly columns: ColumnPrefs;
  /** First row in sight, and what is selected. */
  readonly place: {
    readonly top: number;
    readonly active: SavedCell;
    readonly anchor: SavedCell;
    readonly shape: Selection['shape'];
  };
  readonly side: 'detail' | 'column' | 'problems' | 'none';
  /** Whether headers show plots. */
  readonly plots: boolean;
  /** Whether rows over time show above the grid. */
  readonly timeline: boolean;
  /** Share of the window that the side has, 0 to 1. */
  readonly split: number;
}

export const freshPage: SavedPage = {
  version: 2,
  query: '',
  took: 0,
  columns: noPrefs,
  place: { top: 0, active: { row: 0, path: '' }, anchor: { row: 0, path: '' }, shape: 'cells' },
  side: 'detail',
  plots: false,
  timeline: false,
  split: 0.25,
};

/** Reads what was kept; whatever is not as it should be is as on a fresh page. */
export function readSaved(state: unknown): SavedPage {
  if (!isRecord(state) || state.version !== 2) return freshPage;
  const place = isRecord(state.place) ? state.place : {};
  const columns = isRecord(state.columns) ? state.columns : {};
  const side = state.side;
  return {
    version: 2,
    query: text(state.query),
    took: number(state.took),
    columns: {
      order: texts(columns.order),
      hidden: texts(columns.hidden),
      pinned: texts(columns.pinned),
      widths: widths(columns.widths),
    },
    place: {
      top: number(place.top),
      active: cell(place.active),
      anchor: cell(place.anchor),
      shape: shapes.find((shape) => shape === place.shape) ?? 'cells',
    },
    plots: state.plots === true,
    timeline: state.timeline === true,
    side: side === 'column' || side === 'problems' || side === 'none' ? side : 'detail',
    split: Math.min(0.8, Math.max(0.15, number(state.split) || freshPage.split)),
  };
}

const shapes = ['cells', 'rows', 'columns', 'all'] as const satisfies readonly Selection['shape'][];

function cell(value: unknown): SavedCell {
  return isRecord(value)
    ? { row: Math.floor(number(value.row)), path: text(value.path) }
    : freshPage.place.active;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}

function widths(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (pair): pair is [string, number] => typeof pair[1] === 'number' && pair[1] > 0,
    ),
  );
}
