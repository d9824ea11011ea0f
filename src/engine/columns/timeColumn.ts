import type { TimePoint } from '../format/fieldColumn.ts';
import type { Marks } from '../format/record.ts';
import { noNumbers } from './scratch.ts';
import { PackedColumn } from './packedColumn.ts';
import { firstFromText, firstFromTime, writeTimes, type TimeHead } from './times.ts';

/** A column of times that is kept as `times.ts` says. */
export class TimeColumn extends PackedColumn<TimeHead> {
  #numbers: Float64Array | undefined;

  /** No time is a number. */
  override get numbers(): Float64Array {
    if (!this.stored.numeric) return noNumbers;
    return (this.#numbers ??= new Float64Array(this.stored.count).fill(NaN));
  }

  override markTexts(
    from: Uint8Array | undefined,
    to: Uint8Array | undefined,
    inside: boolean,
  ): Marks | boolean {
    return this.#mark(from && firstFromText(from, this.head), to && firstFromText(to, this.head), inside);
  }

  override markTimes(
    from: TimePoint | undefined,
    to: TimePoint | undefined,
    inside: boolean,
  ): Marks | boolean {
    return this.#mark(from && firstFromTime(from, this.head), to && firstFromTime(to, this.head), inside);
  }

  #mark(from: number | undefined, to: number | undefined, inside: boolean): Marks | boolean {
    const most = this.head.high - this.head.low;
    return this.markBetween(from ?? 0, to === undefined ? most : to - 1, most, inside);
  }

  protected override write(starts: Uint32Array, ends: Uint32Array): void {
    writeTimes(this.stored, this.head, this.kinds, { starts, ends }, this.stored.scratch);
  }
}
