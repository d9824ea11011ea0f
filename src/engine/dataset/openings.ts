import type { OpenedSource } from '../source/open.ts';
import type { ScanScheduler } from './scheduler.ts';

/** How a file was open before, and under which key its readers have it. */
interface Earlier {
  readonly key: string;
  readonly source: OpenedSource;
}

/** Openings of a file that others have taken the place of: they are closed once nobody reads any more. */
export class EarlierOpenings {
  readonly #scheduler: ScanScheduler;
  #readers = 0;
  #left: Earlier[] = [];

  constructor(scheduler: ScanScheduler) {
    this.#scheduler = scheduler;
  }

  add(earlier: Earlier): void {
    this.#left.push(earlier);
  }

  /** Called before something is read, in whichever opening is the latest then. */
  begin(): void {
    this.#readers++;
  }

  async end(): Promise<void> {
    if (--this.#readers === 0) await this.close();
  }

  async close(): Promise<void> {
    for (const { key, source } of this.#left.splice(0)) {
      this.#scheduler.release(key);
      await source.close();
    }
  }
}
