import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { continues, isUntouched } from '../source/file.ts';
import type { Dataset, DatasetOptions } from '../dataset/dataset.ts';
import type { SharedFile } from '../service/sharedFile.ts';
import { KeptRuns } from './keptRuns.ts';

/** A file that somebody else owns, held until it is let go. */
export interface HeldFile {
  readonly file: SharedFile;
  /** Opens the file once more, to be checked by a schema; the caller closes it. */
  readonly open: (options: Pick<DatasetOptions, 'schema' | 'signal'>) => Promise<Dataset>;
  /** @param stale nobody else is to be given this file: it has changed on disk */
  letGo(stale: boolean): Promise<void>;
}

/** Opens files, or gives those that are open already. */
export type HoldFile = (path: string, options: FormatOptions, signal: AbortSignal) => Promise<HeldFile>;

/** A file with what was made of it, for the calls that come after. */
export interface AskedFile {
  readonly file: SharedFile;
  readonly runs: KeptRuns;
  readonly open: HeldFile['open'];
}

/** A file that is open, or is being opened. */
interface Entry {
  readonly key: string;
  readonly held: Promise<HeldFile>;
  readonly runs: KeptRuns;
  /** Calls that look at it, or wait for it to be opened. */
  users: number;
  stale: boolean;
}

/** Files that stay open without a call: an agent's next question is mostly about the same one. */
const mostIdle = 4;
const idleMs = 60_000;

/** The files that tools have open: kept some time after a call, opened anew when they have changed. */
export class OpenFiles {
  readonly #hold: HoldFile;
  /** From the one that was used longest ago on. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(hold: HoldFile) {
    this.#hold = hold;
  }

  /** Does something with a file as it is now. @throws SourceError */
  async with<T>(
    path: string,
    options: FormatOptions,
    signal: AbortSignal,
    work: (asked: AskedFile) => Promise<T>,
  ): Promise<T> {
    clearTimeout(this.#timer);
    try {
      const { entry, held } = await this.#enter(path, options, signal);
      try {
        return await work({ file: held.file, open: held.open, runs: entry.runs });
      } finally {
        this.#leave(entry);
      }
    } finally {
      this.#dropIdle(mostIdle);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#dropIdle(0), idleMs);
      this.#timer.unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dropIdle(0);
    await Promise.all(this.#closing);
  }

  async #enter(
    path: string,
    options: FormatOptions,
    signal: AbortSignal,
  ): Promise<{ readonly entry: Entry; readonly held: HeldFile }> {
    const key = JSON.stringify([path, options]);
    for (;;) {
      const known = this.#entries.get(key);
      const entry = known ?? {
        key,
        held: this.#hold(path, options, signal),
        runs: new KeptRuns(),
        users: 0,
        stale: false,
      };
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      // At once: who waits for a file must not find it closed.
      entry.users++;
      try {
        const held = await entry.held;
        if (!(await isChanged(held.file))) return { entry, held };
        entry.stale = true;
        this.#leave(entry);
      } catch (error) {
        this.#forget(entry);
        // Another call has cancelled the opening, not this one.
        if (!known || signal.aborted) throw error;
      }
    }
  }

  #leave(entry: Entry): void {
    entry.users--;
    if (!entry.stale) return;
    this.#forget(entry);
    if (entry.users === 0) this.#close(entry);
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
  }

  /** Closes files that no call uses, but for the last ones that were used. */
  #dropIdle(most: number): void {
    const idle = [...this.#entries.values()].filter(({ users }) => users === 0);
    for (const entry of idle.slice(0, Math.max(0, idle.length - most))) {
      this.#forget(entry);
      this.#close(entry);
    }
  }

  #close(entry: Entry): void {
    const closing = closed(entry).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

async function closed({ runs, held, stale }: Entry): Promise<void> {
  await runs.close();
  await (await held).letGo(stale);
}

/** Whether the file on disk is another than was opened. */
async function isChanged({ dataset }: SharedFile): Promise<boolean> {
  const { watch } = dataset;
  if (!watch) return false;
  const now = await watch.now().catch(() => undefined);
  if (!now) return true;
  const { opened } = watch;
  return !continues(opened, now) || !isUntouched(opened, now);
}
