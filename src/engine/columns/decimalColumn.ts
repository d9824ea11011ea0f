import type { WholeNumbers } from '../format/fieldColumn.ts';
import { FieldColumn, Kind, type Marks } from '../format/record.ts';
import { packedAt } from './bits.ts';
import { decimalNumbers, decimalOf, rangeOfWholes, writeDecimal, type DecimalHead } from './decimals.ts';
import { PackedColumn } from './packedColumn.ts';
import { noNumbers, type Stored } from './scratch.ts';

/** A column of numbers that is kept as `decimals.ts` says. */
export class DecimalColumn extends PackedColumn<DecimalHead> {
  /** Bytes that each value has room for. */
  readonly #slot: number;
  #numbers: Float64Array | undefined;

  constructor(stored: Stored, head: DecimalHead, slot: number) {
    super(stored, head);
    this.#slot = slot;
  }

  override get numbers(): Float64Array {
    return this.stored.numeric ? this.#doubles() : noNumbers;
  }

  override get textAt(): (record: number) => string {
    return (record) => {
      const bytes = new Uint8Array(this.#slot);
      const end = writeDecimal(this.#doubles()[record], this.head, bytes, 0);
      return Buffer.from(bytes.buffer, 0, end).toString('latin1');
    };
  }

  override get wholes(): WholeNumbers | undefined {
    const { words, count, numeric } = this.stored;
    const { at, width, widthHigh, scale, low, high, kind } = this.head;
    if (widthHigh > 0 || !(numeric || kind === Kind.Number)) return undefined;
    return {
      packed: { words, at, count, width },
      scale,
      low,
      most: high - low,
      known: () => this.markKinds(kind, kind, true),
      numbers: (records) =>
        Float64Array.from(records, (record) => decimalOf(packedAt(words, at, width, record), this.head)),
      values: (wholes) => this.#values(wholes),
    };
  }

  override inRange(
    low: number,
    high: number,
    inside: boolean,
  ): { readonly records: Uint32Array; readonly exact: boolean } | undefined {
    const marks = this.markRange(low, high, inside);
    if (marks === undefined) return undefined;
    const { count, scratch } = this.stored;
    const found =
      typeof marks === 'boolean' ? this.#all(marks ? count : 0, scratch.found) : marks.list(scratch.found);
    return { records: scratch.found.subarray(0, found), exact: true };
  }

  override markRange(low: number, high: number, inside: boolean): Marks | boolean | undefined {
    if (!this.stored.numeric) return undefined;
    const { from, to } = rangeOfWholes(low, high, this.head);
    return this.markBetween(from, to, this.head.high - this.head.low, inside);
  }

  protected override write(starts: Uint32Array, ends: Uint32Array): void {
    const { count, bytes, base } = this.stored;
    const { head, kinds } = this;
    const numbers = this.#doubles();
    for (let i = 0; i < count; i++) {
      const at = base + i * this.#slot;
      starts[i] = at;
      ends[i] = kinds[i] === head.kind ? writeDecimal(numbers[i], head, bytes, at) : at;
    }
  }

  #values(wholes: Uint32Array): { column: FieldColumn; bytes: Uint8Array } {
    const head = this.head;
    const count = wholes.length;
    const bytes = new Uint8Array(count * this.#slot);
    const [starts, ends] = [new Uint32Array(count), new Uint32Array(count)];
    const numbers = Float64Array.from(wholes, (whole) => decimalOf(whole, head));
    for (let i = 0; i < count; i++) {
      starts[i] = i * this.#slot;
      ends[i] = writeDecimal(numbers[i], head, bytes, starts[i]);
    }
    const kinds = new Uint8Array(count).fill(head.kind);
    return {
      column: new FieldColumn(kinds, starts, ends, this.stored.numeric ? numbers : noNumbers),
      bytes,
    };
  }

  #all(count: number, records: Uint32Array): number {
    for (let i = 0; i < count; i++) records[i] = i;
    return count;
  }

  #doubles(): Float64Array {
    if (this.#numbers === undefined) {
      const { words, count, scratch } = this.stored;
      const head = this.head;
      this.#numbers = scratch.numbers.subarray(0, count);
      decimalNumbers(words, head, count, this.#numbers, scratch.words);
      if (head.hasOthers) {
        const { kinds } = this;
        for (let i = 0; i < count; i++) if (kinds[i] !== head.kind) this.#numbers[i] = NaN;
      }
    }
    return this.#numbers;
  }
}
