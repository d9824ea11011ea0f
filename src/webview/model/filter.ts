/** The filter: its text, the run that is under way, and what has been run and kept before. */
import { batch, effect, signal, type Signal } from '@preact/signals';
import type { Filters, ViewState } from '../../protocol/preview.ts';
import type { Condition, Diagnostic, QueryEdit } from '../../protocol/queryText.ts';
import { laneOfPath } from '../grid/columns.ts';
import type { Grid } from '../grid/contract.ts';
import { asSentence, t } from '../l10n.ts';
import { isAbort, sentence, type CallOptions, type Link } from '../link.ts';
import type { Preview } from './preview.ts';

/** Where a match is among the matches, and how many pixels of the grid stand above it. */
interface MatchPlace {
  readonly row: number;
  readonly lane: number;
  /** Of its column; empty for a row's number. */
  readonly path: string;
  readonly above: number;
}

export interface Filter {
  /** What the box holds. */
  readonly text: Signal<string>;
  /** What was run last; '' when nothing filters. */
  readonly applied: Signal<string>;
  readonly running: Signal<boolean>;
  /** Why the last run came to nothing. */
  readonly error: Signal<string>;
  /** What is wrong with the text, or doubtful about it. */
  readonly diagnostics: Signal<readonly Diagnostic[]>;
  readonly conditions: Signal<readonly Condition[]>;
  readonly filters: Signal<Filters>;
  run(query: string): Promise<void>;
  /** The query of the rows that show; none while it is being taken away, though they still do. */
  wanted(): string;
  /** Reads on where the source has failed: in the file, and for the query if that had failed as well. */
  retry(): Promise<void>;
  cancel(): void;
  /** Back to the whole file, with the selected record where it was. */
  clear(): Promise<void>;
  /**
   * Shows the selected match among its neighbours in the file, and back.
   * @param anyway shows the file also where rows are of no single record
   */
  showInContext(anyway?: boolean): Promise<void>;
  leaveContext(): void;
  /** Where the matches are left for one's context, and come back to. */
  matchInContext(): MatchPlace | undefined;
  /** Shows a record: among the rows that show where it is one of them, else in the file, with the query laid aside. */
  goToRecord(record: number): Promise<void>;
  edit(edit: QueryEdit): Promise<void>;
  keep(name: string): void;
  forget(name: string): void;
}

/** So many warnings are said at a time: what they are of is underlined in any case. */
const mostSpoken = 3;

/**
 * What is said in words under the box: the first error, else warnings. What is missing at the end is still being typed: it
 * is underlined, and said when the query is run.
 */
export function spoken({ text, diagnostics }: Pick<Filter, 'text' | 'diagnostics'>): Diagnostic[] {
  const end = text.value.trimEnd().length;
  const told = diagnostics.value.filter(({ from }) => from < end);
  const error = told.find(({ severity }) => severity === 'error');
  return error ? [error] : told.slice(0, mostSpoken);
}

const historyLength = 50;
/** So long the rows stay as they are while the engine looks for the record. */
const locatePatience = 400;

/** What of the preview a filter has to do with. */
export type Filtered = Pick<
  Preview,
  'file' | 'result' | 'inContext' | 'awaited' | 'starting' | 'paused' | 'notice' | 'shown'
> & {
  readonly link: Pick<Link, 'call'>;
  readonly grid: Pick<Grid, 'facts' | 'layout' | 'selection' | 'aboveOf' | 'goTo' | 'focus' | 'refresh'>;
};

