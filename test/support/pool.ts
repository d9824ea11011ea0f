import { resolve } from 'node:path';
import { WorkerPool } from '../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../src/engine/pool/task.ts';
import { reviveFailure } from '../../src/engine/pool/wire.ts';

/** Scan workers as the engine has them, from the built bundle. Who makes one closes it. */
export function scanPool(size: number): WorkerPool<Task, Result> {
  return new WorkerPool({ file: resolve('dist/worker.js'), size, revive: reviveFailure });
}

/** One pool for each number of workers, kept from question to question: a worker takes longer to start than to answer one. */
export class ScanPools {
  readonly #pools = new Map<number, WorkerPool<Task, Result>>();

  /** Undefined for 0: everything is done in this thread. */
  of(workers: number): WorkerPool<Task, Result> | undefined {
    if (workers === 0) return undefined;
    let pool = this.#pools.get(workers);
    if (!pool) this.#pools.set(workers, (pool = scanPool(workers)));
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }
}
