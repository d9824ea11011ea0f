/** Everything of a page together: the models, what is open beside the grid, and what the editor's commands do. */
import { computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { PageCommand } from '../../protocol/pageCommands.ts';
import type { SchemaCheck } from '../../protocol/schemaCheck.ts';
import { type EditorApi, type HostMethod, type Link } from '../link.ts';
import { createActions, type Actions } from './actions.ts';
import { createFilter, type Filter } from './filter.ts';
import { createFind, type FindModel } from './find.ts';
import { createKeeper, createSaver } from './keeper.ts';
import { createOtherTables, type OtherTable } from './otherTables.ts';
import { nameHeight } from '../grid/grid.ts';
import type { Overlay } from './overlay.ts';
import { createPreview, type Preview } from './preview.ts';
import { createColumnFacts, type ColumnFacts } from './columnFacts.ts';
import { createStatistics, type HeadPlots, type PlotContext, type StatisticsModel } from './statistics.ts';
import { createFollowing, type FollowingModel } from './following.ts';
import { createSchemaCheck } from './schema.ts';
import { createStages, type StagesModel } from './stages.ts';
import { createRecord, type RecordModel } from './record.ts';
import { createTimeline, type TimelineModel } from './timeline.ts';
import { readSaved, type SavedPage } from './saved.ts';
import { statusOf } from './status.ts';

export interface PageModel extends Actions {
  readonly link: Link;
  /** Whether whoever shows the page does what is asked by this. */
  offers(method: HostMethod): boolean;
  readonly preview: Preview;
  /** The tables of the file that are not read. */
  readonly otherTables: ReadonlySignal<readonly OtherTable[]>;
  readonly filter: Filter;
  /** What the chosen JSON Schema does not allow; undefined where none is chosen. */
  readonly schema: ReadonlySignal<SchemaCheck | undefined>;
  readonly stages: StagesModel;
  readonly following: FollowingModel;
  readonly record: RecordModel;
  readonly statistics: StatisticsModel;
  /** A result with columns of its own shows as a chart. */
  readonly plotted: Signal<boolean>;
  /** What people know the cluster by that queries of the file ran on last; '' where there is none. */
  readonly sparkLabel: ReadonlySignal<string>;
  readonly timeline: TimelineModel;
  /** Of the column of the active cell. */
  readonly facts: ColumnFacts;
  readonly find: FindModel;
  readonly side: Signal<SavedPage['side']>;
  readonly split: Signal<number>;
  readonly overlay: Signal<Overlay | undefined>;
  /** Of the grid's header: the names and the plots, in pixels. */
  readonly headHeight: ReadonlySignal<number>;
  /** Set by the box when it is there. */
  readonly focusBox: Signal<() => void>;
  command(command: PageCommand): void;
  /** Opens the list, with the focus on its first problem. */
  openProblems(): void;
  /** The focus is to go into the list of problems once it is there. */
  readonly toProblems: Signal<boolean>;
  /** Lets the user say how the file is to be read, or which of its tables, or several files in which order. */
  readAs(about?: 'table' | 'order'): void;
  start(): Promise<void>;
  /** Reads the file anew, and shows the same place of the same query. */
  reload(): Promise<void>;
  /** Opens a file that could not be shown, with what the page was to show of it. */
  tryAgain(): Promise<void>;
  runPaused(): void;
}

const statusDelay = 250;

/** @param begin what the page shows where it has kept nothing itself */
export function createPage(link: Link, api: EditorApi, heads: HeadPlots, begin?: object): PageModel {
  const saved = readSaved(api.getState() ?? begin);
  const side = signal(saved.side);
  const split = signal(saved.split);
  const plots = signal(saved.plots);
  const plotted = signal(false);
  const sparkLabel = signal('');
  const overTime = signal(saved.timeline);
  const overlay = signal<Overlay | undefined>(undefined);
  let tellTimer: ReturnType<typeof setTimeout> | undefined;
  let toldAt = -Infinity;
  const toProblems = signal(false);
  const focusBox = signal<() => void>(() => undefined);

  const saver = createSaver((state) => {
    api.setState(state);
    clearTimeout(tellTimer);
    const tell = () => {
      toldAt = performance.now();
      void link.call('host/keepPage', { state }).catch(() => undefined);
    };
    // At once where nothing was told lately: an editor may be split the next moment.
    const wait = toldAt + statusDelay - performance.now();
    if (wait <= 0) tell();
    else tellTimer = setTimeout(tell, wait);
  });
  const { changed } = saver;

  const preview = createPreview(link, saved.columns, {
    selected: changed,
    changed,
    sort: (column, more) => actions.sort(column, 'next', more),
    openMenu: (column, anchor) => (overlay.value = { kind: 'columnMenu', column, anchor }),
    paintPlot: (host, column, width) => heads.paint(host, plotContext(), column, width),
    inSight: (columns) => (statistics.inSight.value = columns),
    openCell(row, column) {
      if (column) actions.openCell(row, column);
      else side.value = 'detail';
    },
    copy: () => void actions.copy('tsv'),
    leave: () => focusBox.peek()(),
  });
  const { grid } = preview;
  const otherTables = createOtherTables(link, preview.file, (text) => (preview.notice.value = text));
  const filter = createFilter(preview, changed);
  const schema = createSchemaCheck(preview, filter);
  const stages = createStages(preview, filter);
  const statistics = createStatistics(preview, filter.applied, plots);
  effect(() => grid.setPlotHeight(plots.value ? heads.height : 0));
  const timeline = createTimeline(preview, statistics.known, overTime);
  const facts = createColumnFacts(
    preview,
    computed(() => side.value === 'column'),
  );
  let started: Promise<void> = Promise.resolve();
  const wanted = signal(side.value === 'detail');
  effect(() => {
    wanted.value = side.value === 'detail';
  });
  const record = createRecord(preview, wanted);
  const find = createFind(preview);
  const actions = createActions({ preview, filter, side, overlay });
  const kept = createKeeper(saver, saved, { preview, filter, side, split, plots, timeline: overTime });
  const following = createFollowing(preview, () => kept.reload());
  // A column of the file as it was read before is none of its columns now.
  preview.file.subscribe(() => {
    if (overlay.peek() && 'column' in (overlay.peek() ?? {})) overlay.value = undefined;
  });
  overTime.subscribe(changed);
  plots.subscribe(changed);
  side.subscribe(changed);
  split.subscribe(changed);

  function plotContext(): PlotContext {
    return {
      statistics,
      pick: actions.pick,
      leave: (key) => grid.leavePlot(key === 'ArrowDown' ? 'rows' : 'head'),
    };
  }

  /** Where a result is plotted, its rows are out of sight. */
  function showRows(): void {
    plotted.value = false;
  }

  function command(given: PageCommand): void {
    switch (given.name) {
      case 'cell':
        if ('test' in given) void actions.testCell(given.context, given.test);
        else actions.actOnCell(given.action, given.context);
        return;
      case 'column': {
        const column = preview.columns.peek().find((other) => other.id === given.context.column);
        if (!column) return;
        if ('test' in given) actions.testColumn(column, given.test);
        else actions.actOnColumn(column, given.action);
        return;
      }
      case 'focusFilter': {
        focusBox.peek()();
        return;
      }
      case 'goTo':
        showRows();
        overlay.value = { kind: 'goTo', anchor: grid.element };
        return;
      case 'findColumn':
        overlay.value = { kind: 'columns', anchor: grid.element };
        return;
      case 'find': {
        showRows();
        find.show();
        return;
      }
      case 'findNext':
        showRows();
        return void find.next(false);
      case 'findPrevious':
        showRows();
        return void find.next(true);
      case 'cancel':
        filter.cancel();
        find.cancel();
        return;
      case 'clearFilter':
        return void filter.clear();
      case 'showProblems': {
        openProblems();
        return;
      }
      case 'showDetail':
        side.value = 'detail';
        return;
      case 'showInContext':
        return void filter.showInContext();
      case 'export':
        actions.exportRows('host/export', grid.element);
        return;
      case 'sendRows':
        actions.exportRows('host/sendRows', grid.element);
        return;
      case 'runOnSpark':
        actions.askHost('host/runOnSpark', { query: filter.applied.peek() });
        return;
      case 'copyQueryAs':
        actions.askHost('host/copyQueryAs', { query: filter.applied.peek() });
        return;
      case 'askAboutFile':
        actions.askHost('host/askAboutFile', { query: filter.applied.peek() });
        return;
      case 'showQuery':
        // What the page begins with would take its place.
        void started.then(() => filter.run(given.query));
        return;
    }
  }

  function openProblems(): void {
    side.value = 'problems';
    toProblems.value = true;
  }

  link.on('command', command);
  link.on('ranOnSpark', ({ label }) => (sparkLabel.value = label));
  link.on('restarted', ({ message }) => {
    preview.restarted.value = message;
    void kept.again();
  });

  let statusTimer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    if (!statusOf(preview, filter)) return;
    // Told while a query runs, too, though its count changes all the time.
    statusTimer ??= setTimeout(() => {
      statusTimer = undefined;
      const status = statusOf(preview, filter);
      if (status) void link.call('host/status', status).catch(() => undefined);
    }, statusDelay);
  });

  return {
    ...actions,
    link,
    offers: (method) => !api.lacking?.includes(method),
    preview,
    otherTables,
    filter,
    schema,
    stages,
    following,
    record,
    statistics,
    facts,
    plotted,
    sparkLabel,
    timeline,
    find,
    side,
    split,
    overlay,
    headHeight: computed(() => nameHeight + (plots.value ? heads.height : 0)),
    focusBox,
    command,
    openProblems,
    toProblems,
    readAs: (about) => actions.askHost('host/readAs', about ? { about } : {}),
    start: () => (started = kept.start()),
    reload: () => kept.reload(),
    tryAgain: () => (preview.file.peek() ? kept.reload() : kept.again()),
    runPaused: () => kept.runPaused(),
  };
}