export function createFilter(preview: Filtered, changed: () => void): Filter {
  const { link, grid, result, inContext, awaited, starting, paused, notice } = preview;
  const text = signal('');
  const applied = signal('');
  const running = signal(false);
  const error = signal('');
  const diagnostics = signal<readonly Diagnostic[]>([]);
  const conditions = signal<readonly Condition[]>([]);
  const filters = signal<Filters>({ history: [], saved: [] });
  let current: AbortController | undefined;
  /** Counts what changes the rows that are shown: what was begun before the last of it is not carried on. */
  let turn = 0;
  let isClearing = false;
  let edits: Promise<void> = Promise.resolve();
  /** The match that is shown in context, and where it was. */
  let match: MatchPlace | undefined;

  effect(() => {
    if (preview.file.value) error.value = '';
  });

  link.call('host/filters', null).then(
    (kept) => (filters.value = kept),
    () => undefined,
  );

  function keepFilters(next: Filters): void {
    filters.value = next;
    link.call('host/keepFilters', next).catch((failure: unknown) => (notice.value = sentence(failure)));
  }

  function remember(query: string): void {
    const { history, saved } = filters.value;
    if (history.at(0) === query) return;
    const others = history.filter((other) => other !== query);
    keepFilters({ history: [query, ...others].slice(0, historyLength), saved });
  }

  function readConditions(query: string): void {
    // Those of the query before are at places in its text: taken away from this one, they would take something else.
    conditions.value = [];
    if (query === '') return;
    link.call('conditions', { query }).then(
      (found) => {
        if (applied.value === query) conditions.value = found;
      },
      () => (conditions.value = []),
    );
  }

  function run(raw: string): Promise<void> {
    const query = raw.trim();
    if (query === '') return clear();
    // Who asks for the query wants its rows, also where they are there and were laid aside.
    return follow(query, (options) => link.call('run', { query }, options), true);
  }

  async function retry(): Promise<void> {
    const state = result.peek();
    if (state?.phase === 'failed') {
      await follow(applied.peek(), (options) => link.call('retry', { view: state.view }, options));
      return;
    }
    try {
      await link.call('retry', { view: 0 });
      grid.refresh();
    } catch (failure) {
      notice.value = sentence(failure);
    }
  }

  /**
   * Shows what comes of a query as it comes.
   * @param leaves whether its first rows take the place of the file that a match is shown in
   */
  async function follow(
    query: string,
    start: (options: CallOptions<ViewState>) => Promise<ViewState>,
    leaves = false,
  ): Promise<void> {
    let leaving = leaves;
    current?.abort();
    const mine = new AbortController();
    current = mine;
    turn++;
    isClearing = false;
    text.value = query;
    error.value = '';
    paused.value = undefined;
    notice.value = '';
    running.value = true;
    starting.value = true;
    const show = (state: ViewState) => {
      if (current !== mine) return;
      if (applied.value !== query) {
        applied.value = query;
        readConditions(query);
        remember(query);
        changed();
      }
      batch(() => {
        // Who looks at a match's context while the query runs on stays there.
        if (leaving || result.peek()?.view !== state.view) inContext.value = false;
        leaving = false;
        awaited.value = false;
        starting.value = false;
        result.value = state;
      });
    };
    try {
      const done = await start({ signal: mine.signal, onProgress: show });
      show(done);
      changed();
      if (done.phase === 'failed' && done.said && current === mine) error.value = asSentence(done.said);
    } catch (failure) {
      if (!isAbort(failure) && current === mine) {
        const before = result.peek();
        batch(() => {
          error.value = sentence(failure);
          // The query before was not done when this one took its place.
          if (before?.phase === 'running') result.value = { ...before, phase: 'cancelled' };
        });
      }
    } finally {
      if (current === mine) {
        running.value = false;
        awaited.value = false;
        starting.value = false;
        current = undefined;
      }
    }
  }

  function cancel(): void {
    if (!current) return;
    current.abort();
    current = undefined;
    running.value = false;
    awaited.value = false;
    starting.value = false;
    const state = result.value;
    if (state?.phase === 'running') result.value = { ...state, phase: 'cancelled' };
  }

  /** The record that a row is of; 0 where it is of no single one. */
  async function recordOf(view: number, row: number): Promise<number> {
    const known = grid.facts(row)?.record ?? 0;
    if (known > 0) return known;
    // Pages do not tell of the records that sorted rows are of.
    return (await link.call('record', { view, row })).record;
  }

  /** The row of the file that a row of a query stands for. */
  async function rowInFile(view: number, row: number): Promise<number | undefined> {
    const record = await recordOf(view, row);
    if (record === 0) return undefined;
    return (await link.call('locate', { view: 0, place: { by: 'record', value: record } })).row;
  }

  /** Where a column is now, by its path: the file may have others than a result. */
  function laneNow(lane: number, path: string | undefined): number {
    const found = laneOfPath(grid.layout, path);
    return found < 0 ? lane : found;
  }

  /**
   * Shows the file as it stands by what `show` does, with the record of the active row where it was.
   * @param nowhere called where the row is of no single record
   */
  async function backToFile(show: () => void, nowhere?: () => void): Promise<void> {
    const mine = ++turn;
    const { view, rows } = preview.shown.peek();
    if (view <= 0 || rows === 0) {
      show();
      return;
    }
    const { row, lane } = grid.selection.active;
    const path = lane < 0 ? undefined : grid.layout.lanes.at(lane)?.column.path;
    const above = grid.aboveOf(row);
    const found = rowInFile(view, row);
    const late = new Promise<void>((resolve) => setTimeout(resolve, locatePatience));
    await Promise.race([found.catch(() => undefined), late]);
    if (turn !== mine) return;
    show();
    try {
      const place = await found;
      if (turn !== mine || preview.shown.peek().view !== 0) return;
      if (place === undefined) nowhere?.();
      else grid.goTo(place, laneNow(lane, path), above);
    } catch (failure) {
      notice.value = sentence(failure);
    }
  }

  async function clear(): Promise<void> {
    cancel();
    text.value = '';
    error.value = '';
    paused.value = undefined;
    isClearing = true;
    await backToFile(takeAway);
    changed();
  }

  /** Ends a clearing: from here on the file shows. */
  function takeAway(): void {
    isClearing = false;
    applied.value = '';
    conditions.value = [];
    inContext.value = false;
    result.value = undefined;
  }

  function keepMatch(): void {
    const { row, lane } = grid.selection.active;
    const path = lane < 0 ? undefined : grid.layout.lanes.at(lane)?.column.path;
    match = { row, lane, path: path ?? '', above: grid.aboveOf(row) };
  }

  async function showInContext(anyway = false): Promise<void> {
    if (!result.value || inContext.value) return;
    const { rows } = preview.shown.peek();
    if (result.value.outcome.rows === 'groups' && rows > 0 && !anyway) {
      notice.value = t('This row is of no single record.');
      return;
    }
    const nowhere = () => (notice.value = t('This row is of no single record.'));
    if (isClearing) {
      // What is being taken away is not come back to: its box is empty. Another row may be selected by now.
      await backToFile(takeAway, nowhere);
      changed();
      return;
    }
    keepMatch();
    await backToFile(() => (inContext.value = true), nowhere);
  }

  function leaveContext(): void {
    inContext.value = false;
    if (match && preview.shown.value.view !== 0) grid.goTo(match.row, match.lane, match.above);
    match = undefined;
  }

  /** Whether a record is yet to be looked at by the query of a view, as far as the page and its grid know. */
  function isAhead(view: number, record: number): boolean {
    const state = result.value;
    return state?.view === view && state.phase === 'running' && state.records < record;
  }

  function countedTo(view: number, record: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = effect(() => {
        if (isAhead(view, record)) return;
        queueMicrotask(() => {
          stop();
          resolve();
        });
      });
    });
  }

  async function goToRecord(value: number): Promise<void> {
    // Its place is where the selected record would have been.
    if (isClearing) takeAway();
    const mine = ++turn;
    const place = { by: 'record', value } as const;
    const { view } = preview.shown.peek();
    try {
      if (view !== 0) {
        // Sorted and computed rows have no places in the file.
        const find = () => link.call('locate', { view, place }).catch(() => undefined);
        // What is answered may be of before the query came there, also where it has by now.
        const wasAhead = isAhead(view, value);
        let among = await find();
        if (among && wasAhead && turn === mine) {
          await countedTo(view, value);
          if (turn === mine) among = await find();
        }
        if (turn !== mine) return;
        if (among?.exact) {
          goTo(among.row);
          return;
        }
        keepMatch();
        inContext.value = true;
      }
      const { row } = await link.call('locate', { view: 0, place });
      if (turn === mine) goTo(row);
    } catch (failure) {
      notice.value = sentence(failure);
    }
  }

  function goTo(row: number): void {
    grid.goTo(row);
    grid.focus();
  }

  return {
    text,
    applied,
    running,
    error,
    diagnostics,
    conditions,
    filters,
    run,
    wanted: () => (isClearing ? '' : applied.peek()),
    retry,
    cancel,
    clear,
    showInContext,
    leaveContext,
    matchInContext: () => (inContext.peek() ? match : undefined),
    goToRecord,
    async edit(change) {
      // It goes with the others.
      if (change.kind === 'remove' && isClearing) return;
      // What shows then are the file's records, which the query may have made other rows of.
      const ofRecords = inContext.peek();
      if (ofRecords && (change.kind === 'sort' || change.kind === 'drop')) {
        notice.value = t('The filter is paused: go back to the matches to sort them or to drop columns.');
        return;
      }
      // Each builds on the text that the one before has made, though its query may still be running.
      const mine = edits.then(async () => {
        const base = change.kind === 'remove' ? applied.value : text.value.trim();
        return link.call('edit', { query: base, edit: change, ofRecords });
      });
      let ran = Promise.resolve();
      edits = mine.then(
        ({ query }) => {
          ran = run(query);
        },
        (failure: unknown) => {
          notice.value = sentence(failure);
        },
      );
      await edits;
      await ran;
    },
    keep(name) {
      const { history, saved } = filters.value;
      const others = saved.filter((other) => other.name !== name);
      keepFilters({ history, saved: [...others, { name, query: text.value.trim() }] });
    },
    forget(name) {
      const { history, saved } = filters.value;
      keepFilters({ history, saved: saved.filter((other) => other.name !== name) });
    },
  };
}
