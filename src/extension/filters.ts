import type { Memento } from 'vscode';
import type { Filters } from '../protocol/preview.ts';

const key = 'filters';

/** Enough to find last month's filter again, few enough to look through. */
const historyLimit = 100;

/** The filters that a workspace keeps: what was run lately, and what was saved under a name. */
export class KeptFilters {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  get(): Filters {
    return this.#state.get<Filters>(key) ?? { history: [], saved: [] };
  }

  async keep({ history, saved }: Filters): Promise<void> {
    await this.#state.update(key, { history: history.slice(0, historyLimit), saved } satisfies Filters);
  }
}
