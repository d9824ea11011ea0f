/** Keeps what a page is to come back to, and brings it back: after it was hidden, a reload, a new engine. */
import { batch, effect, type Signal } from '@preact/signals';
import { laneOfPath } from '../grid/columns.ts';
import type { Spot } from '../grid/selection.ts';
import type { Filter } from './filter.ts';
import type { Preview } from './preview.ts';
import type { SavedCell, SavedPage } from './saved.ts';

/** What there is to keep of a page. */
export interface KeptParts {
  readonly preview: Preview;
  readonly filter: Filter;
  readonly side: Signal<SavedPage['side']>;
  readonly split: Signal<number>;
  readonly plots: Signal<boolean>;
  readonly timeline: Signal<boolean>;
}

export interface Saver {
  /** Something that is kept has changed. */
  readonly changed: () => void;
  /** From now on there is something to keep. */
  begin(snapshot: () => SavedPage): void;
}

/** Hands on what the page tells of itself, once for all that changes in a task. */
export function createSaver(keep: (state: SavedPage) => void): Saver {
  let look: (() => SavedPage) | undefined;
  let unsaved = false;
  return {
    // Never later than with the task at hand: the tab may be hidden the next moment, and the page is gone with it.
    changed() {
      if (!look || unsaved) return;
      unsaved = true;
      queueMicrotask(() => {
        unsaved = false;
        if (look) keep(look());
      });
    },
    begin(snapshot) {
      look = snapshot;
    },
  };
}

export interface Keeper {
  /** Opens the file, and shows what was kept. */
  start(): Promise<void>;
  /** Reads the file anew, and shows the same place of the same query. */
  reload(): Promise<void>;
  /** Asks an engine that is another one now for the same again. */
  again(): Promise<void>;
  /** Runs the query that took long, and goes to where the page was. */
  runPaused(): void;
}

/** A query that took longer, in milliseconds, is not run again by itself when a window is restored. */
const longQuery = 5000;

export function createKeeper(saver: Saver, saved: SavedPage, parts: KeptParts): Keeper {
  const { preview, filter, side, split, plots, timeline } = parts;
  const { grid } = preview;
  /** What the page is on its way back to; kept as it was until it is there. */
  let resuming: Pick<SavedPage, 'query' | 'place'> | undefined;
  /** Where the page was in the rows of a query that is not run yet. */
  let waiting: SavedPage['place'] | undefined;

  function placeNow(): SavedPage['place'] {
    if (resuming) return resuming.place;
    const match = filter.matchInContext();
    // What comes back are the matches: the rows in sight are those of the file.
    if (match) {
      const { row, path, above } = match;
      const cell = { row, path };
      return { top: Math.max(0, row - above / grid.rowHeight), active: cell, anchor: cell, shape: 'cells' };
    }
    const { active, anchor, shape } = grid.selection;
    const cellOf = ({ row, lane }: Spot): SavedCell => ({
      row,
      // Of a row's number it is none.
      path: (lane < 0 ? undefined : grid.layout.lanes.at(lane)?.column.path) ?? '',
    });
    return { top: grid.topRow, active: cellOf(active), anchor: cellOf(anchor), shape };
  }

  function queryNow(): string {
    const paused = preview.paused.peek();
    if (paused) return paused.query;
    return resuming && preview.awaited.peek() ? resuming.query : filter.wanted();
  }

  function snapshot(): SavedPage {
    return {
      version: 2,
      query: queryNow(),
      took: preview.paused.peek()?.took ?? preview.result.peek()?.elapsedMs ?? 0,
      columns: grid.prefs,
      place: placeNow(),
      side: side.peek(),
      plots: plots.peek(),
      timeline: timeline.peek(),
      split: split.peek(),
    };
  }

  let stopRestoring: (() => void) | undefined;

  /** Back to where the page was, once there are that many rows; unless the user has gone elsewhere meanwhile. */
  function restorePlace({ top, active, anchor, shape }: SavedPage['place']): void {
    const last = Math.max(active.row, anchor.row);
    const spotOf = ({ row, path }: SavedCell): Spot => {
      if (path === '' && shape === 'rows') return { row, lane: -1 };
      const lane = laneOfPath(grid.layout, path);
      return { row, lane: Math.max(0, lane) };
    };
    const stop = effect(() => {
      const { view, rows, exact } = preview.shown.value;
      const elsewhere = preview.selection.value.active.row !== 0;
      if (!elsewhere && (view < 0 || (rows <= last && !exact))) return;
      // The grid, too, has to have heard of the rows.
      queueMicrotask(() => {
        stop();
        resuming = undefined;
        // The rows that are waited for begin at the first one: who sees others has scrolled to them.
        if (elsewhere || grid.topRow > 0) return;
        const { row, lane } = spotOf(active);
        grid.goTo(row, lane, (row - top) * grid.rowHeight);
        grid.select({ active: { row, lane }, anchor: spotOf(anchor), shape });
      });
    });
    stopRestoring = stop;
  }

  /** Opens the file, runs the query over it and goes to the place: all that a page needs to come (back). */
  async function resume(
    open: () => Promise<void>,
    query: string,
    place: SavedPage['place'],
    took = 0,
  ): Promise<void> {
    stopRestoring?.();
    const mine = { query, place };
    resuming = mine;
    batch(() => {
      preview.awaited.value = query !== '';
      preview.inContext.value = false;
      preview.result.value = undefined;
    });
    await open();
    // Where the file was read anew meanwhile, whatever opened it then does the rest.
    if (preview.trouble.peek() || resuming !== mine) return;
    if (query !== '' && took > longQuery && !(await parts.preview.link.call('kept', { query }))) {
      batch(() => {
        preview.awaited.value = false;
        preview.paused.value = { query, took };
        filter.text.value = query;
      });
      waiting = place;
      resuming = undefined;
      return;
    }
    if (query !== '') void filter.run(query);
    restorePlace(place);
  }

  return {
    async start() {
      await resume(preview.open, saved.query, saved.place, saved.took);
      saver.begin(snapshot);
    },
    reload: () => resume(preview.reload, queryNow(), placeNow()),
    again: () => resume(preview.open, queryNow(), placeNow()),
    runPaused() {
      const query = preview.paused.peek()?.query;
      if (query === undefined) return;
      preview.awaited.value = true;
      void filter.run(query);
      if (waiting) restorePlace(waiting);
      waiting = undefined;
    },
  };
}
