import { availableParallelism } from 'node:os';

/**
 * One scan worker a core, within reason: a disk feeds no more, and each holds a few MiB as a rule, and some dozens of them where it
 * encodes groups of rows with types.
 */
export function poolSize(): number {
  return Math.min(8, Math.max(1, availableParallelism()));
}
