/** The record of the active row, whole, as the detail shows it. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { RecordDetail } from '../../protocol/preview.ts';
import { isAbort, sentence } from '../link.ts';
import type { Preview } from './preview.ts';

export interface RecordModel {
  readonly detail: ReadonlySignal<RecordDetail | undefined>;
  readonly error: ReadonlySignal<string>;
  /** Moves the selection to the next or previous row. */
  readonly step: (rows: 1 | -1) => void;
}

/** The record is read while `wanted` holds, and shortly after the selection rests. */
export function createRecord(preview: Preview, wanted: ReadonlySignal<boolean>): RecordModel {
  const detail = signal<RecordDetail | undefined>(undefined);
  const error = signal('');
  let abort: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let read = { view: -1, row: -1 };

  async function load(view: number, row: number): Promise<void> {
    abort?.abort();
    const mine = new AbortController();
    abort = mine;
    try {
      detail.value = await preview.link.call('record', { view, row }, { signal: mine.signal });
      error.value = '';
    } catch (failure) {
      if (isAbort(failure)) return;
      detail.value = undefined;
      error.value = sentence(failure);
    }
  }

  effect(() => {
    const { row } = preview.selection.value.active;
    const { view, rows } = preview.shown.value;
    if (!wanted.value || !preview.file.value) return;
    clearTimeout(timer);
    if (rows === 0) {
      read = { view: -1, row: -1 };
      abort?.abort();
      detail.value = undefined;
      error.value = '';
      return;
    }
    if (read.view === view && read.row === row) return;
    // A key that is held down passes many rows; only where it rests is a record read.
    timer = setTimeout(() => {
      read = { view, row };
      void load(view, row);
    }, 30);
  });

  return {
    detail,
    error,
    step(rows) {
      const { row, lane } = preview.grid.selection.active;
      preview.grid.goTo(row + rows, lane);
    },
  };
}
