import { type Said, said } from '../../said/said.ts';

/**
 * The candidate that `name` was most likely meant to be: the smallest edit distance (insertion, deletion,
 * substitution, swap of neighbours: Damerau's) within a third of the name's length, letter case ignored.
 * Undefined where nothing is near; the name itself is no help.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  // A single letter is near to every other.
  let limit = Math.min(wanted.length - 1, Math.max(1, Math.floor(wanted.length / 3)));
  let best: string | undefined;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance > limit || (distance === limit && best !== undefined)) continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

/** `; did you mean x?`, or '' where nothing is near; `write` says how a candidate is written. */
export function didYouMean(
  name: string,
  candidates: Iterable<string>,
  write: (candidate: string) => string = (candidate) => candidate,
): Said | '' {
  const near = nearest(name, candidates);
  return near === undefined ? '' : said`; did you mean ${write(near)}?`;
}

/** Optimal string alignment distance; anything over `limit` comes back as `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, beforeLast[column - 2] + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(last[b.length], limit + 1);
}
