import { FieldColumn, Kind, type Marks } from '../format/record.ts';
import { packedKernel, type PackedOthers } from '../kernel/packed.ts';
import { noBytes, noNumbers, noWords, type Stored } from './scratch.ts';
import { markWholes, othersIn, withNumbers, type WholesHead } from './wholes.ts';

/** A column of values of one kind that are kept as `wholes.ts` says. Its arrays are made when they are asked for. */
export abstract class PackedColumn<Head extends WholesHead & { readonly kind: number }> extends FieldColumn {
  protected readonly stored: Stored;
  protected readonly head: Head;
  #kinds: Uint8Array | undefined;
  #isWritten = false;

  constructor(stored: Stored, head: Head) {
    super(noBytes, noWords, noWords, noNumbers);
    this.stored = stored;
    this.head = head;
  }

  /** Writes the texts from `stored.base` on, and where each begins and ends; of a record without one, an empty place. */
  protected abstract write(starts: Uint32Array, ends: Uint32Array): void;

  override get kinds(): Uint8Array {
    if (this.#kinds === undefined) {
      const { count, scratch } = this.stored;
      this.#kinds = scratch.kinds.subarray(0, count);
      const others = this.#others();
      if (others) packedKernel().kinds(others, this.head.kind, this.#kinds);
      else this.#kinds.fill(this.head.kind);
    }
    return this.#kinds;
  }

  override get starts(): Uint32Array {
    this.writeTexts();
    return this.stored.scratch.starts.subarray(0, this.stored.count);
  }

  override get ends(): Uint32Array {
    this.writeTexts();
    return this.stored.scratch.ends.subarray(0, this.stored.count);
  }

  override writeTexts(): void {
    if (this.#isWritten) return;
    const { starts, ends } = this.stored.scratch;
    this.write(starts, ends);
    this.#isWritten = true;
  }

  override markKinds(low: number, high: number, inside: boolean): Marks | boolean {
    const { count } = this.stored;
    const wants = (kind: number): boolean => (kind >= low && kind <= high) === inside;
    const wanted = [this.head.kind, Kind.Null, Kind.Missing].map(wants);
    const [values, nulls, missing] = wanted;
    const others = this.#others();
    if (!others || wanted.every((is) => is === values)) return values;
    const kernel = packedKernel();
    return kernel.keep(kernel.all(count), others, values, nulls, missing);
  }

  /**
   * The records whose whole number is in [from, to] (`inside`) or outside.
   * @param most the greatest number that there is
   */
  protected markBetween(from: number, to: number, most: number, inside: boolean): Marks | boolean {
    const isAll = from <= 0 && to >= most;
    const isNone = from > to || from > most || to < 0;
    if (!isAll && !isNone)
      return markWholes(
        this.stored.words,
        this.head,
        this.stored.count,
        Math.max(0, from),
        Math.min(most, to),
        inside,
      );
    if (isAll !== inside) return false;
    return this.markKinds(this.head.kind, this.head.kind, true);
  }

  /** Those of the marked records that have a number. */
  protected withNumber(marks: Marks): Marks {
    return withNumbers(marks, this.#others());
  }

  #others(): PackedOthers | undefined {
    return othersIn(this.stored.words, this.head, this.stored.count);
  }
}
