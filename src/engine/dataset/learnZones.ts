import type { ZoneMaps } from '../index/zoneMaps.ts';
import type { BlockResult } from '../pool/task.ts';
import type { Plan } from '../query/index.ts';

/** Keeps what a scan saw of the columns that its query filters on. */
export function learnZones(
  zones: ZoneMaps,
  plan: Plan,
  firstBlock: number,
  blocks: readonly BlockResult[],
): void {
  blocks.forEach((block, i) => {
    block.zones.forEach((zone, condition) => zones.set(plan.zones[condition], firstBlock + i, zone));
  });
}
