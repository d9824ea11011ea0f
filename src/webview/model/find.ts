/** Finding text in the whole file, or in the rows that match. */
import { batch, effect, signal, type Signal } from '@preact/signals';
import { cellsOf, wholeCell } from '../grid/cells.ts';
import { laneOf } from '../grid/columns.ts';
import { inOneLine } from '../grid/look.ts';
import { holds } from '../grid/render.ts';
import { isAbort, sentence } from '../link.ts';
import type { Preview } from './preview.ts';

/** The row that was gone to. */
export interface FoundPlace {
  readonly row: number;
  /** Which of the matching rows it is, from 1. */
  readonly number: number;
  /** The name of the column that holds the text, where no column that is shown does. */
  readonly hidden: string | undefined;
}

export interface FindModel {
  readonly open: Signal<boolean>;
  /** Goes up each time the bar is asked for, also when it is there already. */
  readonly asked: Signal<number>;
  readonly text: Signal<string>;
  readonly matchCase: Signal<boolean>;
  /** How far the search has come, while one is under way. */
  readonly searching: Signal<{ readonly scanned: number; readonly total: number | undefined } | undefined>;
  readonly count: Signal<{ readonly rows: number; readonly complete: boolean } | undefined>;
  readonly place: Signal<FoundPlace | undefined>;
  /** Nothing found in this direction. */
  readonly ended: Signal<'' | 'end' | 'start'>;
  readonly error: Signal<string>;
  show(): void;
  hide(): void;
  /** Another text or case: counts anew. */
  change(text: string, matchCase: boolean): void;
  next(backward: boolean): Promise<void>;
  cancel(): void;
}

const typingRests = 250;

