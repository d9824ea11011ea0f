import { said, SaidError, type Said } from '../../said/said.ts';
import { basename } from 'node:path';
import type { FileInfo, FileState } from '../../protocol/file.ts';
import type { PreviewCalls, PreviewEvents, RecordDetail, ViewState } from '../../protocol/preview.ts';
import type { ExportStages } from '../../protocol/stages.ts';
import type {
  StatisticsAnswer,
  StatisticsRequest,
  TimelineAnswer,
  TimelineRequest,
} from '../../protocol/statistics.ts';
import { Peer, type HandlerContext, type Handlers, type Message, type Post } from '../../protocol/rpc.ts';
import { asksForViolations, conditionsOf, keywords, nameSpans, parseQuery, picksOf } from '../query/index.ts';
import { fileNameAt } from '../source/location.ts';
import type { Calls } from '../stage/calls.ts';
import { RecentMap } from '../recentMap.ts';
import type { RemoteResult } from '../remote/result.ts';
import { failureKind } from './failureKind.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { canGrow } from '../dataset/follow/growth.ts';
import { refuseOpen } from '../dataset/doubt/doubts.ts';
import { editByReading } from './editByReading.ts';
import { openColumns } from './written.ts';
import { describeReadings } from '../format/csv/cellReading.ts';
import { locate } from './locate.ts';
import { find, findCount, type SoughtRows } from '../run/find.ts';
import { recordOf, rowsOfPage, timeOfRow } from './pages.ts';
import { completionsOf, diagnosticsOf, type Allowed } from './queryHelp.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import { problemKinds, problems } from '../run/problems.ts';
import { CheckedFile } from './checkedFile.ts';
import type { SharedFile } from './sharedFile.ts';
import type { Run } from '../run/run.ts';
import { plotsThere } from './plotsThere.ts';
import { nothingYet, rowsOf, statistics } from './statistics.ts';
import type { KeptRows } from '../run/keptRows.ts';
import { TableRun } from '../run/tableRun.ts';
import { noTimeline, timeline } from './timeline.ts';
import { ViewRun } from '../run/viewRun.ts';

/** What the engine answers of a page's calls: the others are the host's. */
export type EngineSide = { [K in Exclude<keyof PreviewCalls, `host/${string}`>]: PreviewCalls[K] };

/** Views kept for a page: what it showed before, so that going back is free. */
const keptViews = 4;

/** One preview's side of the engine: its views, and the answers to its page. */
export class Session {
  #file: SharedFile;
  readonly #reopen: () => Promise<SharedFile>;
  /** One at a time, whoever asks: each lets go of the file once. */
  #reloading: Promise<FileInfo> | undefined;
  readonly #peer: Peer<EngineSide, Record<string, never>, PreviewEvents>;
  readonly #runs = new RecentMap<number, Run>(keptViews);
  #stopListening: () => void;
  #stopFollowing: (() => void) | undefined;
  readonly #closing = new AbortController();
  /** Runs whose rows are of a file that has grown since, and that are not counted on. */
  readonly #outdated = new WeakSet<Run>();
  #nextView = 1;
  /** What the schema that was chosen last has to say. */
  #checked: CheckedFile | undefined;
  readonly #programs: Pick<Calls, 'open'> | undefined;

