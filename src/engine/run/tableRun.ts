import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JoinedReport } from '../../protocol/comparison.ts';
import type { FailedRow, ViewState } from '../../protocol/preview.ts';
import { saidOf } from '../../said/said.ts';
import { isEverything } from '../matchWindow.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { makeTemporaryFolder, temporaryError } from '../temporaryFolder.ts';
import type { Calls } from '../stage/calls.ts';
import { cellColumns, Columns, type FileColumn } from '../dataset/columns.ts';
import { Dataset } from '../dataset/dataset.ts';
import {
  derivedColumns,
  derivedReadings,
  deriveRows,
  type DeriveOptions,
  type GroupsSoFar,
} from './derive.ts';
import { openRows, withPart } from '../dataset/part.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import { unsortedQuery } from '../query/index.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { CallLog } from './callLog.ts';
import { joinedPaths } from './joinedColumns.ts';
import { KeptRows, offsetBytes, offsetsPath, type RunCounts } from './keptRows.ts';
import { failedAt, passedOver, startState, type Run } from './run.ts';
import { pageOfRecords, sortedRecords } from './sortedRecords.ts';
import { StageMeter } from './stageMeter.ts';
import { throttled } from './throttle.ts';
import { wantedRows } from './wantedRows.ts';

/** Rows that are looked at for columns and their types before the result is shown. */
const rowsSampled = 128;
/** Characters that are kept of a row that a program has failed for. */
const rawLimit = 256;

/**
 * A query whose rows are not records of the file: groups, sorted or unnested rows. They are written to a
 * temporary file as JSON Lines, which is then paged and searched as any file is; it is removed with the run.
 */
export class TableRun implements Run {
  readonly id: number;
  readonly columns: Columns;
  readonly view = undefined;
  readonly source: Dataset;
  readonly query: PlannedQuery;
  #state: ViewState;
  #rows: KeptRows | undefined;
  readonly #programs: Pick<Calls, 'open'> | undefined;
  #failed: FailedRow[] = [];
  /** What its groups are made of, from which they go on as the file grows. */
  #soFar: GroupsSoFar | undefined;
  #isPart = false;
  /** The rows before the file grew last: somebody may be reading them. */
  #before: KeptRows | undefined;
  /** Whether the columns have the names that the query gives them. */
  #named = false;

  /** @param programs runs what the query calls; undefined: it calls nothing */
  constructor(id: number, query: PlannedQuery, file: Dataset, programs?: Pick<Calls, 'open'>) {
    this.columns = new Columns(file.hasValues);
    this.#programs = programs;
    this.id = id;
    this.source = file;
    this.query = query;
    // Sorted records are those of files; what a query makes of several is of none.
    const isOfFiles = file.columns.all.at(0)?.ofFile === 'path' && unsortedQuery(query.text) !== undefined;
    if (isOfFiles) {
      this.columns.setOfFiles([]);
      // What folders say stands in the rows, and is shown where the file shows it.
      this.columns.addPaths((file.layout.partitions ?? []).map((name) => [name]));
    }
    const whole = unsortedQuery(query.text) !== undefined;
    if (whole && file.layout.names === 'paths') {
      this.columns.setCells(file.layout.cells);
      this.#addKnown();
    }
    this.#state = { ...startState(id, query, file), columns: this.columns.all, ...(whole && { whole }) };
  }

