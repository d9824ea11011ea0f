import { noNumbers } from './scratch.ts';
import { PackedColumn } from './packedColumn.ts';
import { writeTimes, type TimeHead } from './times.ts';

/** A column of times that is kept as `times.ts` says. */
export class TimeColumn extends PackedColumn<TimeHead> {
  #numbers: Float64Array | undefined;

  /** No time is a number. */
  override get numbers(): Float64Array {
    if (!this.stored.numeric) return noNumbers;
    return (this.#numbers ??= new Float64Array(this.stored.count).fill(NaN));
  }

  protected override write(starts: Uint32Array, ends: Uint32Array): void {
    writeTimes(this.stored, this.head, this.kinds, { starts, ends }, this.stored.scratch);
  }
}
