import { minus, zero } from '../ascii.ts';
import type { Value } from '../query/value/value.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readCell, skipCell, tag } from './codec.ts';
import { valueOf, type Cell, type Vector } from './vector.ts';

/** Every whole number of so many digits is a double. */
const mostDigits = 15;

/** One column of rows as a `RowCodec` has written them: a cell is decoded when it is asked for. */
export class CodedVector implements Vector {
  readonly bytes: Uint8Array;
  /** Where each row's cell begins. */
  readonly starts: Uint32Array;
  readonly #reader: ByteReader;

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
    this.#reader = new ByteReader(bytes);
  }

  /** The bytes of a cell that was written as a text, be it a JSON text; undefined for the others. */
  range(row: number): { readonly kind: number; readonly start: number; readonly end: number } | undefined {
    const reader = this.#reader;
    reader.at = this.starts[row];
    const kind = reader.byte();
    switch (kind) {
      case tag.text:
      case tag.writtenNumber:
      case tag.listText:
      case tag.objectText: {
        const length = reader.count();
        return { kind, start: reader.at, end: reader.at + length };
      }
      default:
        return undefined;
    }
  }

  /** Copies a cell as it was written: the bytes of a record need not be UTF-8. */
  copyTo(out: ByteWriter, row: number): void {
    const start = this.starts[row];
    this.#reader.at = start;
    skipCell(this.#reader);
    out.copy(this.bytes, start, this.#reader.at);
  }

  /** The `tag` of a cell. */
  kind(row: number): number {
    return this.bytes[this.starts[row]];
  }

  /**
   * The number that a cell, or the text in it, is where a short whole number says it, which is not decoded; NaN for
   * all others.
   */
  wholeNumber(row: number): number {
    const { bytes } = this;
    let at = this.starts[row];
    const kind = bytes[at++];
    if (kind !== tag.writtenNumber && kind !== tag.text) return NaN;
    // The length of what is read here takes one byte.
    const end = at + 1 + bytes[at++];
    const isNegative = bytes[at] === minus;
    if (isNegative) at++;
    const digits = end - at;
    if (digits < 1 || digits > mostDigits || (bytes[at] === zero && (digits > 1 || isNegative))) return NaN;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at] - zero;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return isNegative ? -value : value;
  }

  value(row: number): Value {
    return valueOf(this.cell(row));
  }

  cell(row: number): Cell {
    this.#reader.at = this.starts[row];
    return readCell(this.#reader);
  }
}