  /**
   * @param reopen lets go of the file and opens it anew, as it is now
   * @param programs runs what queries call; undefined: they may call nothing
   */
  constructor(
    file: SharedFile,
    post: Post,
    reopen: () => Promise<SharedFile>,
    programs?: Pick<Calls, 'open'>,
  ) {
    this.#programs = programs;
    this.#file = file;
    this.#reopen = reopen;
    this.#peer = new Peer({
      post,
      handlers: this.#handlers(),
      kindOf: failureKind,
    });
    this.#stopListening = this.#listen();
  }

  get file(): SharedFile {
    return this.#file;
  }

  receive(message: Message): void {
    this.#peer.receive(message);
  }

  async close(): Promise<void> {
    this.#stopListening();
    this.#stopFollowing?.();
    this.#closing.abort();
    this.#peer.close();
    await this.#peer.rested();
    await this.#dropRuns();
    await this.#checked?.letGo();
  }

  async #dropRuns(which: (run: Run) => boolean = () => true): Promise<void> {
    const runs = [...this.#runs.values()].filter(which);
    for (const { id } of runs) this.#runs.delete(id);
    await Promise.all(runs.map((run) => run.close()));
  }

  /**
   * From now on `_violation` is what another schema does not allow.
   * @param schema name of its file
   * @param dataset the file, opened with the schema; the session closes it
   */
  async checkBy(schema: string, dataset: Dataset): Promise<CheckedFile> {
    const before = this.#checked;
    const checked = new CheckedFile(schema, dataset, (check) => {
      if (this.#checked === checked) this.#peer.send('schemaCheck', check);
    });
    this.#checked = checked;
    checked.begin();
    await this.#dropRuns(({ query }) => query.plan.needsViolations);
    await before?.letGo();
    return checked;
  }

  /** Tells the page how far an export of what it shows is. */
  exports(told: ExportStages): void {
    this.#peer.send('exportStages', told);
  }

  /** Hands on what a query reads: the records as the chosen schema sees them where it asks for that, else as they are. */
  reading<T>(query: string, work: (dataset: Dataset) => Promise<T>): Promise<T> {
    const parsed = parseQuery(query);
    const checked = parsed.ok && asksForViolations(parsed.query) ? this.#checked : undefined;
    const { dataset } = checked ?? this.#file;
    return checked ? checked.holding(() => work(dataset)) : work(dataset);
  }

  info(): FileInfo {
    const { dataset, comparison, remote } = this.#file;
    const { score = 0, tables } = dataset.recognised;
    const { kind, dialect, numbersInText } = dataset.format;
    return {
      name: comparison?.info.names.join(' ↔ ') ?? basename(fileNameAt(dataset.name)),
      format: kind,
      size: dataset.size,
      encoding: dataset.encoding,
      containers: dataset.containers,
      numbersInText,
      dialect: dataset.description,
      reading: dialect && {
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        headerLines: dialect.headerLines,
        comment: dialect.comment,
        nulls: dialect.nulls ?? [],
        tables: tables?.places.map(({ line }) => line) ?? [],
        table: tables?.number ?? 1,
        score,
        written: describeReadings(dialect.readings),
      },
      rows: dataset.recognised.documentRows,
      open: openColumns(dataset),
      files: dataset.files,
      comparison: comparison?.info,
      remote: remote?.info,
      grows: !comparison && canGrow(dataset),
      columns: dataset.columns.all,
      state: this.#file.state(),
    };
  }

  get #remote(): RemoteResult {
    const { remote } = this.#file;
    if (!remote) throw new RangeError('The rows of this preview come from no cluster.');
    return remote;
  }

  get #allowed(): Allowed {
    return { calls: this.#programs !== undefined, checks: this.#checked !== undefined };
  }

  #listen(): () => void {
    const stops = [
      this.#file.listen((state) => this.#peer.send('file', state)),
      this.#file.listenToGrowth((same) => this.#grew(same)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #handlers(): Handlers<EngineSide> {
    return {
      info: () => this.info(),
      run: ({ query }, context) => this.#run(query, context),
      kept: ({ query }) => this.#kept({ asked: query, text: query }) !== undefined,
      rows: async (request, { signal }) => {
        const run = this.#viewRun(request.view);
        const known = run?.columns ?? this.#file.dataset.columns;
        const { page, columnsChanged } = await rowsOfPage(this.#file, run, request, signal);
        if (columnsChanged) this.#peer.send('columns', { view: request.view, columns: known.all });
        return page;
      },
      record: ({ view, row }, { signal }) => this.record(view, row, signal),
      locate: ({ view, place }, { signal }) => locate(this.#file, this.#viewRun(view), place, signal),
      timeOf: ({ view, row, column }, { signal }) =>
        timeOfRow(this.#file, this.#viewRun(view), row, column, signal),
      find: (request, context) => {
        const rows = this.#rowsOf(request.view);
        return this.#scanning(rows.dataset, context, () => find(rows, request, context));
      },
      findCount: (request, context) => {
        const rows = this.#rowsOf(request.view);
        return this.#scanning(rows.dataset, context, () => findCount(rows, request, context));
      },
      problems: ({ first, count }, { signal }) => problems(this.#file.dataset, first, count, signal),
      problemKinds: (_, { signal }) => problemKinds(this.#file.dataset, signal),
      schemaCheck: () => this.#checked?.check ?? null,
      violations: ({ first, count }) => this.#checked?.violations(first, count) ?? [],
      failedRows: ({ view }) => {
        const run = this.#viewRun(view);
        return run instanceof TableRun ? run.failedRows : [];
      },
      otherTables: async (_, { signal }) => (await this.#file.dataset.otherTables(signal)) ?? null,
      check: ({ query }, { signal }) => diagnosticsOf(query, this.#file, this.#allowed, signal),
      complete: ({ query, position }, { signal }) =>
        completionsOf(query, position, this.#file, this.#allowed, signal),
      keywords: () => keywords,
      names: ({ query }) => nameSpans(query),
      conditions: ({ query }) => conditionsOf(query),
      picks: ({ query }) => picksOf(query),
      edit: ({ query, edit, ofRecords }) => ({
        query: editByReading(query, edit, this.#file.dataset, ofRecords),
      }),
      retry: ({ view }, context) => this.#retry(view, context),
      statistics: (request, context) => this.#statistics(request, context),
      timeline: (request, context) => this.#timeline(request, context),
      follow: ({ on }) => {
        this.#stopFollowing?.();
        const told = (said: Said): void => this.#peer.send('followed', said);
        this.#stopFollowing = on ? this.#file.follow(told) : undefined;
        return this.#file.state();
      },
      stopRemote: () => {
        this.#remote.stop();
        return this.#file.state();
      },
      countRemote: async (_, { signal }) => {
        await this.#remote.count(signal);
        return this.#file.state();
      },
      figuresThere: ({ path }, { signal }) => {
        const column = this.#file.dataset.columns.all.find((known) => known.path === path);
        if (!column) throw new RangeError(`There is no column ${path}.`);
        return this.#remote.figures(column.fields.map(String), signal);
      },
      plotsThere: ({ columns }, context) => plotsThere(this.#remote, this.#file.dataset, columns, context),
      writeRemote: async (to, { signal }) => {
        await this.#remote.write(to, signal);
        return null;
      },
      reload: () => (this.#reloading ??= this.#reload().finally(() => (this.#reloading = undefined))),
    };
  }

  async #reload(): Promise<FileInfo> {
    this.#stopListening();
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    await this.#dropRuns();
    await this.#forgetSchema();
    this.#file = await this.#reopen();
    this.#stopListening = this.#listen();
    return this.info();
  }

  /** Counts on in the view that the page shows, in what the file has grown by; others are made anew where they are asked for. */
  async #grew(same: number): Promise<void> {
    const runs = [...this.#runs.values()];
    const shown = runs.pop();
    for (const run of runs) {
      this.#runs.delete(run.id);
      await run.close();
    }
    this.#checked?.ended('outdated');
    if (!shown) return;
    const { dataset } = this.#file;
    if (shown instanceof ViewRun && shown.source === dataset && shown.state.phase === 'done') {
      const state = await shown.grow(same, this.#closing.signal).catch((error: unknown) => {
        // Others that look at the file go on.
        if (!this.#closing.signal.aborted) throw error;
      });
      if (state) this.#peer.send('view', this.#inFile(state));
    } else if (shown instanceof TableRun && shown.source === dataset && shown.goesOn) {
      await this.#growGroups(shown);
    } else {
      this.#outdate(shown);
    }
  }

  async #growGroups(shown: TableRun): Promise<void> {
    try {
      const state = await shown.grow(this.#closing.signal);
      this.#peer.send('view', this.#inFile(state));
    } catch {
      if (!this.#closing.signal.aborted) this.#outdate(shown);
    }
  }

  /** Records have come that its rows are not made of. */
  #outdate(shown: Run): void {
    this.#outdated.add(shown);
    this.#peer.send('view', { ...this.#inFile(shown.state), outdated: true });
  }

  /** Does something that scans a view's rows, or the file: all of it of one version. */
  #scanning<T>(
    dataset: Dataset,
    { signal }: { readonly signal: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#file.whileScanning(() => dataset.ofOneVersion(work, signal));
  }

  async #statistics(
    request: StatisticsRequest,
    context: HandlerContext<StatisticsAnswer>,
  ): Promise<StatisticsAnswer> {
    const run = this.#viewRun(request.view);
    const file = this.#file;
    const columns = (run?.columns ?? file.dataset.columns).all;
    const { whole, filtered } = rowsOf(run, file.dataset);
    // The rows of a table are there when all are.
    if (whole === undefined) return nothingYet(request);
    return this.#scanning(run?.dataset ?? file.dataset, context, () =>
      statistics(request, columns, whole, filtered, context),
    );
  }

  async #timeline(
    request: TimelineRequest,
    context: HandlerContext<TimelineAnswer>,
  ): Promise<TimelineAnswer> {
    const run = this.#viewRun(request.view);
    const file = this.#file;
    const columns = (run?.columns ?? file.dataset.columns).all;
    const { whole, filtered } = rowsOf(run, file.dataset);
    const rows = filtered ?? whole;
    // The rows of a table are there when all are.
    if (rows === undefined) return noTimeline();
    return this.#scanning(run?.dataset ?? file.dataset, context, () =>
      timeline(request, columns, rows, context),
    );
  }

  async #run(query: string, { signal, progress }: HandlerContext<ViewState>): Promise<ViewState> {
    const { dataset } = this.#file;
    if (query.trim() === '') return this.#wholeFile();
    parseQuery(query);
    // A query of a megabyte takes a while to read, and to plan: a cancel is heard in between.
    await new Promise(setImmediate);
    signal.throwIfAborted();
    const planned = plannedFor(query, dataset.recognised.format, this.#allowed);
    refuseOpen(query, dataset);
    const read = (planned.plan.needsViolations ? this.#checked?.dataset : undefined) ?? dataset;
    const kept = this.#kept(planned);
    if (kept) return this.#inFile(kept.state);
    const id = this.#nextView++;
    const run =
      planned.plan.shape === 'table'
        ? new TableRun(id, planned, read, this.#programs)
        : new ViewRun(id, planned, read);
    for (const oldest of this.#runs.set(run.id, run)) await oldest.close();
    return this.#runOf(run, signal, progress);
  }

  async #runOf(run: Run, signal: AbortSignal, progress: (state: ViewState) => void): Promise<ViewState> {
    const told = (state: ViewState): void => progress(this.#inFile(state));
    const work = (): Promise<ViewState> => this.#file.whileScanning(() => run.run(signal, told));
    const checked = run.source === this.#checked?.dataset ? this.#checked : undefined;
    return this.#inFile(await (checked ? checked.holding(work) : work()));
  }

  /** With the bytes of the file for those of its text, which a run counts. */
  #inFile(state: ViewState): ViewState {
    const { dataset } = this.#file;
    const { scanned, skipped, total } = state;
    return {
      ...state,
      scanned: dataset.inFile(scanned),
      skipped: dataset.inFile(skipped),
      total: total === undefined ? undefined : dataset.inFile(total),
    };
  }

  /**
   * A run of the same query that is done, and now the last to be dropped. What asks for the time is asked anew, and so is
   * what a program makes or another file holds, which may have been changed.
   */
  #kept({ asked, text }: Pick<PlannedQuery, 'asked' | 'text'>): Run | undefined {
    if (asked !== text) return undefined;
    const run = [...this.#runs.values()].find(
      (one) =>
        one.state.query === asked &&
        one.state.phase === 'done' &&
        !this.#outdated.has(one) &&
        !one.query.plan.operators.some(({ kind }) => kind === 'call' || kind === 'join'),
    );
    return run && this.#runs.get(run.id);
  }

  /** The rows of a query that are there because a run has made them, held for the caller, who lets them go. */
  holdRows(query: string): KeptRows | undefined {
    const run = this.#kept({ asked: query, text: query });
    return run instanceof TableRun ? run.holdRows() : undefined;
  }

  async #retry(view: number, { signal, progress }: HandlerContext<ViewState>): Promise<ViewState> {
    const run = this.#viewRun(view);
    await this.#file.retry(signal);
    if (!run) return this.#wholeFile();
    const state = this.#file.state();
    if (state.failedAt !== undefined) return this.#inFile({ ...run.state, ...failureOf(state) });
    return this.#runOf(run, signal, progress);
  }

  #wholeFile(): ViewState {
    const state = this.#file.state();
    const failure = state.failedAt === undefined ? undefined : failureOf(state);
    return this.#inFile({
      view: 0,
      query: '',
      outcome: { rows: 'records', filtered: false, limited: false, order: [], additive: [] },
      phase: 'done',
      matched: state.records,
      records: state.records,
      malformed: state.malformed,
      scanned: state.indexed,
      total: state.size,
      skipped: 0,
      elapsedMs: 0,
      columns: undefined,
      said: undefined,
      ...failure,
    });
  }

  async #forgetSchema(): Promise<void> {
    const checked = this.#checked;
    if (!checked) return;
    this.#checked = undefined;
    await checked.letGo();
    this.#peer.send('schemaCheck', null);
  }

  /** The run that made a view; undefined for view 0, the file itself. */
  #viewRun(view: number): Run | undefined {
    const run = this.#runs.peek(view);
    if (!run && view !== 0) throw new SaidError(said`This view is no longer available. Run its query again.`);
    return run;
  }

  /** The rows of a view, as a place to look for a text or a place in. */
  #rowsOf(view: number): SoughtRows {
    const run = this.#viewRun(view);
    const { dataset } = this.#file;
    const records = run?.records;
    const read = records ? run.source : run?.dataset;
    const columns = run?.columns ?? dataset.columns;
    const fileNames = run?.fileNames?.bind(run);
    return { dataset: read ?? dataset, view: run?.view, columns, records, fileNames };
  }

  /** @throws SaidError where there is no such row */
  record(view: number, row: number, signal: AbortSignal): Promise<RecordDetail> {
    return recordOf(this.#file, this.#viewRun(view), row, signal);
  }
}

function failureOf({ said, failedAt }: FileState): Pick<ViewState, 'phase' | 'said' | 'failedAt'> {
  return { phase: 'failed', said, failedAt };
}
