import type { CodedValues } from '../../format/fieldColumn.ts';
import { Kind } from '../../format/record.ts';
import type { Unescape } from '../../query/fieldText.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { tag, writeCell } from '../codec.ts';
import { asField } from '../expression.ts';
import { writeKey } from '../held/key.ts';
import { KeySet, noKey } from '../held/keySet.ts';
import { emptyTable, largerTable, tryEmpty } from '../held/openTable.ts';
import { FieldVector, valueOf, type Cell, type Vector } from '../vector.ts';
import { sizeOf } from './accumulator.ts';
import { hashDouble } from './hashDouble.ts';

/**
 * The different values of one column, each with a code: equal values have equal codes. Texts are found by their raw
 * bytes, numbers by their doubles; only what is neither is decoded.
 */
export class KeyColumn {
  readonly #texts = new KeySet();
  readonly #numbers = new DoubleSet();
  readonly #numberCells: Cell[] = [];
  readonly #others = new KeySet();
  readonly #otherCells: Cell[] = [];
  readonly #key = new ByteWriter(64);
  #cellBytes = 0;

  get size(): number {
    return this.#texts.size + this.#numbers.size + this.#others.size + this.#cellBytes;
  }

  /** Codes of the selected rows, in their order. */
  codes(batch: Batch, vector: Vector, codes: Uint32Array): void {
    const field = asField(vector);
    if (field !== undefined) {
      this.#fieldCodes(batch, field, codes);
      return;
    }
    for (let i = 0; i < batch.count; i++) codes[i] = this.code(vector.cell(batch.selection[i]));
  }

  code(cell: Cell): number {
    const value = valueOf(cell);
    if (typeof value === 'number') return this.#numberCode(value, undefined, 0, cell);
    if (typeof value === 'string') {
      this.#key.clear();
      this.#key.utf8(value);
      return this.#texts.number(this.#key.view()) * 3;
    }
    this.#key.clear();
    writeKey(this.#key, value);
    const number = this.#others.number(this.#key.view());
    if (number === this.#otherCells.length) {
      this.#otherCells.push(cell);
      this.#cellBytes += sizeOf(cell);
    }
    return number * 3 + 2;
  }

  /** Whether equal values with that code can be written in several ways. */
  mayDiffer(code: number): boolean {
    return code % 3 !== 0;
  }

  isPlainNumber(code: number): boolean {
    return code % 3 === 1;
  }

  /** The value of a code; of equal values the one that came first. */
  cell(code: number): Cell {
    const number = Math.floor(code / 3);
    switch (code % 3) {
      case 0:
        return Buffer.from(this.#texts.key(number)).toString();
      case 1:
        return this.#numberCells[number];
      default:
        return this.#otherCells[number];
    }
  }

  /** `writeCell` of a code's value. */
  writeCell(code: number, out: ByteWriter): void {
    if (code % 3 !== 0) {
      writeCell(out, this.cell(code));
      return;
    }
    const text = this.#texts.key(code / 3);
    out.byte(tag.text);
    out.count(text.length);
    out.copy(text);
  }

  clear(): void {
    this.#texts.clear();
    this.#numbers.clear();
    this.#numberCells.length = 0;
    this.#others.clear();
    this.#otherCells.length = 0;
    this.#cellBytes = 0;
  }

  #fieldCodes(batch: Batch, field: FieldVector, codes: Uint32Array): void {
    const { coded } = field.column;
    if (coded !== undefined) {
      this.#valueCodes(batch, coded, field.unescape, codes);
      return;
    }
    const { kinds, numbers } = field.column;
    const { selection, count } = batch;
    const hasNumbers = numbers.length > 0;
    this.#texts.numbers(field.bytes, field.column, Kind.Text, selection, count, codes);
    for (let i = 0; i < count; i++) {
      if (codes[i] !== noKey) {
        codes[i] *= 3;
        continue;
      }
      const row = selection[i];
      const isPlain = hasNumbers && kinds[row] === Kind.Number && !Number.isNaN(numbers[row]);
      codes[i] = isPlain ? this.#numberCode(numbers[row], field, row) : this.code(field.cell(row));
    }
  }

  /** Of a column that is kept as its different values: each is looked up once, in the order in which rows have them. */
  #valueCodes(
    batch: Batch,
    { values, bytes, codes }: CodedValues,
    unescape: Unescape,
    target: Uint32Array,
  ): void {
    const { selection, count } = batch;
    const field = new FieldVector(bytes, values, unescape);
    /** One more than the code; 0 where no row had the value yet. */
    const known = new Uint32Array(values.kinds.length);
    for (let i = 0; i < count; i++) {
      const value = codes[selection[i]];
      if (known[value] === 0) known[value] = this.codeIn(field, value) + 1;
      target[i] = known[value] - 1;
    }
  }

  /** The code of a field's value. */
  codeIn(field: FieldVector, row: number): number {
    const { kinds, starts, ends, numbers } = field.column;
    if (kinds[row] === Kind.Text) return this.#texts.number(field.bytes.subarray(starts[row], ends[row])) * 3;
    const isPlain = numbers.length > 0 && kinds[row] === Kind.Number && !Number.isNaN(numbers[row]);
    return isPlain ? this.#numberCode(numbers[row], field, row) : this.code(field.cell(row));
  }

  /** @param field where a number that is new finds its text */
  #numberCode(value: number, field: FieldVector | undefined, row: number, cell?: Cell): number {
    const number = this.#numbers.number(value);
    if (number === this.#numberCells.length) {
      this.#numberCells.push(field === undefined ? (cell ?? value) : field.cell(row));
      this.#cellBytes += 16;
    }
    return number * 3 + 1;
  }
}

/** Doubles, each once, numbered in the order in which they came. */
class DoubleSet {
  #values = new Float64Array(1 << 8);
  #table = emptyTable(1 << 9);
  #count = 0;

  get size(): number {
    return this.#values.byteLength + this.#table.byteLength;
  }

  number(value: number): number {
    const mask = this.#table.length - 1;
    let slot = hashDouble(value) & mask;
    for (;;) {
      const number = this.#table[slot];
      if (number === -1) break;
      if (this.#values[number] === value) return number;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#values.length) {
      const values = new Float64Array(this.#count * 2);
      values.set(this.#values);
      this.#values = values;
    }
    const number = this.#count++;
    this.#values[number] = value;
    this.#table[slot] = number;
    if (this.#count * 2 > this.#table.length) {
      this.#table = largerTable(this.#table, this.#count, (known) => hashDouble(this.#values[known]));
    }
    return number;
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    if (tryEmpty(this.#table)) return;
    this.#values = new Float64Array(1 << 8);
    this.#table = emptyTable(1 << 9);
  }
}
