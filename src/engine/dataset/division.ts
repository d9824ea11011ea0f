import type { OpenedSource } from '../source/open.ts';

/** Runs between places where decoding can begin that are longer than this, in bytes, are not worth a worker each. */
const longestRun = 64 * 1024 * 1024;

/**
 * How the decoding of a compressed source is divided between workers: at the places where it can begin. A
 * worker that is given anything else decodes what another one has decoded as well.
 */
export interface Division {
  /** One past the last block of the stretch that begins with `block`. */
  readonly stretchEnd: (block: number) => number;
}

/** Undefined while it is not known where decoding can begin, or where that is too rare. */
export function divisionOf(source: OpenedSource, blockSize: number): Division | undefined {
  if (!source.random || source.size === undefined) return undefined;
  const splits = source.splits(0, source.size);
  if (splits.length === 0) return undefined;
  const ends = [...splits, source.size];
  if (ends.some((end, i) => end - (ends[i - 1] ?? 0) > longestRun)) return undefined;
  const blocks = [...new Set(ends.map((end) => Math.ceil(end / blockSize)))];
  return { stretchEnd: (block) => blocks.find((end) => end > block) ?? block + 1 };
}
