import type { Format } from '../format/driver.ts';
import type { BlockIndex } from '../index/blockIndex.ts';
import type { OpenedSource } from '../source/open.ts';

/**
 * Of how many blocks one has its checksum taken. Undefined, for none, where the bytes of a block do not tell what it
 * holds: a JSON document's depend on what stands around them, and decoded text has to be decoded to be compared. Where
 * nothing is kept, a few checksums are enough to see that a file changes.
 */
export function checksumEvery(source: OpenedSource, format: Format, kept: boolean): number | undefined {
  const asItStands = source.random && source.containers.length === 0 && source.encoding.startsWith('utf-8');
  if (!source.place.watch || !asItStands || format.reach === undefined) return undefined;
  return kept ? 1 : 64;
}

/** Blocks that are read again to see whether a file has changed. */
const sampled = 8;

/** Some blocks whose checksum is known, at most so many, from the first to the last one. */
export function samplesOf(index: BlockIndex, every: number, most = sampled): number[] {
  const known = Math.ceil(index.length / every);
  const count = Math.min(most, known);
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const block = every * (count === 1 ? 0 : Math.round((i * (known - 1)) / (count - 1)));
    if (!Number.isNaN(index.summary(block).checksum)) samples.push(block);
  }
  return samples;
}
