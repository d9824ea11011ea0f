import type { WholeNumbers } from '../format/fieldColumn.ts';
import { FieldColumn, Kind, type Marks } from '../format/record.ts';
import { packedKernel, type PackedOthers } from '../kernel/packed.ts';
import { packedAt } from './bits.ts';
import {
  decimalNumbers,
  decimalOf,
  othersIn,
  rangeOfWholes,
  writeDecimal,
  type DecimalHead,
} from './decimals.ts';
import { noBytes, noNumbers, noWords, type Stored } from './scratch.ts';

/** A column of numbers that is kept as `decimals.ts` says. Its arrays are made when they are asked for. */
export class DecimalColumn extends FieldColumn {
  readonly #stored: Stored;
  readonly #head: DecimalHead;
  /** Bytes that each value has room for. */
  readonly #slot: number;
  #kinds: Uint8Array | undefined;
  #numbers: Float64Array | undefined;
  #ends: Uint32Array | undefined;

  constructor(stored: Stored, head: DecimalHead, slot: number) {
    super(noBytes, noWords, noWords, noNumbers);
    this.#stored = stored;
    this.#head = head;
    this.#slot = slot;
  }

  override get kinds(): Uint8Array {
    if (this.#kinds === undefined) {
      const { count, scratch } = this.#stored;
      const head = this.#head;
      this.#kinds = scratch.kinds.subarray(0, count);
      const others = this.#others();
      if (others) packedKernel().kinds(others, head.kind, this.#kinds);
      else this.#kinds.fill(head.kind);
    }
    return this.#kinds;
  }

  override get numbers(): Float64Array {
    return this.#stored.numeric ? this.#doubles() : noNumbers;
  }

  override get starts(): Uint32Array {
    this.#write();
    return this.#stored.scratch.starts.subarray(0, this.#stored.count);
  }

  override get ends(): Uint32Array {
    return this.#write();
  }

  override writeTexts(): void {
    this.#write();
  }

  override get textAt(): (record: number) => string {
    return (record) => {
      const bytes = new Uint8Array(this.#slot);
      const end = writeDecimal(this.#doubles()[record], this.#head, bytes, 0);
      return Buffer.from(bytes.buffer, 0, end).toString('latin1');
    };
  }

  override get wholes(): WholeNumbers | undefined {
    const { words, count, numeric } = this.#stored;
    const { at, width, widthHigh, scale, low, high, kind } = this.#head;
    if (widthHigh > 0 || !(numeric || kind === Kind.Number)) return undefined;
    return {
      packed: { words, at, count, width },
      scale,
      low,
      most: high - low,
      known: () => this.markKinds(kind, kind, true),
      numbers: (records) =>
        Float64Array.from(records, (record) => decimalOf(packedAt(words, at, width, record), this.#head)),
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
    const { count, scratch } = this.#stored;
    const found =
      typeof marks === 'boolean' ? this.#all(marks ? count : 0, scratch.found) : marks.list(scratch.found);
    return { records: scratch.found.subarray(0, found), exact: true };
  }

  override markRange(low: number, high: number, inside: boolean): Marks | boolean | undefined {
    const { words, count, numeric } = this.#stored;
    const head = this.#head;
    const { at, width, widthHigh } = head;
    if (!numeric) return undefined;
    const { from, to } = rangeOfWholes(low, high, head);
    const most = head.high - head.low;
    const isAll = from <= 0 && to >= most;
    if (isAll || from > to) {
      if (isAll !== inside) return false;
      return this.markKinds(head.kind, head.kind, true);
    }
    if (widthHigh > 0) return undefined;
    const kernel = packedKernel();
    const marks = kernel.inRange({ words, at, count, width }, from, to, inside);
    const others = this.#others();
    return others ? kernel.keep(marks, others, true, false, false) : marks;
  }

  override markKinds(low: number, high: number, inside: boolean): Marks | boolean {
    const { count } = this.#stored;
    const head = this.#head;
    const wants = (kind: number): boolean => (kind >= low && kind <= high) === inside;
    const wanted = [head.kind, Kind.Null, Kind.Missing].map(wants);
    const [numbers, nulls, missing] = wanted;
    const others = this.#others();
    if (!others || wanted.every((is) => is === numbers)) return numbers;
    const kernel = packedKernel();
    return kernel.keep(kernel.all(count), others, numbers, nulls, missing);
  }

  #values(wholes: Uint32Array): { column: FieldColumn; bytes: Uint8Array } {
    const head = this.#head;
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
      column: new FieldColumn(kinds, starts, ends, this.#stored.numeric ? numbers : noNumbers),
      bytes,
    };
  }

  #all(count: number, records: Uint32Array): number {
    for (let i = 0; i < count; i++) records[i] = i;
    return count;
  }

  #others(): PackedOthers | undefined {
    return othersIn(this.#stored.words, this.#head, this.#stored.count);
  }

  #doubles(): Float64Array {
    if (this.#numbers === undefined) {
      const { words, count, scratch } = this.#stored;
      const head = this.#head;
      this.#numbers = scratch.numbers.subarray(0, count);
      decimalNumbers(words, head, count, this.#numbers, scratch.words);
      if (head.hasOthers) {
        const { kinds } = this;
        for (let i = 0; i < count; i++) if (kinds[i] !== head.kind) this.#numbers[i] = NaN;
      }
    }
    return this.#numbers;
  }

  /** Writes the texts, one after the other. */
  #write(): Uint32Array {
    if (this.#ends === undefined) {
      const { count, bytes, base, scratch } = this.#stored;
      const head = this.#head;
      const { kinds } = this;
      const numbers = this.#doubles();
      const { starts, ends } = scratch;
      for (let i = 0; i < count; i++) {
        const at = base + i * this.#slot;
        starts[i] = at;
        ends[i] = kinds[i] === head.kind ? writeDecimal(numbers[i], head, bytes, at) : at;
      }
      this.#ends = ends.subarray(0, count);
    }
    return this.#ends;
  }
}
