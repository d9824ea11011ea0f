import { isReadable } from '../fault.ts';
import { partitionOf, reasonIn } from '../format/recordBlocks.ts';
import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import { fieldValue, plainWhole, rawText, type Unescape } from '../query/fieldText.ts';
import { attributeOf } from '../query/layout.ts';
import type { RecordAttribute } from '../query/recordAttribute.ts';
import type { Origin } from '../query/predicate/selector.ts';
import { JsonObject, readValid } from '../query/value/json.ts';
import { numericText, type Numeric } from '../query/value/decimal.ts';
import { jsonOf, type Value } from '../query/value/value.ts';
import { WrittenRecords } from './writtenRecords.ts';

/** A number of the source whose text is not how the engine would write it, such as 1.10 or 1E3. */
export class WrittenNumber {
  readonly value: Numeric;
  readonly text: string;

  constructor(value: Numeric, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** A value as it is carried and shown: numbers keep the text that the source gave them. */
export type Cell = Value | WrittenNumber;

export function valueOf(cell: Cell): Value {
  return cell instanceof WrittenNumber ? cell.value : cell;
}

export function jsonOfCell(cell: Cell): string {
  return cell instanceof WrittenNumber ? cell.text : jsonOf(cell);
}

/** One column of a batch. Rows are numbered as the batch numbers them; nothing is decoded before it is asked for. */
export interface Vector {
  value(row: number): Value;
  cell(row: number): Cell;
}

/** A field of the raw records of a block. */
export class FieldVector implements Vector {
  readonly bytes: Uint8Array;
  readonly column: FieldColumn;
  readonly unescape: Unescape;

  constructor(bytes: Uint8Array, column: FieldColumn, unescape: Unescape) {
    this.bytes = bytes;
    this.column = column;
    this.unescape = unescape;
  }

  value(row: number): Value {
    return fieldValue(this.bytes, this.column, row, this.unescape);
  }

  cell(row: number): Cell {
    if (this.column.kinds[row] === Kind.Number) {
      const whole = plainWhole(this.bytes, this.column, row);
      if (!Number.isNaN(whole)) return whole;
    }
    const value = this.value(row);
    if (this.column.kinds[row] !== Kind.Number || value === null || typeof value === 'string') return value;
    const text = rawText(this.bytes, this.column, row);
    const isPlain = typeof value !== 'number' || numericText(value) === text;
    return isPlain && typeof value === 'number' ? value : written(value, text);
  }
}

function written(value: Value, text: string): Cell {
  return typeof value === 'number' || (typeof value === 'object' && value !== null && 'coefficient' in value)
    ? new WrittenNumber(value, text)
    : value;
}

/** What is known of the records of a block besides their fields. */
export class AttributeVector implements Vector {
  readonly #attribute: RecordAttribute;
  readonly #block: RecordBlock;
  readonly #origin: Origin;

  constructor(attribute: RecordAttribute, block: RecordBlock, origin: Origin) {
    this.#attribute = attribute;
    this.#block = block;
    this.#origin = origin;
  }

  value(row: number): Value {
    return attributeOf(this.#attribute, this.#block, row, this.#origin);
  }

  cell(row: number): Cell {
    return this.value(row);
  }
}

/** What the folders of the records' files say of them. */
export class PartitionVector implements Vector {
  readonly #partition: number;
  readonly #block: RecordBlock;

  constructor(partition: number, block: RecordBlock) {
    this.#partition = partition;
    this.#block = block;
  }

  value(row: number): Value {
    return partitionOf(this.#block, row, this.#partition);
  }

  cell(row: number): Cell {
    return this.value(row);
  }
}

/** The whole JSON records of a block; one that cannot be read is an object with the reason and its text, as exports have it. */
export class RecordVector implements Vector {
  readonly block: RecordBlock;
  #written: WrittenRecords | undefined;

  constructor(block: RecordBlock) {
    this.block = block;
  }

  /** The records as they stand in the block's bytes. */
  get written(): WrittenRecords {
    return (this.#written ??= new WrittenRecords(this.block));
  }

  value(row: number): Value {
    const { faults } = this.block;
    if (!isReadable(faults[row])) return unreadable(this.block, row, this.#text(row));
    return readValid(this.#text(row));
  }

  cell(row: number): Cell {
    const value = this.value(row);
    return value instanceof JsonObject ? value : written(value, this.#text(row));
  }

  #text(row: number): string {
    const { bytes, starts, ends } = this.block;
    return Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', starts[row], ends[row]).trim();
  }
}

function unreadable(block: RecordBlock, row: number, raw: string): JsonObject {
  return new JsonObject(JSON.stringify({ _error: reasonIn(block, row), _raw: raw }));
}

/** The bytes of a block's records; as a value, the text that they are. */
export class BytesVector implements Vector {
  readonly block: RecordBlock;

  constructor(block: RecordBlock) {
    this.block = block;
  }

  value(row: number): Value {
    const { bytes, starts, ends } = this.block;
    return Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', starts[row], ends[row]);
  }

  cell(row: number): Cell {
    return this.value(row);
  }
}

/** Values that were computed or copied. */
export class CellVector implements Vector {
  readonly cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.cells = cells;
  }

  value(row: number): Value {
    return valueOf(this.cells[row]);
  }

  cell(row: number): Cell {
    return this.cells[row];
  }
}

/** Rows of another vector in another order or number. */
export class GatherVector implements Vector {
  readonly #base: Vector;
  readonly #rows: Uint32Array;

  constructor(base: Vector, rows: Uint32Array) {
    this.#base = base;
    this.#rows = rows;
  }

  value(row: number): Value {
    return this.#base.value(this.#rows[row]);
  }

  cell(row: number): Cell {
    return this.#base.cell(this.#rows[row]);
  }
}
