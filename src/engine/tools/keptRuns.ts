import { RecentMap } from '../recentMap.ts';
import type { Run } from '../run/run.ts';

/** Results that are kept of a file, for the cursors that were given out. */
const mostKept = 4;

interface Kept {
  readonly run: Run;
  users: number;
  dropped: boolean;
}

/** The results of queries that are done, by the query. Each is closed when it is dropped and nobody uses it. */
export class KeptRuns {
  readonly #kept = new RecentMap<string, Kept>(mostKept);

  /** Does something with the rows of a query: those that are kept, or such as `make` gives, which are then kept. */
  async with<T>(
    query: string,
    make: () => Promise<{ readonly run: Run; readonly keep: boolean }>,
    work: (run: Run) => Promise<T>,
  ): Promise<T> {
    const known = this.#kept.get(query);
    if (known) known.users++;
    const kept = known ?? (await this.#make(query, make));
    try {
      return await work(kept.run);
    } finally {
      kept.users--;
      if (kept.dropped && kept.users === 0) await kept.run.close();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(drop));
  }

  /** Counts the caller as a user: others may drop it at once. */
  async #make(
    query: string,
    make: () => Promise<{ readonly run: Run; readonly keep: boolean }>,
  ): Promise<Kept> {
    const { run, keep } = await make();
    const kept: Kept = { run, users: 1, dropped: !keep };
    if (!keep) return kept;
    // Another call may have run the same query at the same time.
    const other = this.#kept.peek(query);
    const dropped = [...this.#kept.set(query, kept), ...(other ? [other] : [])];
    await Promise.all(dropped.map(drop));
    return kept;
  }
}

async function drop(kept: Kept): Promise<void> {
  kept.dropped = true;
  if (kept.users === 0) await kept.run.close();
}
