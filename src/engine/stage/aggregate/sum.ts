import type { PackedGroups } from '../../kernel/packedGroups.ts';
import { momentIn, numberIn } from '../../query/cell.ts';
import { rounded } from '../../query/value/decimal.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { asField, type BatchExpression } from '../expression.ts';
import type { Cell } from '../vector.ts';
import {
  addEach,
  addEachValue,
  emptiedDoubles,
  grownDoubles,
  type AddPacked,
  type ValueAccumulator,
} from './accumulator.ts';
import { ExactSums } from './exactSum.ts';
import { TimeSums } from './timeSums.ts';

/**
 * sum(number) and avg(number): the sum is exact, the mean its quotient as a double. Texts that read as numbers
 * count. Where a group has no number, the same of its times and intervals.
 */
export class Sum implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #mean: boolean;
  readonly #sums = new ExactSums();
  #counts: Float64Array = new Float64Array(16);
  /** Made when there is a time or an interval. */
  #times: TimeSums | undefined;

  constructor(input: BatchExpression, mean: boolean) {
    this.#input = input;
    this.#mean = mean;
  }

  get size(): number {
    return this.#counts.byteLength + this.#sums.size + (this.#times?.size ?? 0);
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
    this.#sums.reserve(groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const field = asField(this.#input.vector(batch));
    if (field === undefined || field.column.numbers.length === 0) {
      addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
      return;
    }
    const { numbers } = field.column;
    const { selection, count } = batch;
    const counts = this.#counts;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      const value = numbers[row];
      if (value !== value) {
        const exact = field.value(row);
        if (exact !== null) this.addValue(groups[i], exact);
      } else {
        const group = groups[i];
        counts[group]++;
        this.#sums.addDouble(group, value);
      }
    }
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    const wholes = this.#input.field(batch)?.column.wholes;
    if (wholes === undefined) {
      return addEachValue(batch, this.#input, packed, (group, value, _vector, _row, records) => {
        for (let i = 0; i < records; i++) this.addValue(group, value);
      });
    }
    return (codes, groupOf) => {
      const known = wholes.known();
      const counts = packed.countsOf(known);
      const sums = packed.sums(wholes.packed, known);
      for (const [at, code] of codes.entries()) {
        this.#counts[groupOf[at]] += counts[code];
        this.#sums.addWholes(groupOf[at], sums[code], counts[code], wholes.low, wholes.scale);
      }
    };
  }

  addValue(group: number, value: Value): void {
    const number = numberIn(value, this.#input);
    if (number === undefined) {
      const moment = momentIn(value, this.#input);
      if (moment !== undefined) (this.#times ??= new TimeSums()).add(group, moment);
      return;
    }
    this.#counts[group]++;
    this.#sums.add(group, number);
  }

  write(group: number, out: ByteWriter): void {
    out.double(this.#counts[group]);
    this.#sums.write(group, out);
    const hasTimes = this.#times?.has(group) ?? false;
    out.byte(hasTimes ? 1 : 0);
    if (hasTimes) this.#times?.write(group, out);
  }

  merge(group: number, from: ByteReader): void {
    this.#counts[group] += from.double();
    this.#sums.merge(group, from);
    if (from.byte() === 1) (this.#times ??= new TimeSums()).merge(group, from);
  }

  result(group: number): Cell {
    const count = this.#counts[group];
    if (count === 0) return (this.#mean ? this.#times?.mean(group) : this.#times?.sum(group)) ?? null;
    if (!this.#mean) return this.#sums.sum(group) ?? null;
    const sum = this.#sums.toDouble(group);
    return sum === undefined ? null : (rounded(sum / count) ?? null);
  }

  reset(): void {
    this.#counts = emptiedDoubles(this.#counts);
    this.#sums.reset();
    this.#times = undefined;
  }
}
