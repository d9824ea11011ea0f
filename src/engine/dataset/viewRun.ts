import type { ViewState } from '../../protocol/preview.ts';
import type { Dataset } from './dataset.ts';
import type { PlannedQuery } from './plan.ts';
import { View } from './view.ts';

/** How often a run says how far it is. */
const progressMs = 100;

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
    this.#state = {
      view: id,
      query: query.text,
      phase: 'running',
      matched: 0,
      records: 0,
      malformed: 0,
      scanned: 0,
      total: dataset.size,
      skipped: 0,
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
    this.#state = { ...this.#state, phase: 'running', message: '' };
    try {
      const request = {
        query: this.#query,
        output: { kind: 'count' },
        // The view itself leaves out what OFFSET passes over.
        window: { skip: 0, take: skip + take },
        fromBlock: view.blocks,
      } as const;
      for await (const { blocks, scanned, skipped, place } of this.#dataset.scan(request, signal)) {
        for (const block of blocks) view.append(block.matched);
        const now = performance.now();
        this.#state = {
          ...this.#state,
          matched: view.rows,
          records: place.record + blocks.reduce((sum, block) => sum + block.records, 0),
          malformed: this.#state.malformed + blocks.reduce((sum, block) => sum + block.malformed, 0),
          scanned,
          skipped,
          total: this.#dataset.size,
          elapsedMs: now - began,
        };
        if (now - told >= progressMs) {
          told = now;
          progress(this.#state);
        }
      }
      this.#state = { ...this.#state, phase: 'done' };
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
}
