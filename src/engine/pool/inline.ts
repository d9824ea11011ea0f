import type { Source } from '../source/source.ts';
import { Performer } from './perform.ts';
import type { Pool, Priority } from './pool.ts';
import type { FileSpec, Result, Task } from './task.ts';

/**
 * A pool of no threads: tasks are done in this one, in their order. For files too small to be worth a thread, and for
 * sources that can be read only once and from the front.
 */
export class InlinePool implements Pool<Task, Result> {
  readonly size = 1;
  readonly #performer = new Performer(false);
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with an AbortError once it is closed: a task would open its file again, and nobody would close that. */
  run(task: Task, _priority: Priority, signal: AbortSignal): Promise<Result> {
    const result = this.#last.then(() => {
      signal.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      return this.#performer.perform(task, signal);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  start(): void {
    // There is nothing that could be.
  }

  adopt(spec: FileSpec, source: Source): void {
    this.#performer.adopt(spec, source);
  }

  release(key: string): void {
    this.#last = this.#last.then(() => this.#performer.release(key));
  }

  /** Waits for the tasks that it has. */
  async close(): Promise<void> {
    await this.#last;
    this.#closing.abort();
    await this.#performer.close();
  }
}
