import type { Value } from '../query/value/value.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readCell, skipCell, tag } from './codec.ts';
import { valueOf, type Cell, type Vector } from './vector.ts';

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

  value(row: number): Value {
    return valueOf(this.cell(row));
  }

  cell(row: number): Cell {
    this.#reader.at = this.starts[row];
    return readCell(this.#reader);
  }
}
