import { partsOf } from '../../query/value/decimal.ts';
import { Timestamp, type Interval } from '../../query/value/time.ts';
import {
  intervalOfParts,
  meanInterval,
  meanTime,
  partsOfInterval,
  partsOfTime,
  type MomentParts,
} from '../../query/value/timeMean.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { emptiedDoubles, grownDoubles } from './accumulator.ts';
import { ExactSums } from './exactSum.ts';

/** Exact sums of times and of intervals, by group: what a mean is made of. */
export class TimeSums {
  readonly #times = new PartSums();
  /** Of times that are known to be points in time. */
  readonly #zoned = new PartSums();
  readonly #intervals = new PartSums();

  get size(): number {
    return this.#times.size + this.#zoned.size + this.#intervals.size;
  }

  has(group: number): boolean {
    return this.#times.count(group) + this.#zoned.count(group) + this.#intervals.count(group) > 0;
  }

  add(group: number, moment: Timestamp | Interval): void {
    this.#addTimes(group, moment, 1);
  }

  subtract(group: number, moment: Timestamp | Interval): void {
    this.#addTimes(group, moment, -1);
  }

  write(group: number, out: ByteWriter): void {
    this.#times.write(group, out);
    this.#zoned.write(group, out);
    this.#intervals.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#times.merge(group, from);
    this.#zoned.merge(group, from);
    this.#intervals.merge(group, from);
  }

  /** Of times where there are such, else of intervals. */
  mean(group: number): Timestamp | Interval | null {
    const [local, zoned] = [this.#times.count(group), this.#zoned.count(group)];
    if (local + zoned > 0) {
      const [sums, others] = [this.#times.sums(group), this.#zoned.sums(group)];
      const all = [sums[0] + others[0], sums[1] + others[1], sums[2] + others[2]] as const;
      const mean = meanTime(all, local + zoned);
      return (local === 0 ? mean?.toZoned() : mean) ?? null;
    }
    const intervals = this.#intervals.count(group);
    return intervals === 0 ? null : meanInterval(this.#intervals.sums(group), intervals);
  }

  /** Of intervals: times have none. */
  sum(group: number): Interval | null {
    return this.#intervals.count(group) === 0 ? null : intervalOfParts(this.#intervals.sums(group));
  }

  reset(): void {
    this.#times.reset();
    this.#zoned.reset();
    this.#intervals.reset();
  }

  #addTimes(group: number, moment: Timestamp | Interval, times: 1 | -1): void {
    if (moment instanceof Timestamp)
      (moment.zoned ? this.#zoned : this.#times).add(group, partsOfTime(moment), times);
    else this.#intervals.add(group, partsOfInterval(moment), times);
  }
}

class PartSums {
  #counts: Float64Array = new Float64Array(0);
  readonly #parts = [new ExactSums(), new ExactSums(), new ExactSums()] as const;

  get size(): number {
    return this.#parts.reduce((size, sums) => size + sums.size, this.#counts.byteLength);
  }

  count(group: number): number {
    return this.#counts.at(group) ?? 0;
  }

  add(group: number, parts: MomentParts, times: 1 | -1): void {
    this.#reserve(group + 1);
    this.#counts[group] += times;
    for (const [at, sums] of this.#parts.entries()) sums.add(group, times * parts[at]);
  }

  sums(group: number): readonly [bigint, bigint, bigint] {
    if (this.count(group) === 0) return [0n, 0n, 0n];
    const [first, second, third] = this.#parts.map((sums) => wholeOf(sums, group));
    return [first, second, third];
  }

  write(group: number, out: ByteWriter): void {
    const count = this.count(group);
    out.double(count);
    if (count > 0) for (const sums of this.#parts) sums.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    const count = from.double();
    if (count === 0) return;
    this.#reserve(group + 1);
    this.#counts[group] += count;
    for (const sums of this.#parts) sums.merge(group, from);
  }

  reset(): void {
    this.#counts = emptiedDoubles(this.#counts);
    for (const sums of this.#parts) sums.reset();
  }

  #reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
    for (const sums of this.#parts) sums.reserve(groups);
  }
}

/** A sum of whole numbers. */
function wholeOf(sums: ExactSums, group: number): bigint {
  const { coefficient, exponent } = partsOf(sums.sum(group) ?? 0);
  return coefficient * 10n ** BigInt(exponent);
}
