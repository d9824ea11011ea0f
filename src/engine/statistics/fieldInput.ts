import type { FieldColumn } from '../format/record.ts';
import type { CellNature } from '../query/cell.ts';
import type { Unescape } from '../query/fieldText.ts';

/** Bytes that values of columns stand in. One for all columns of a block, so that these bytes are taken in once. */
export class ByteInput {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Whether they were made for a single column, and those of the block are looked at again after it. */
  readonly isOfOneColumn: boolean;

  constructor(bytes: Uint8Array, isOfOneColumn = false) {
    this.bytes = bytes;
    this.isOfOneColumn = isOfOneColumn;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** One column of some rows, as a scanner finds it. */
export interface FieldInput {
  readonly input: ByteInput;
  readonly column: FieldColumn;
  readonly unescape: Unescape;
  /** Loose where the texts are fields of a CSV, among which there are numbers. */
  readonly nature: CellNature;
  /** In how many rows each value is; undefined: one. */
  readonly counts?: Uint32Array | undefined;
  /** The text of a number, where it does not stand in the bytes. */
  readonly textAt?: ((row: number) => string) | undefined;
}
