import { Kind } from '../format/record.ts';
import type { DistinctValues, KindTotals, MeasuredNumbers, RowList } from '../kernel/columnKernel.ts';

/** Values that stand for several rows each: how often, `times` one for each value. */

/** How often those of a list are there. @param counts of all rows; undefined: once each */
export function timesOf({ rows, count }: RowList, counts: Uint32Array | undefined): Uint32Array | undefined {
  if (counts === undefined) return undefined;
  const times = new Uint32Array(count);
  for (let i = 0; i < count; i++) times[i] = counts[rows[i]];
  return times;
}

export function sumOf(times: Uint32Array): number {
  let sum = 0;
  for (const time of times) sum += time;
  return sum;
}

/** Puts the rows of different values in the place of how often they were found. */
export function countTimes({ count, firsts, counts, hashes }: DistinctValues, times: Uint32Array): void {
  if (count === times.length) {
    for (let i = 0; i < count; i++) counts[i] = times[firsts[i]];
    return;
  }
  // Some are equal, such as 1 and 1.0.
  const signOf = (at: number): string => `${hashes[2 * at]} ${hashes[2 * at + 1]}`;
  const sums = new Map<string, number>();
  for (const [at, time] of times.entries()) sums.set(signOf(at), (sums.get(signOf(at)) ?? 0) + time);
  for (let i = 0; i < count; i++) counts[i] = sums.get(signOf(firsts[i])) ?? 0;
}

/** What numbers are like that are each there several times. @param found of each once */
export function measuredIn(
  found: MeasuredNumbers,
  values: Float64Array,
  times: Uint32Array,
): MeasuredNumbers {
  let [sum, count, negative, zero] = [0, 0, 0, 0];
  for (const [at, time] of times.entries()) {
    const value = values[at];
    count += time;
    sum += value * time;
    if (value < 0) negative += time;
    else if (value === 0) zero += time;
  }
  const mean = sum / count;
  let squares = 0;
  for (const [at, time] of times.entries()) squares += (values[at] - mean) ** 2 * time;
  return { ...found, mean, squares, negative, zero };
}

/** Values that are taken in by themselves, and in how many rows each is. */
export class TimesOfValues<Value> {
  readonly values: Value[] = [];
  readonly #times: number[] = [];
  readonly #counts: Uint32Array | undefined;

  constructor(counts: Uint32Array | undefined) {
    this.#counts = counts;
  }

  add(row: number, value: Value): void {
    this.values.push(value);
    if (this.#counts) this.#times.push(this.#counts[row]);
  }

  get times(): Uint32Array | undefined {
    return this.#counts && Uint32Array.from(this.#times);
  }
}

/** In how many rows the values of a list are. */
export function rowsOf(list: RowList, counts: Uint32Array | undefined): number {
  const times = timesOf(list, counts);
  return times ? sumOf(times) : list.count;
}

/** How many rows hold what has no list, where each value is in several. */
export function totalsIn(kinds: Uint8Array, counts: Uint32Array): KindTotals {
  const rows = [0, 0, 0, 0];
  for (const [at, kind] of kinds.entries()) if (kind <= Kind.True) rows[kind] += counts[at];
  const [missing, nulls, falses, trues] = rows;
  return { missing, nulls, falses, trues };
}
