import type { PagePart } from '../pool/task.ts';
import { SourceError } from '../source/source.ts';

/** See `Opening.check`. */
type Check = (parts: readonly PagePart[] | undefined, signal: AbortSignal) => Promise<void>;

/** Sees to it that what is made of several reads of a file is made of one version of it. */
export class OneVersion {
  readonly #check: Check;
  #tell: (() => void) | undefined;

  constructor(check: Check) {
    this.#check = check;
  }

  /** Has somebody told when a read finds that the file is no longer the one that was opened. */
  tellWhenChanged(tell: () => void): void {
    this.#tell = tell;
  }

  /**
   * Does something that reads the file, of which nothing comes if the file was not the one that was opened all the while.
   * @param parts of which rows are read; undefined: any
   * @throws SourceError `changed`; what `work` throws
   */
  async during<T>(
    parts: readonly PagePart[] | undefined,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    const check = (): Promise<void> => this.#checked(parts, signal);
    await check();
    let done: T;
    try {
      done = await work();
    } catch (error) {
      // What was written over may also be broken where it is read. A file that became shorter says where it ends.
      if (!isChanged(error) && !signal.aborted) await check();
      throw error;
    }
    await check();
    return done;
  }

  async #checked(parts: readonly PagePart[] | undefined, signal: AbortSignal): Promise<void> {
    try {
      await this.#check(parts, signal);
    } catch (error) {
      if (isChanged(error)) this.#tell?.();
      throw error;
    }
  }
}

function isChanged(error: unknown): boolean {
  return error instanceof SourceError && error.failure === 'changed';
}
