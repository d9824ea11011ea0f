import { momentIn, numberIn } from '../../query/cell.ts';
import { toDouble } from '../../query/value/decimal.ts';
import { compareTimes, Interval, Timestamp } from '../../query/value/time.ts';
import { intervalSize } from '../../query/value/compare.ts';
import { intervalBetween, timeBetween } from '../../query/value/timeMean.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import { addEach, type ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';

/**
 * quantile_cont(number, fraction) and median(number): exact, so every number of a group is kept. Where a group has no number,
 * the same of its times, and where it has no time either, of its intervals.
 */
export class Quantile implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #fraction: number;
  /** Doubles; a string holds one, or those of a part of the rows. */
  readonly #values = new ByteLists();
  readonly #one = new Float64Array(1);
  readonly #oneBytes = new Uint8Array(this.#one.buffer);
  /** Times and intervals as cells; a string holds one, or those of a part of the rows. */
  readonly #moments = new ByteLists();
  readonly #entry = new ByteWriter(32);

  constructor(input: BatchExpression, fraction: number) {
    this.#input = input;
    this.#fraction = fraction;
  }

  get size(): number {
    return this.#values.size + this.#moments.size;
  }

  reserve(): void {
    // Groups get their list with their first value.
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
  }

  addValue(group: number, value: Value): void {
    const number = numberIn(value, this.#input);
    if (number !== undefined) {
      this.#one[0] = toDouble(number);
      this.#values.add(group, this.#oneBytes);
      return;
    }
    const moment = momentIn(value, this.#input);
    if (moment === undefined) return;
    this.#entry.clear();
    writeCell(this.#entry, moment);
    this.#moments.add(group, this.#entry.view());
  }

  write(group: number, out: ByteWriter): void {
    this.#values.write(group, out);
    this.#moments.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#values.merge(group, from);
    this.#moments.merge(group, from);
  }

  result(group: number): Cell {
    const values = new Float64Array(this.#values.length(group) / 8);
    if (values.length === 0) return this.#ofMoments(group);
    const bytes = new Uint8Array(values.buffer);
    let filled = 0;
    this.#values.visit(group, (from, start, end) => {
      bytes.set(from.subarray(start, end), filled);
      filled += end - start;
    });
    values.sort();
    const [below, above, fraction] = this.#placeAmong(values);
    return below + (above - below) * fraction;
  }

  reset(): void {
    this.#values.clear();
    this.#moments.clear();
  }

  #ofMoments(group: number): Cell {
    const times: Timestamp[] = [];
    const intervals: Interval[] = [];
    this.#moments.visit(group, (_bytes, _start, end, reader) => {
      while (reader.at < end) {
        const moment = readCell(reader);
        if (moment instanceof Timestamp) times.push(moment);
        else if (moment instanceof Interval) intervals.push(moment);
      }
    });
    if (times.length > 0) return timeBetween(...this.#placeAmong(times.sort(compareTimes))) ?? null;
    if (intervals.length === 0) return null;
    return intervalBetween(...this.#placeAmong(intervals.sort((a, b) => intervalSize(a) - intervalSize(b))));
  }

  /** The values around the place, and how far it is from the first to the second. */
  #placeAmong<T>(sorted: { readonly [at: number]: T; readonly length: number }): [T, T, number] {
    const place = this.#fraction * (sorted.length - 1);
    const below = Math.floor(place);
    return [sorted[below], sorted[Math.ceil(place)], place - below];
  }
}
