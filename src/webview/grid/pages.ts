/**
 * The page cache: what the grid shows, and what is on its way. Reading never waits; what is not here is asked for, and
 * the newest viewport is served first. The least recently used pages go when the cache is full.
 */
import { CellKind, type Page } from '../../protocol/preview.ts';
import type { Said } from '../../said/said.ts';
import { cellsOf, weightOf, type Cell, type CellPage } from './cells.ts';

/** Rows of a page. */
export const pageRows = 128;
const callsAtOnce = 3;
/** A call that nobody looks at any more is left this long before it is cancelled for a newer one. */
const grace = 60;
/** A page whose call failed is asked for again after this long, while it is looked at. */
const retryAfter = 2000;
/** Most columns of one call. */
const columnsAtOnce = 256;

export interface RowsRequest {
  readonly view: number;
  readonly first: number;
  readonly count: number;
  readonly columns: readonly number[];
}

/** Time, so that tests need not wait for it. */
export interface Clock {
  now(): number;
  /** Calls back after a while, unless cancelled by what it returns. */
  after(ms: number, run: () => void): () => void;
}

export interface PagesOptions {
  readonly fetch: (request: RowsRequest, signal: AbortSignal) => Promise<Page>;
  /** Something new can be shown. */
  readonly arrived: (page: Page) => void;
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  /** Bytes that are kept, about. */
  readonly capacity: number;
}

/** What the grid looks at: half-open row range, and ids of columns. */
export interface Viewport {
  readonly from: number;
  readonly to: number;
  readonly columns: readonly number[];
}

export interface RowFacts {
  readonly record: number;
  /** Why it is malformed or odd; null where it is neither. */
  readonly fault: Said | null;
  /** In the place of all cells: the raw text of a malformed record, or none of a row that failed. */
  readonly raw: Cell | undefined;
}

interface Slot {
  readonly page: CellPage;
  readonly index: number;
}

interface Entry {
  readonly columns: Map<number, Slot>;
  /** A page that tells of records and faults; any will do that has a column, if one has. */
  any: CellPage | undefined;
  rows: number;
  /** Number of rows in the view when it was last asked for. */
  askedOf: number;
  weight: number;
  failed: { readonly at: number; readonly error: unknown } | undefined;
  stale: boolean;
}

interface Call {
  readonly key: number;
  readonly columns: ReadonlySet<number>;
  readonly abort: AbortController;
  readonly since: number;
}

export interface Pages {
  /** The cell, or undefined while it is not here. */
  cell(row: number, column: number): Cell | undefined;
  facts(row: number): RowFacts | undefined;
  /** Why what is not here has not come: what the last call for it has failed with. */
  failure(row: number): unknown;
  look(viewport: Viewport): void;
  /** Other rows: another view, or none of what was known holds. */
  reset(view: number, total: number): void;
  /** More rows in the same view. */
  grow(total: number): void;
  /** What is here is shown on, and asked for again when looked at. */
  refresh(): void;
  close(): void;
  readonly weight: number;
}

