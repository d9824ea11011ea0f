import type { Marks } from '../format/record.ts';
import { packedKernel } from '../kernel/packed.ts';
import { doublesOf, longestDouble, type DoubleHead } from './doubles.ts';
import { PackedColumn } from './packedColumn.ts';
import { noNumbers } from './scratch.ts';

/** A column of numbers that is kept as `doubles.ts` says. */
export class DoubleColumn extends PackedColumn<DoubleHead> {
  override get numbers(): Float64Array {
    return this.stored.numeric ? this.#doubles : noNumbers;
  }

  override get textAt(): (record: number) => string {
    const doubles = this.#doubles;
    return (record) => String(doubles[record]);
  }

  override markRange(low: number, high: number, inside: boolean): Marks | boolean | undefined {
    if (!this.stored.numeric) return undefined;
    const { head } = this;
    const isAll = low <= head.low && high >= head.high;
    const isNone = low > high || low > head.high || high < head.low;
    if (isAll || isNone) return isAll === inside && this.markKinds(head.kind, head.kind, true);
    return this.withNumber(packedKernel().doublesIn(this.#doubles, low, high, inside));
  }

  protected override write(starts: Uint32Array, ends: Uint32Array): void {
    const { count, bytes, base } = this.stored;
    const { head, kinds } = this;
    const doubles = this.#doubles;
    for (let i = 0; i < count; i++) {
      const at = base + i * longestDouble;
      starts[i] = ends[i] = at;
      if (kinds[i] !== head.kind) continue;
      const text = String(doubles[i]);
      for (let byte = 0; byte < text.length; byte++) bytes[at + byte] = text.charCodeAt(byte);
      ends[i] += text.length;
    }
  }

  get #doubles(): Float64Array {
    return doublesOf(this.stored.words, this.head, this.stored.count);
  }
}