export function createFind(preview: Preview): FindModel {
  const { link, grid } = preview;
  const open = signal(false);
  const asked = signal(0);
  const text = signal('');
  const matchCase = signal(false);
  const searching = signal<{ readonly scanned: number; readonly total: number | undefined } | undefined>(
    undefined,
  );
  const count = signal<{ readonly rows: number; readonly complete: boolean } | undefined>(undefined);
  const place = signal<FoundPlace | undefined>(undefined);
  const ended = signal<'' | 'end' | 'start'>('');
  const error = signal('');
  /** The row that was gone to last. */
  let gone: number | undefined;
  let step: AbortController | undefined;
  let counting: AbortController | undefined;
  let countTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the count was made of. */
  let counted = '';

  function cancel(): void {
    step?.abort();
    counting?.abort();
    clearTimeout(countTimer);
    searching.value = undefined;
    counted = '';
  }

  async function countRows(view: number): Promise<void> {
    const wanted = JSON.stringify([view, text.peek(), matchCase.peek()]);
    if (counted === wanted || text.peek() === '') return;
    counting?.abort();
    const mine = new AbortController();
    counting = mine;
    counted = wanted;
    try {
      const found = await link.call(
        'findCount',
        { view, text: text.peek(), matchCase: matchCase.peek() },
        {
          signal: mine.signal,
          onProgress: (so) => (count.value = { rows: so.count, complete: false }),
        },
      );
      if (counting === mine) count.value = { rows: found.count, complete: true };
    } catch (failure) {
      counted = '';
      if (!isAbort(failure)) error.value = sentence(failure);
    }
  }

  /** Known once all rows have been looked through. */
  function allCounted(): number | undefined {
    const known = count.peek();
    return known?.complete ? known.rows : undefined;
  }

  async function numberOf(view: number, row: number, signal: AbortSignal): Promise<number> {
    const request = { view, text: text.peek(), matchCase: matchCase.peek(), before: row };
    return (await link.call('findCount', request, { signal })).count + 1;
  }

  /**
   * Makes the first cell of a row that holds the text the active one, however far off its column is.
   * @returns the name of a hidden column, where only that holds it
   */
  async function goToColumn(view: number, row: number, signal: AbortSignal): Promise<string | undefined> {
    const shown = grid.layout.lanes.map(({ column }) => column.id);
    const known = preview.columns.peek();
    const hidden = known.filter(({ id }) => !shown.includes(id));
    const columns = [...shown, ...hidden.map(({ id }) => id)];
    const request = { view, first: row, count: 1, columns, limit: wholeCell };
    const page = cellsOf(await link.call('rows', request, { signal }));
    const wanted = matchCase.peek() ? text.peek() : text.peek().toLowerCase();
    const at =
      page.page.rows === 0
        ? -1
        : columns.findIndex((_, column) => holds(inOneLine(page.cell(0, column)), wanted, matchCase.peek()));
    if (at >= shown.length) return hidden[at - shown.length].name;
    // Who has moved on in the meantime stays there.
    const lane = at < 0 || grid.selection.active.row !== row ? -1 : laneOf(grid.layout, columns[at]);
    if (lane >= 0 && lane !== grid.selection.active.lane) grid.goToLane(lane);
    return undefined;
  }

  /** The row behind which the search begins: the active one is looked at as well, unless the search has led there. */
  function startOf(backward: boolean): number {
    const { row } = grid.selection.active;
    if (row === gone) return row;
    return backward ? row + 1 : row - 1;
  }

  async function next(backward: boolean): Promise<void> {
    if (text.peek() === '') return;
    step?.abort();
    const mine = new AbortController();
    step = mine;
    const { view, rows } = preview.shown.peek();
    // After the end was told, the search goes on from the other one.
    const around = ended.peek() === (backward ? 'start' : 'end');
    const before = place.peek();
    const from = around ? (backward ? rows : -1) : startOf(backward);
    batch(() => {
      ended.value = '';
      error.value = '';
      searching.value = { scanned: 0, total: undefined };
    });
    try {
      const found = await link.call(
        'find',
        { view, text: text.peek(), matchCase: matchCase.peek(), from, backward },
        { signal: mine.signal, onProgress: (at) => (searching.value = at) },
      );
      if (step !== mine) return;
      void countRows(view);
      if (!found) {
        ended.value = backward ? 'start' : 'end';
        return;
      }
      grid.goTo(found.row);
      gone = found.row;
      const hidden = await goToColumn(view, found.row, mine.signal);
      searching.value = undefined;
      const number = around
        ? backward
          ? allCounted()
          : 1
        : before?.row === from
          ? before.number + (backward ? -1 : 1)
          : undefined;
      place.value = undefined;
      const { row } = found;
      place.value = { row, number: number ?? (await numberOf(view, row, mine.signal)), hidden };
    } catch (failure) {
      if (!isAbort(failure) && step === mine) error.value = sentence(failure);
    } finally {
      if (step === mine) searching.value = undefined;
    }
  }

  /** What was told is of other rows, or of another text. */
  function startAnew(): void {
    cancel();
    gone = undefined;
    batch(() => {
      count.value = undefined;
      place.value = undefined;
      ended.value = '';
      error.value = '';
    });
  }

  function countSoon(): void {
    if (text.peek() !== '')
      countTimer = setTimeout(() => void countRows(preview.shown.peek().view), typingRests);
  }

  let rowsOf = preview.counted.peek();
  effect(() => {
    const now = preview.counted.value;
    if (now === rowsOf) return;
    rowsOf = now;
    startAnew();
    if (open.peek() && preview.shown.peek().view >= 0) countSoon();
  });

  return {
    open,
    asked,
    text,
    matchCase,
    searching,
    count,
    place,
    ended,
    error,
    show() {
      open.value = true;
      asked.value++;
      grid.seek(text.peek(), matchCase.peek());
    },
    hide() {
      cancel();
      open.value = false;
      grid.seek('', false);
      grid.focus();
    },
    change(nextText, nextCase) {
      batch(() => {
        startAnew();
        text.value = nextText;
        matchCase.value = nextCase;
      });
      grid.seek(nextText, nextCase);
      countSoon();
    },
    next,
    cancel,
  };
}
