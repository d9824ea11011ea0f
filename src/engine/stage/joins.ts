import type { Slot } from '../query/resolve/slot.ts';
import type { Step } from '../query/resolve/step.ts';
import type { JoinBuild, SharedJoin } from './join/build.ts';

/** Reads the other files that a query names. */
export interface Joins {
  /** As `buildJoin`. */
  build(
    step: Step<'join'>,
    slots: readonly Slot[],
    live: ReadonlySet<number>,
    budget: number,
    signal: AbortSignal,
  ): Promise<JoinBuild>;
  /** Those that each thread does with its own rows. */
  readonly shared: readonly SharedJoin[];
}