  get state(): ViewState {
    return { ...this.#state, columns: this.columns.all };
  }

  /** Where the rows are; the file itself while there are none. */
  get dataset(): Dataset {
    return this.#rows?.dataset ?? this.source;
  }

  /**
   * The rows as the query gives them now, held for the caller, who lets them go. Undefined if they are not all there, or
   * the query asks for the time.
   */
  holdRows(): KeptRows | undefined {
    const { asked, text } = this.query;
    const isMade = this.#rows && !this.#rows.records;
    const isWhole = this.#state.phase === 'done' && isMade && this.#rows?.dataset.index.malformed === 0;
    return isWhole && asked === text ? this.#rows?.hold() : undefined;
  }

  /** Rows that a program which the query calls has failed for, in their order. */
  get failedRows(): readonly FailedRow[] {
    return this.#failed;
  }

  async run(
    signal: AbortSignal,
    progress: (state: ViewState) => void,
    until?: AbortSignal,
  ): Promise<ViewState> {
    const began = performance.now();
    const tell = throttled(progress);
    const advance = (change: Partial<ViewState>): void => {
      this.#state = { ...this.#state, ...change, elapsedMs: performance.now() - began };
    };
    try {
      // Groups and sorted rows are of all records or of none: a second run begins at the first one.
      await this.close();
      this.#failed = [];
      this.#soFar = undefined;
      await this.#nameColumns(signal);
      const fresh = {
        said: undefined,
        failedAt: undefined,
        failed: undefined,
        joined: undefined,
        stages: undefined,
      };
      advance({ phase: 'running', ...fresh });
      const told = (change: Partial<ViewState>): void => {
        advance(change);
        tell(this.state);
      };
      const rows = await this.source.ofOneVersion(() => this.#make(signal, told, until), signal);
      const { scanned, skipped } = this.#state;
      // Once all is read, the time may be over while it is sorted.
      this.#isPart = until?.aborted === true && scanned + skipped < (this.source.size ?? Infinity);
      advance({ phase: 'done', matched: rows });
    } catch (error) {
      advance(
        signal.aborted
          ? { phase: 'cancelled' }
          : { phase: 'failed', said: saidOf(error), failedAt: failedAt(error) },
      );
    }
    return this.state;
  }

  get isPart(): boolean {
    return this.#isPart;
  }

  /** Whether its groups can go on in what the file has grown by. */
  get goesOn(): boolean {
    const { phase } = this.#state;
    return phase === 'done' && this.#soFar !== undefined && this.source.isBehind(this.#soFar.place);
  }

  /**
   * Makes the rows of its groups anew, of what they were and what the file has grown by: only that is read.
   * @throws SourceError, TemporaryError; the signal's reason. The rows are those of before then
   */
  async grow(signal: AbortSignal): Promise<ViewState> {
    const began = this.#soFar;
    if (!began) throw new RangeError('The groups of this query do not go on.');
    await this.#before?.letGo();
    this.#before = this.#rows;
    try {
      const matched = await this.#make(signal, () => undefined, undefined, began);
      const { index, size = 0 } = this.source;
      const { records, malformed } = index;
      const made = (this.#state.made ?? 0) + 1;
      this.#state = {
        ...this.#state,
        matched,
        records,
        malformed,
        scanned: size,
        skipped: 0,
        total: size,
        made,
      };
    } catch (error) {
      this.#soFar = undefined;
      throw error;
    }
    return this.state;
  }

  async page(first: number, count: number, cells: CellRequest, signal: AbortSignal): Promise<PageResult> {
    const { dataset } = this;
    if (dataset === this.source) return dataset.page(undefined, [], cells, signal);
    const { numbersInText } = this.source.format;
    const asked =
      cells.kind === 'columns' ? { ...(await this.#withFiles(cells, first, count)), numbersInText } : cells;
    const records = this.#rows?.records?.subarray(first, first + count);
    const page = records
      ? await this.source.ofOneVersion(
          () => pageOfRecords(this.source, this.query.plan, records, asked, signal),
          signal,
        )
      : await dataset.page(undefined, dataset.known.parts(first, count), asked, signal);
    // These numbers are of the temporary file, not of the file that people see.
    return { ...page, records: new Float64Array(page.rows) };
  }

  /** With the names of the files that rows are of, where they are asked for: the temporary file has none of them. */
  async #withFiles<T extends CellRequest & { readonly kind: 'columns' }>(
    cells: T,
    first: number,
    count: number,
  ): Promise<T> {
    if (!cells.columns.some(({ ofFile }) => ofFile === 'path')) return cells;
    const fileNames = await this.fileNames(first, count);
    const columns = cells.columns.map((column) =>
      column.ofFile === 'path' ? { ...column, fileNames } : column,
    );
    return { ...cells, columns };
  }

  async fileNames(first: number, count: number): Promise<readonly string[]> {
    const offsets = (await this.#rows?.offsetsOf(first, count)) ?? [];
    return offsets.map((offset) => this.source.fileNameAt(offset));
  }

  async offsetOf(row: number): Promise<number | undefined> {
    return this.#rows?.offsetOf(row);
  }

  get records(): Float64Array | undefined {
    return this.#rows?.records;
  }

  get ofWholeRecords(): boolean {
    return this.query.plan.asRecords !== undefined && this.source.format.fields !== undefined;
  }

  async close(): Promise<void> {
    const rows = new Set([this.#rows, this.#before]);
    this.#rows = this.#before = undefined;
    for (const one of rows) await one?.letGo();
  }

  /** Names the columns, before anybody is told of them: their ids are their places. */
  async #nameColumns(signal: AbortSignal): Promise<void> {
    const names = this.#named ? undefined : derivedColumns(this.query);
    if (names) {
      const joined = await joinedPaths(this.source, this.query, names, signal);
      this.columns.setMembers(names, derivedReadings(this.query), joined);
    }
    // A column whose type is not known yet is of another width.
    if (this.#state.whole === true) this.columns.learnTypes(this.source.columns.all);
    this.#named = true;
  }

  /** Makes the rows, and answers how many there are. */
  async #make(
    signal: AbortSignal,
    advance: (change: Partial<ViewState>) => void,
    until: AbortSignal | undefined,
    begun?: GroupsSoFar,
  ): Promise<number> {
    const folder = await makeTemporaryFolder();
    let made: KeptRows | undefined;
    try {
      const sorted = await this.#sort(folder, signal, advance, until);
      if (sorted) {
        made = sorted;
        this.#rows = made;
        const rows = sorted.records?.length ?? 0;
        await this.#learnColumns(rows, signal);
        return rows;
      }
      const path = join(folder, 'rows.jsonl');
      const work = (file: Dataset, passed: number) =>
        this.#write(file, path, signal, advance, until, begun, passed);
      const { rows, counts } = await this.#ofColumns(signal, advance, until, work);
      const pool = this.source.scheduler.workers;
      made = new KeptRows(await Dataset.open({ kind: 'file', path }, { signal, pool }), folder, counts);
      this.#rows = made;
      for await (const _ of this.dataset.scan({ query: undefined, output: { kind: 'count' } }, signal));
      await this.#learnColumns(rows, signal);
      return rows;
    } finally {
      if (!made) await rm(folder, { recursive: true, force: true });
    }
  }

  /** The first rows say which columns there are, before somebody can look at them. */
  async #learnColumns(rows: number, signal: AbortSignal): Promise<void> {
    const read = this.columns.all.filter(({ reading }) => reading !== undefined);
    const cells = { kind: 'columns', columns: cellColumns(read), limit: 0 } as const;
    this.columns.learn(
      await this.page(0, rowsSampled, cells, signal),
      read.map(({ id }) => id),
    );
    if (rows === 0 && this.#state.whole === true) this.#addKnown();
  }

  /**
   * Adds the columns that the file is known to have: sorted records have them where the file shows them, whatever the first
   * ones hold, before any of them is there, and where none matches.
   */
  #addKnown(): void {
    // What records are called is a member of such rows.
    const isMember = ({ ofFile }: FileColumn): boolean => ofFile === undefined || ofFile === 'name';
    const known = this.source.columns.all.filter(isMember);
    this.columns.addPaths(known.map(({ fields }) => fields.map(String)));
  }

  /** Puts records in order of which none but those that are looked at has to be made; undefined where that cannot be. */
  async #sort(
    folder: string,
    signal: AbortSignal,
    advance: (change: Partial<ViewState>) => void,
    until: AbortSignal | undefined,
  ): Promise<KeptRows | undefined> {
    let counts = noCounts;
    const noted = (found: OrderedResult, part: Dataset): void => {
      counts = countsWith(counts, found);
      advance({ ...counts, total: part.expectedSize });
    };
    const found = await sortedRecords(this.source, this.query, signal, noted, until);
    if (!found) return undefined;
    return new KeptRows(await openRows(this.source, found.rows, signal), folder, counts, found.rows);
  }

  #callLog(signal: AbortSignal, advance: (change: Partial<ViewState>) => void): CallLog | undefined {
    if (!this.#programs) return undefined;
    const take = (rows: readonly FailedRow[]): void => {
      for (const row of rows) this.#failed.push({ ...row, raw: row.raw.slice(0, rawLimit) });
      advance({ failed: this.#failed.length });
    };
    return new CallLog(this.source, this.#programs, take, signal);
  }

  /**
   * Runs work on the file, or on the columns that the query needs of it where that is less to read. What is kept of the
   * file's columns is faster still. `work` is told of records that were found not to be wanted. Rows that come from single records, and programs, ask for the file itself.
   */
  async #ofColumns<T>(
    signal: AbortSignal,
    advance: (change: Partial<ViewState>) => void,
    until: AbortSignal | undefined,
    work: (file: Dataset, passed: number) => Promise<T>,
  ): Promise<T> {
    const { plan } = this.query;
    const needsFile = plan.offset !== undefined || plan.operators.some(({ kind }) => kind === 'call');
    if (needsFile) return work(this.source, 0);
    let looked = noCounts;
    const noted = (found: OrderedResult, part: Dataset): void => {
      looked = countsWith(looked, found);
      advance({ ...looked, total: part.expectedSize });
    };
    const options = { unlessKept: true, until };
    const { rows, passed = 0 } = (await wantedRows(this.source, this.query, signal, noted, options)) ?? {};
    const asked = { plan, makesRows: true, unlessKept: true, rows };
    return withPart(this.source, asked, signal, (file) => work(file, file === this.source ? 0 : passed));
  }

  /** Keeps what groups are made of, where nothing else is in them that may change. */
  #keeping(file: Dataset, until: AbortSignal | undefined): DeriveOptions['keep'] {
    const { plan, window } = this.query;
    const isAlone = !plan.operators.some(({ kind }) => kind === 'call' || kind === 'join');
    if (file !== this.source || until || !isAlone || !isEverything(window)) return undefined;
    return (part) => {
      const place = file.ending;
      this.#soFar = place && { part, place };
    };
  }

  /** Writes the rows as JSON Lines. */
  async #write(
    source: Dataset,
    path: string,
    signal: AbortSignal,
    advance: (change: Partial<ViewState>) => void,
    until: AbortSignal | undefined,
    begun: GroupsSoFar | undefined,
    passed: number,
  ): Promise<{ readonly rows: number; readonly counts: RunCounts }> {
    const file = await open(path, 'wx', 0o600);
    const offsets = await open(offsetsPath(dirname(path)), 'wx', 0o600);
    let written = 0;
    let rows = 0;
    let waitedMs = 0;
    let counts: RunCounts = { ...noCounts, records: passed };
    if (begun) {
      const { index, size = 0 } = source;
      counts = { ...counts, records: index.records, malformed: index.malformed, scanned: size };
    }
    const began = performance.now();
    const metered = {
      plan: this.query.plan,
      ran: true,
      outputs: () => [{ name: 'keep', rows, bytes: written, waitedMs } as const],
      failed: this.#programs && (() => this.#failed.length),
    };
    const stages = new StageMeter(source, metered, 'run');
    const joined: JoinedReport[] = [];
    const report = () => stages.report(performance.now() - began);
    try {
      const noted = (found: OrderedResult): void => {
        stages.add(found);
        counts = countsWith(counts, found);
        advance({ ...counts, unread: found.unread, total: source.expectedSize, stages: report() });
      };
      const calls = this.#callLog(signal, advance);
      const options = {
        until,
        calls,
        stages: begun ? undefined : stages,
        reported: (one: JoinedReport) => void joined.push(one),
        begun,
        keep: this.#keeping(source, until),
      };
      for await (const piece of deriveRows(source, this.query, signal, noted, options)) {
        written += piece.bytes.length;
        const asked = performance.now();
        await file.appendFile(piece.bytes);
        if (piece.offsets.length > 0) await offsets.appendFile(offsetBytes(piece.offsets));
        waitedMs += performance.now() - asked;
        rows += piece.rows;
        // What sorts begins to give rows once all records are read.
        advance({ stages: report() });
      }
      advance({ stages: report(), ...(joined.length > 0 && { joined }) });
    } catch (error) {
      throw temporaryError(error, dirname(dirname(path)), written);
    } finally {
      await file.close();
      await offsets.close();
    }
    return { rows, counts };
  }
}

const noCounts: RunCounts = { records: 0, malformed: 0, scanned: 0, skipped: 0 };

function countsWith(before: RunCounts, { blocks, scanned, skipped, unread }: OrderedResult): RunCounts {
  let { records, malformed } = before;
  for (const block of blocks) {
    records += block.records;
    malformed += block.malformed;
  }
  const passed = passedOver(scanned, skipped + unread);
  return { records, malformed, scanned: scanned - passed, skipped: passed };
}
