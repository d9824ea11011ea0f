/** What the stages of a query and of an export take, and which of the two is looked at. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ExportStages, StageReport } from '../../protocol/stages.ts';
import type { Filter } from './filter.ts';
import type { Preview } from './preview.ts';

export interface StagesModel {
  /** Whose stages are looked at. */
  readonly open: Signal<'query' | 'export' | undefined>;
  /** The last export of what the page shows; undefined where there is none, or it is looked at no more. */
  readonly exported: ReadonlySignal<ExportStages | undefined>;
  /** The figures of what is looked at. */
  readonly shown: ReadonlySignal<ShownStages | undefined>;
  toggle(which: 'query' | 'export'): void;
  close(): void;
}

export interface ShownStages {
  /** Undefined where nothing was read for the result. */
  readonly report: StageReport | undefined;
  readonly phase: ExportStages['phase'];
  /** Name of the file that is written, of an export. */
  readonly target: string | undefined;
}

export function createStages(preview: Preview, filter: Filter): StagesModel {
  const { link, result } = preview;
  const open = signal<'query' | 'export' | undefined>();
  const exported = signal<ExportStages | undefined>();
  link.on('exportStages', (told) => {
    exported.value = told;
  });
  link.on('restarted', () => {
    // The engine that has written it is no more.
    const last = exported.peek();
    if (last?.phase === 'running') exported.value = { ...last, phase: 'failed' };
  });
  function forgetExport(): void {
    if (exported.peek()?.phase === 'running') return;
    exported.value = undefined;
    if (open.peek() === 'export') open.value = undefined;
  }
  effect(() => {
    if (filter.applied.value !== '' || preview.file.value) forgetExport();
  });
  const shown = computed((): ShownStages | undefined => {
    if (open.value === 'export') {
      const last = exported.value;
      return last && { report: last.stages, phase: last.phase, target: last.target };
    }
    const state = result.value;
    if (open.value === undefined || !state) return undefined;
    return { report: state.stages, phase: state.phase, target: undefined };
  });
  return {
    open,
    exported,
    shown,
    toggle: (which) => (open.value = open.peek() === which ? undefined : which),
    close() {
      const was = open.peek();
      open.value = undefined;
      if (was === 'export') forgetExport();
    },
  };
}
