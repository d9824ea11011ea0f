import { resolve } from 'node:path';
import { WorkerPool } from '../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../src/engine/pool/task.ts';
import { reviveFailure } from '../../src/engine/pool/wire.ts';

/** Scan workers as the engine has them, from the built bundle. Who makes one closes it. */
export function scanPool(size: number): WorkerPool<Task, Result> {
  return new WorkerPool({ file: resolve('dist/worker.js'), size, revive: reviveFailure });
}
