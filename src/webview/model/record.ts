/** The record of the active row, whole, as the detail shows it. */
import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { FileInfo } from '../../protocol/file.ts';
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
  const nothing = { view: -1, row: -1 };
  let read = nothing;
  let drawn: FileInfo | undefined;

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

  function forget(): void {
    clearTimeout(timer);
    read = nothing;
    abort?.abort();
    detail.value = undefined;
    error.value = '';
  }

  effect(() => {
    const opened = preview.file.value;
    const { row } = preview.selection.value.active;
    const { view, rows } = preview.shown.value;
    // Read in another way, the row holds another record.
    if (opened !== drawn) forget();
    drawn = opened;
    if (!wanted.value || !opened) return;
    clearTimeout(timer);
    if (rows === 0) {
      forget();
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
