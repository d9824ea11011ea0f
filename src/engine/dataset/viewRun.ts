import type { ViewState } from '../../protocol/preview.ts';
import type { Dataset } from './dataset.ts';
import type { PlannedQuery } from './plan.ts';
import { View } from './view.ts';

/** How often a run says how far it is. */
const progressMs = 100;

type ViewProgress = Pick<ViewState, 'matched' | 'records' | 'malformed' | 'scanned' | 'skipped' | 'total'>;

/** A query being run over a file, and afterwards the view that it made. */
export class ViewRun {
  readonly id: number;
  readonly view: View;
  readonly #dataset: Dataset;
  readonly #query: PlannedQuery;
  #state: ViewState;

  constructor(id: number, query: PlannedQuery, dataset: Dataset) {
    this.id = id;
    this.#dataset = dataset;
    this.#query = query;
    this.view = new View(query, query.window.skip, query.window.take);
    const known = dataset.recall(query.text);
    if (known) this.view.restore(known);
    this.#state = {
      view: id,
      query: query.text,
      phase: 'running',
      ...this.#progress(0, 0),
      elapsedMs: 0,
      columns: undefined,
      message: '',
    };
  }

  get state(): ViewState {
    return this.#state;
  }

  /**
   * Scans to the end of the file, or of what LIMIT allows; goes on from where an earlier call ended. Answers, and never
   * throws, how it ended: cancelled and failed runs leave the view with the rows that they found.
   */
  async run(signal: AbortSignal, progress: (state: ViewState) => void): Promise<ViewState> {
    const began = performance.now() - this.#state.elapsedMs;
    const { view } = this;
    const { skip, take } = this.#query.window;
    // A block that a failing source had cut short is looked at again.
    view.truncate(this.#dataset.index.length);
    let told = -Infinity;
    // What an earlier run of this query has counted is not read again.
    const known = Math.min(view.blocks * this.#dataset.spec.blockSize, this.#dataset.size ?? Infinity);
    this.#state = { ...this.#state, ...this.#progress(known, known) };
    this.#state = { ...this.#state, phase: 'running', message: '' };
    try {
      const request = {
        query: this.#query,
        output: { kind: 'count' },
        // The view itself leaves out what OFFSET passes over.
        window: { skip: 0, take: skip + take - view.matches },
        fromBlock: view.blocks,
      } as const;
      for await (const { blocks, scanned, skipped } of this.#dataset.scan(request, signal)) {
        for (const block of blocks) view.append(block.matched);
        const now = performance.now();
        this.#state = { ...this.#state, ...this.#progress(scanned, known + skipped), elapsedMs: now - began };
        if (now - told >= progressMs) {
          told = now;
          progress(this.#state);
        }
      }
      this.#state = { ...this.#state, phase: 'done' };
      this.#dataset.remember(view.query.text, view.counts);
    } catch (error) {
      this.#state = signal.aborted
        ? { ...this.#state, phase: 'cancelled' }
        : {
            ...this.#state,
            phase: 'failed',
            message: error instanceof Error ? error.message : String(error),
          };
    }
    this.#state = { ...this.#state, elapsedMs: performance.now() - began };
    return this.#state;
  }

  #progress(scanned: number, skipped: number): ViewProgress {
    const { index, size } = this.#dataset;
    const { blocks, rows } = this.view;
    return {
      matched: rows,
      records: index.place(blocks).record,
      malformed: index.malformedBefore(blocks),
      scanned,
      skipped,
      total: size,
    };
  }
}
