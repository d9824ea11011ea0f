import { truthOf } from '../../query/value/compare.ts';
import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { asField, type BatchExpression } from '../expression.ts';
import { Kind } from '../../format/record.ts';
import {
  addEachValue,
  emptiedDoubles,
  grownDoubles,
  type AddPacked,
  type ValueAccumulator,
} from './accumulator.ts';

/** count(*), count(value) and count_if(condition). */
export class Count implements ValueAccumulator {
  readonly #input: BatchExpression | undefined;
  readonly #onlyTrue: boolean;
  #counts: Float64Array = new Float64Array(16);

  /** @param input undefined for count(*) */
  constructor(input: BatchExpression | undefined, onlyTrue = false) {
    this.#input = input;
    this.#onlyTrue = onlyTrue;
  }

  get size(): number {
    return this.#counts.byteLength;
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const counts = this.#counts;
    if (this.#input === undefined) {
      for (let i = 0; i < batch.count; i++) counts[groups[i]]++;
      return;
    }
    const vector = this.#input.vector(batch);
    const kinds = this.#onlyTrue ? undefined : asField(vector)?.column.kinds;
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const counted =
        kinds === undefined
          ? this.#onlyTrue
            ? truthOf(vector.value(row)) === true
            : vector.value(row) !== null
          : kinds[row] > Kind.Null;
      if (counted) counts[groups[i]]++;
    }
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    const input = this.#input;
    if (input === undefined) return this.#addCounts(() => packed.counted.counts);
    const wholes = this.#onlyTrue ? undefined : input.field(batch)?.column.wholes;
    if (wholes) return this.#addCounts(() => packed.countsOf(wholes.known()));
    return addEachValue(batch, input, packed, (group, value, _vector, _row, records) => {
      if (!this.#onlyTrue || truthOf(value) === true) this.#counts[group] += records;
    });
  }

  #addCounts(countsOf: () => Uint32Array): AddPacked {
    return (codes, groupOf) => {
      const counts = countsOf();
      for (const [at, code] of codes.entries()) this.#counts[groupOf[at]] += counts[code];
    };
  }

  addValue(group: number, value: Value): void {
    if (!this.#onlyTrue || truthOf(value) === true) this.#counts[group]++;
  }

  write(group: number, out: ByteWriter): void {
    out.double(this.#counts[group]);
  }

  merge(group: number, from: ByteReader): void {
    this.#counts[group] += from.double();
  }

  result(group: number): number {
    return this.#counts[group];
  }

  reset(): void {
    this.#counts = emptiedDoubles(this.#counts);
  }
}
