import { watch, type FSWatcher } from 'node:fs';

/** Events that come within so many milliseconds are one: a busy writer causes thousands a second. */
const gapMs = 10;
/** Folders that are watched at most; files in others are found by looking. */
const mostFolders = 64;

/**
 * Waits until something happens in some folders. Events are a hint and no more: network mounts and some file systems
 * send none, so that who waits looks again after a while all the same.
 */
export class Changes {
  readonly #watchers = new Map<string, FSWatcher | undefined>();
  #lastLook = 0;
  #pending = false;
  #wake: (() => void) | undefined;
  /** Whether names may have come or gone since it was last asked. */
  #renamed = true;

  /** Watches a folder from now on. One that cannot be watched is left to looking. */
  watch(folder: string): void {
    if (this.#watchers.has(folder) || this.#watchers.size >= mostFolders) return;
    this.#watchers.set(folder, undefined);
    try {
      const watcher = watch(folder, (event) => {
        this.#renamed ||= event === 'rename';
        this.#pending = true;
        this.#wake?.();
      });
      watcher.on('error', () => this.#drop(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // Neither a folder that is not there yet nor a system without room for one more watch is a failure.
      this.#watchers.delete(folder);
    }
  }

  /** Called before the files are looked at: what happens from now on wakes who waits afterwards. */
  begin(): void {
    this.#pending = false;
    this.#lastLook = performance.now();
  }

  /** Whether a name has come or gone since the last call. */
  takeRenamed(): boolean {
    const renamed = this.#renamed;
    this.#renamed = false;
    return renamed;
  }

  /** Waits for an event, at most so many milliseconds, or until the signal is aborted. */
  next(waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = performance.now() + waitMs;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const arm = (): NodeJS.Timeout => {
        const now = performance.now();
        const until = this.#pending ? Math.min(end, this.#lastLook + gapMs) : end;
        return setTimeout(done, Math.max(0, until - now));
      };
      let timer = arm();
      this.#wake = () => {
        clearTimeout(timer);
        timer = arm();
      };
      signal.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher?.close();
    this.#watchers.clear();
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
