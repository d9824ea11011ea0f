import type { ViewState } from '../../protocol/preview.ts';
import { saidOf } from '../../said/said.ts';
import { windowEnd } from '../matchWindow.ts';
import type { CellRequest, PageResult } from '../pool/task.ts';
import { Columns } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { countByColumns } from './countByColumns.ts';
import { derivedColumns, derivedReadings } from './derive.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import { failedAt, passedOver, startState, type Run } from './run.ts';
import { StageMeter } from './stageMeter.ts';
import { throttled } from './throttle.ts';
import { View } from '../dataset/view.ts';

type Progress = Pick<ViewState, 'matched' | 'records' | 'malformed' | 'scanned' | 'skipped' | 'total'>;

/**
 * A query each of whose rows comes from one record: matches are counted by block, and rows are made when they are
 * looked at.
 */
export class ViewRun implements Run {
  readonly id: number;
  readonly dataset: Dataset;
  readonly view: View;
  readonly columns: Columns | undefined;
  readonly query: PlannedQuery;
  #state: ViewState;
  /** The view's last block, where it is not whole. */
  #cut: number | undefined;

  constructor(id: number, query: PlannedQuery, dataset: Dataset) {
    this.id = id;
    this.dataset = dataset;
    this.query = query;
    this.view = new View(query);
    // Which records match may depend on the schema, and what is kept of a file is of the file alone.
    const known = dataset.checks ? undefined : dataset.known.recall(query.text);
    if (known) this.view.restore(known);
    if (query.plan.shape !== 'records') {
      this.columns = new Columns(dataset.hasValues);
      const names = derivedColumns(query);
      if (names) this.columns.setMembers(names, derivedReadings(query));
    }
    this.#state = { ...startState(id, query, dataset), ...this.#progress(0, 0) };
  }

  get source(): Dataset {
    return this.dataset;
  }

  get state(): ViewState {
    return { ...this.#state, columns: this.columns?.all };
  }

  async run(signal: AbortSignal, progress: (state: ViewState) => void): Promise<ViewState> {
    const began = performance.now() - this.#state.elapsedMs;
    const runBegan = performance.now();
    const { view } = this;
    // Rows are made when they are looked at.
    const metered = { plan: this.query.plan, ran: false, outputs: () => [] };
    const meter = new StageMeter(this.dataset, metered, 'run');
    const tell = throttled(progress);
    // A block that a failing source had cut short is looked at again, also where the index knows it by now.
    view.truncate(Math.min(this.#cut ?? Infinity, this.dataset.index.length));
    this.#cut = undefined;
    // What an earlier run of this query has counted is not read again.
    const known = Math.min(view.blocks * this.dataset.spec.blockSize, this.dataset.size ?? Infinity);
    this.#state = {
      ...this.#state,
      ...this.#progress(known, known),
      phase: 'running',
      said: undefined,
      failedAt: undefined,
      unread: undefined,
      stages: undefined,
    };
    try {
      await this.dataset.ofOneVersion(async () => {
        await this.#countByColumns(signal, began, tell);
        const request = {
          query: this.query,
          output: { kind: 'count' },
          // The view itself leaves out what OFFSET passes over.
          window: { skip: 0, take: windowEnd(this.query.window) - view.matches },
          fromBlock: view.blocks,
          measure: meter.measure,
        } as const;
        for await (const found of meter.waitedFor(this.dataset.scan(request, signal))) {
          const { blocks, scanned, skipped, unread, result } = found;
          meter.add(found);
          for (const block of blocks) view.append(block.matched);
          if (result?.failure && blocks.length > 0) this.#cut = view.blocks - 1;
          const elapsedMs = performance.now() - began;
          const progress = this.#progress(scanned, passedOver(scanned, known + skipped + unread));
          const stages = meter.report(performance.now() - runBegan);
          this.#state = { ...this.#state, ...progress, unread, elapsedMs, stages };
          tell(this.state);
        }
      }, signal);
      this.#state = { ...this.#state, phase: 'done' };
      this.#remember();
    } catch (error) {
      this.#state = signal.aborted
        ? { ...this.#state, phase: 'cancelled' }
        : { ...this.#state, phase: 'failed', said: saidOf(error), failedAt: failedAt(error) };
    }
    this.#state = { ...this.#state, elapsedMs: performance.now() - began };
    return this.state;
  }

  /** Counts all blocks where that needs only some columns of the file; then the scan has nothing to do. */
  async #countByColumns(signal: AbortSignal, began: number, tell: (state: ViewState) => void): Promise<void> {
    const { dataset, view } = this;
    if (view.blocks > 0) return;
    const { size = 0, index } = dataset;
    const append = (matched: number): void => {
      view.append(matched);
    };
    const reached = (records: number): void => {
      const elapsedMs = performance.now() - began;
      this.#state = { ...this.#state, ...this.#progress((size * records) / index.records, 0), elapsedMs };
      tell(this.state);
    };
    if (await countByColumns(dataset, this.query, signal, append, reached)) {
      this.#state = { ...this.#state, ...this.#progress(size, 0) };
    }
  }

  /**
   * Takes in what the file has grown by, of which so many blocks are as they were. Until all of it is counted, the rows are
   * those of before.
   */
  async grow(same: number, signal: AbortSignal): Promise<ViewState> {
    const { view } = this;
    const from = Math.min(same, view.blocks);
    const before = view.matchesBefore(from);
    const window = { skip: 0, take: windowEnd(this.query.window) - before };
    const counts: number[] = [];
    if (window.take > 0) {
      const request = { query: this.query, output: { kind: 'count' }, window, fromBlock: from } as const;
      for await (const { blocks } of this.dataset.scan(request, signal))
        for (const block of blocks) counts.push(block.matched);
    }
    view.truncate(from);
    for (const count of counts) view.append(count);
    const size = this.dataset.size ?? 0;
    this.#state = { ...this.#state, ...this.#progress(size, 0) };
    this.#remember();
    return this.state;
  }

  page(first: number, count: number, cells: CellRequest, signal: AbortSignal): Promise<PageResult> {
    const parts = this.view.parts(this.dataset.index, first, count);
    return this.dataset.page(this.query.text, parts, cells, signal);
  }

  offsetOf(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  get ofWholeRecords(): boolean {
    return this.query.plan.shape === 'records';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #remember(): void {
    const { text, asked } = this.query;
    // What was counted as of now() is not what the next run will ask for.
    if (text === asked && !this.dataset.checks) this.dataset.known.remember(text, this.view.counts);
  }

  /** @param done bytes up to where it has come, those skipped included */
  #progress(done: number, skipped: number): Progress {
    const { expectedSize, known } = this.dataset;
    const { index, cut } = known;
    const { rows } = this.view;
    const whole = Math.min(this.view.blocks, this.#cut ?? Infinity, index.length);
    // A failing source may have cut the last block short; the index then ends before it.
    const last = this.view.blocks > whole ? cut : undefined;
    return {
      matched: rows,
      records: index.place(whole).record + (last?.records ?? 0),
      malformed: index.malformedBefore(whole) + (last?.malformed ?? 0),
      scanned: done - skipped,
      skipped,
      total: expectedSize,
    };
  }
}
