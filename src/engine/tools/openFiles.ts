import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { continues } from '../source/file.ts';
import { hasSameTimes } from '../dataset/recheck.ts';
import type { SharedFile } from '../service/sharedFile.ts';
import { KeptRuns } from './keptRuns.ts';

/** A file that somebody else owns, held until it is let go. */
export interface HeldFile {
  readonly file: SharedFile;
  /** @param stale nobody else is to be given this file: it has changed on disk */
  letGo(stale: boolean): Promise<void>;
}

/** Opens files, or gives those that are open already. */
export type HoldFile = (path: string, options: FormatOptions, signal: AbortSignal) => Promise<HeldFile>;

/** A file with what was made of it, for the calls that come after. */
export interface AskedFile {
  readonly file: SharedFile;
  readonly runs: KeptRuns;
}

interface Entry extends AskedFile {
  readonly key: string;
  readonly held: HeldFile;
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
  readonly #entries = new Map<string, Promise<Entry>>();
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
    const entry = await this.#enter(path, options, signal);
    try {
      return await work(entry);
    } finally {
      entry.users--;
      if (entry.stale && entry.users === 0) this.#close(entry);
      await this.#dropIdle(mostIdle);
      this.#timer = setTimeout(() => void this.#dropIdle(0), idleMs);
      this.#timer.unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#dropIdle(0);
    await Promise.all(this.#closing);
  }

  async #enter(path: string, options: FormatOptions, signal: AbortSignal): Promise<Entry> {
    const key = JSON.stringify([path, options]);
    for (;;) {
      const known = this.#entries.get(key);
      const opening = known ?? this.#open(key, path, options, signal);
      this.#entries.delete(key);
      this.#entries.set(key, opening);
      let entry: Entry;
      try {
        entry = await opening;
      } catch (error) {
        if (this.#entries.get(key) === opening) this.#entries.delete(key);
        // Another call has cancelled the opening, not this one.
        if (known && !signal.aborted) continue;
        throw error;
      }
      entry.users++;
      if (!(await isChanged(entry.file))) return entry;
      entry.users--;
      entry.stale = true;
      if (this.#entries.get(key) === opening) this.#entries.delete(key);
      if (entry.users === 0) this.#close(entry);
    }
  }

  async #open(key: string, path: string, options: FormatOptions, signal: AbortSignal): Promise<Entry> {
    const held = await this.#hold(path, options, signal);
    return { key, held, file: held.file, runs: new KeptRuns(), users: 0, stale: false };
  }

  async #dropIdle(most: number): Promise<void> {
    const entries = await Promise.all(
      [...this.#entries.values()].map((entry) => entry.catch(() => undefined)),
    );
    const idle = entries.filter((entry) => entry?.users === 0);
    for (const entry of idle.slice(0, Math.max(0, idle.length - most))) {
      // It may have been asked for again meanwhile.
      if (entry?.users !== 0) continue;
      this.#entries.delete(entry.key);
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
  await held.letGo(stale);
}

/** Whether the file on disk is another than was opened. */
async function isChanged({ dataset }: SharedFile): Promise<boolean> {
  const { watch } = dataset;
  if (!watch) return false;
  const now = await watch.now().catch(() => undefined);
  if (!now) return true;
  const { opened } = watch;
  return now.size !== opened.size || !continues(opened, now) || !hasSameTimes(opened, now);
}
