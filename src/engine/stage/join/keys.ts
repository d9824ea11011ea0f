import type { CellNature } from '../../query/cell.ts';
import { mayGiveTimes } from '../../query/givesTimes.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import type { Step } from '../../query/resolve/step.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { compileForBatches, type BatchExpression } from '../expression.ts';
import type { Vector } from '../vector.ts';
import { KeyPair, writeJoinKey } from './key.ts';
import { noRow, type JoinTable } from './table.ts';

/** The keys of a JOIN: what they are of the rows, and how they are found among those of the other file. */
export class JoinKeys {
  readonly pairs: readonly KeyPair[];
  readonly #expressions: readonly BatchExpression[];
  readonly #key = new ByteWriter();

  /** @param natures of the other file's keys */
  constructor(step: Step<'join'>, slots: readonly Slot[], natures: readonly CellNature[]) {
    const { bound, keys } = step;
    this.#expressions = keys.map(({ left }) => compileForBatches(left, bound, slots));
    this.pairs = keys.map(({ left, right }, at) => {
      const times = mayGiveTimes(left, { bound, slots }) || mayGiveTimes(right);
      return new KeyPair(this.#expressions[at], natures[at], times);
    });
  }

  /** The values of each key for the rows of a batch. */
  of(batch: Batch): Vector[] {
    return this.#expressions.map((key) => key.vector(batch));
  }

  /**
   * Of each selected row, the first of the other file's rows with its key.
   * @param values from `of`
   */
  firsts({ selection, count }: Batch, values: readonly Vector[], rows: JoinTable): Int32Array {
    const firsts = new Int32Array(count);
    const out = this.#key;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      const number = values.length === 1 ? this.pairs[0].numberInKey(values[0], row) : NaN;
      if (!Number.isNaN(number)) {
        firsts[i] = rows.firstOfNumber(number);
        continue;
      }
      out.clear();
      firsts[i] = writeJoinKey(out, values, row, this.pairs, 'left')
        ? rows.first(out.bytes, out.length)
        : noRow;
    }
    return firsts;
  }
}
