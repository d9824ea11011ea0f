import type { Selector } from './selector.ts';

/** TABLESAMPLE n PERCENT: every record is taken with the same chance, whatever becomes of the others. */
export interface SampleCondition {
  readonly kind: 'sample';
  readonly percent: number;
  readonly seed: number;
}

/**
 * Draws by the place of the record in the file, so that the same file, size and seed give the same sample, in any
 * number of threads and whenever a page of it is shown again.
 */
export function selectSample({ percent, seed }: SampleCondition): Selector {
  const limit = (percent / 100) * 2 ** 32;
  return {
    cost: 1.5,
    select(block, selection, count) {
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        selection[kept] = record;
        kept += draw(block.offset + block.starts[record], seed) < limit ? 1 : 0;
      }
      return kept;
    },
  };
}

/** A number in [0, 2^32) that looks random: the finalizer of MurmurHash3 over both halves of the place. */
export function draw(place: number, seed: number): number {
  let hash = Math.imul(seed ^ (place / 2 ** 32), 0x9e3779b1) ^ (place | 0);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
