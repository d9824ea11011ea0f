import { Fault } from '../fault.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';

/** More columns would take more memory than their rows do. */
const mostColumns = 512;
const none: number = Fault.None;
/** A longer record is read by itself. */
const longRecord = 64 * 1024;

/** Undefined where a dialect has no rows that could be written so. */
export function tableColumns(dialect: CsvDialect): TableColumns | undefined {
  const { length } = dialect.columns;
  return length > 0 && length <= mostColumns && dialect.escape === 'double'
    ? new TableColumns(dialect)
    : undefined;
}

/** The fields of a block's records. */
export class TableColumns {
  readonly requests: readonly FieldRequest[];
  readonly width: number;
  readonly quote: number;
  kinds: readonly Uint8Array[] = [];
  starts: readonly Uint32Array[] = [];
  ends: readonly Uint32Array[] = [];
  bytes: Uint8Array = new Uint8Array(0);
  #faults: Uint8Array = this.bytes;
  #recordStarts: Uint32Array = new Uint32Array(0);
  #recordEnds: Uint32Array = this.#recordStarts;

  constructor({ columns, quote }: CsvDialect) {
    this.requests = columns.map((_, column) => ({ path: [column], numeric: false }));
    this.width = columns.length;
    this.quote = quote === '' ? -1 : quote.charCodeAt(0);
  }

  begin(block: RecordBlock, first: number): boolean {
    const fields = block.fields.slice(first, first + this.width);
    if (fields.length < this.width) return false;
    this.kinds = fields.map(({ kinds }) => kinds);
    this.starts = fields.map(({ starts }) => starts);
    this.ends = fields.map(({ ends }) => ends);
    this.bytes = block.bytes;
    this.#faults = block.faults;
    this.#recordStarts = block.starts;
    this.#recordEnds = block.ends;
    return true;
  }

  /** Bytes of a record that has a field for each column; -1 where it may be another. */
  lengthOf(record: number): number {
    const length = this.#recordEnds[record] - this.#recordStarts[record];
    return this.#faults[record] === none && length <= longRecord ? length : -1;
  }
}