export function createPages(options: PagesOptions): Pages {
  const { clock, capacity } = options;
  // A Map remembers the order in which entries were put in: the first is the least recently used.
  const entries = new Map<number, Entry>();
  const calls = new Set<Call>();
  let view = 0;
  let total = 0;
  let weight = 0;
  let wanted: Viewport = { from: 0, to: 0, columns: [] };
  let forward = true;
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  function entryOf(row: number): Entry | undefined {
    return entries.get(Math.floor(row / pageRows));
  }

  function touch(key: number): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    entries.set(key, entry);
  }

  /** Columns to ask for of a page, none where only its records are wanted; undefined where there is nothing to ask. */
  function lacking(key: number): readonly number[] | undefined {
    const expected = Math.min(pageRows, total - key * pageRows);
    const known = entries.get(key);
    if (known?.failed) {
      const wait = known.failed.at + retryAfter - clock.now();
      if (wait > 0) {
        later(wait);
        return undefined;
      }
    }
    const again = !known?.any || known.stale || (known.rows < expected && known.askedOf !== total);
    const underWay = [...calls].filter((call) => call.key === key);
    const columns = wanted.columns.filter(
      (id) => (again || !known.columns.has(id)) && !underWay.some((call) => call.columns.has(id)),
    );
    if (columns.length > 0) return columns.slice(0, columnsAtOnce);
    return again && underWay.length === 0 ? [] : undefined;
  }

  /** Pages in the order in which they are wanted: those looked at, then the one ahead. */
  function wantedKeys(): number[] {
    const from = Math.floor(wanted.from / pageRows);
    const to = Math.floor((Math.max(wanted.from + 1, wanted.to) - 1) / pageRows);
    const keys: number[] = [];
    for (let key = from; key <= to; key++) keys.push(key);
    keys.push(forward ? to + 1 : from - 1);
    return keys.filter((key) => key >= 0 && key * pageRows < total);
  }

  function pump(): void {
    if (closed || wanted.to <= wanted.from) return;
    const keys = wantedKeys();
    for (const key of keys) touch(key);
    for (const key of keys) {
      const columns = lacking(key);
      if (!columns) continue;
      if (calls.size >= callsAtOnce && !makeRoom(keys)) return;
      request(key, columns);
    }
  }

  /** Cancels a call that nobody looks at; where all are too young for that, comes back later. */
  function makeRoom(keys: readonly number[]): boolean {
    const stale = [...calls].filter((call) => !keys.includes(call.key));
    const oldest = stale.at(0);
    if (!oldest) return false;
    const age = clock.now() - oldest.since;
    if (age < grace) {
      later(grace - age);
      return false;
    }
    calls.delete(oldest);
    oldest.abort.abort();
    return true;
  }

  function later(ms: number): void {
    cancelTimer ??= clock.after(ms, () => {
      cancelTimer = undefined;
      pump();
    });
  }

  function request(key: number, columns: readonly number[]): void {
    const call: Call = {
      key,
      columns: new Set(columns),
      abort: new AbortController(),
      since: clock.now(),
    };
    calls.add(call);
    const first = key * pageRows;
    const count = Math.min(pageRows, total - first);
    const askedOf = total;
    const current = () => calls.delete(call);
    options.fetch({ view, first, count, columns }, call.abort.signal).then(
      (page) => {
        if (!current()) return;
        keep(key, page, askedOf);
        options.arrived(page);
        pump();
      },
      (error: unknown) => {
        if (!current()) return;
        entry(key).failed = { at: clock.now(), error };
        options.failed(error);
        pump();
      },
    );
  }

  function entry(key: number): Entry {
    const known = entries.get(key);
    if (known) return known;
    const made: Entry = {
      columns: new Map(),
      any: undefined,
      rows: 0,
      askedOf: -1,
      weight: 0,
      failed: undefined,
      stale: false,
    };
    entries.set(key, made);
    return made;
  }

  function keep(key: number, page: Page, askedOf: number): void {
    let target = entry(key);
    if (target.stale || target.rows !== page.rows) {
      weight -= target.weight;
      entries.delete(key);
      target = entry(key);
    }
    const cells = cellsOf(page);
    page.columns.forEach((id, index) => target.columns.set(id, { page: cells, index }));
    // Without a column it has no cell to say in why a row failed, and may come last.
    if (page.columns.length > 0 || !target.any) target.any = cells;
    target.rows = page.rows;
    target.askedOf = askedOf;
    target.failed = undefined;
    const added = weightOf(page);
    target.weight += added;
    weight += added;
    const shown = new Set(wantedKeys());
    for (const [old, { weight: freed }] of entries) {
      if (weight <= capacity) break;
      if (shown.has(old)) continue;
      entries.delete(old);
      weight -= freed;
    }
  }

  function abortAll(): void {
    for (const call of calls) call.abort.abort();
    calls.clear();
    cancelTimer?.();
    cancelTimer = undefined;
  }

  return {
    cell(row, column) {
      const found = entryOf(row)?.columns.get(column);
      const index = row % pageRows;
      return found && index < found.page.page.rows ? found.page.cell(index, found.index) : undefined;
    },
    facts(row) {
      const found = entryOf(row)?.any;
      const index = row % pageRows;
      if (!found || index >= found.page.rows) return undefined;
      const fault = found.page.faults.at(index) ?? null;
      return {
        record: found.page.records.at(index) ?? 0,
        fault,
        raw: fault ? rawOf(found, index) : undefined,
      };
    },
    failure: (row) => entryOf(row)?.failed?.error,
    look(viewport) {
      if (viewport.from !== wanted.from) forward = viewport.from > wanted.from;
      wanted = viewport;
      pump();
    },
    reset(nextView, rows) {
      abortAll();
      entries.clear();
      weight = 0;
      view = nextView;
      total = rows;
      forward = true;
      wanted = { from: 0, to: 0, columns: [] };
    },
    grow(rows) {
      total = rows;
      pump();
    },
    refresh() {
      for (const known of entries.values()) known.stale = true;
      abortAll();
      pump();
    },
    close() {
      closed = true;
      abortAll();
    },
    get weight() {
      return weight;
    },
  };
}

/**
 * A malformed record's text comes in the first column that was asked for, or behind that of its file; a row that failed
 * says so in all of them.
 */
function rawOf(cells: CellPage, row: number): Cell | undefined {
  for (const at of cells.page.columns.slice(0, 2).keys()) {
    const cell = cells.cell(row, at);
    if (cell.kind === CellKind.Malformed || cell.kind === CellKind.Failed) return cell;
  }
  return undefined;
}
