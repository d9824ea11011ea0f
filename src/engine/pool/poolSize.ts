import { availableParallelism } from 'node:os';

/** One scan worker a core, within reason: a disk feeds no more, and each holds a few MiB. */
export function poolSize(): number {
  return Math.min(8, Math.max(1, availableParallelism()));
}
