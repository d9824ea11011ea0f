/**
 * Numbers of `size` different records out of `total`, from 0 on and in order; all of them where there are no more. Each
 * set is as likely as any other (Floyd's algorithm; Bentley and Floyd, "A Sample of Brilliance", CACM 1987).
 */
export function chosenRecords(total: number, size: number, seed: number): number[] {
  const random = randomFrom(seed);
  const chosen = new Set<number>();
  for (let last = Math.max(0, total - size); last < total; last++) {
    const record = Math.floor(random() * (last + 1));
    chosen.add(chosen.has(record) ? last : record);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Numbers from 0 to below 1, with 53 bits: two steps of SplitMix32 each. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
