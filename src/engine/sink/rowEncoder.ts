import { carriageReturn, lineFeed } from '../ascii.ts';
import type { Format } from '../format/driver.ts';
import type { FieldPath } from '../format/json/fields.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import type { AppendRecord } from './appendRecord.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { columnsAsJson, columnsAsTable, type ColumnRows } from './columnRow.ts';
import { commaSeparated } from './csvCell.ts';
import { rowShape, type Target } from './exportFormat.ts';
import { elementSeparator, fieldsAsJson, jsonAsJson } from './jsonRow.ts';
import { tableStyle } from './targets.ts';
import { fieldsAsTable, jsonAsTable } from './tableRow.ts';

/**
 * Writes records as the rows of an export. What it makes depends on the records alone and not on those before
 * them, so the parts of a file can be written by different workers and put one after the other; `Frame` says what
 * comes before, between and after.
 */
export interface RowEncoder {
  /** What was written; the caller takes it away with `view` and `clear`. */
  readonly out: ByteBuilder;
  /** Fields with which it is quicker, if the scan finds them. */
  readonly requests: readonly FieldRequest[];
  /**
   * Appends the first `count` records of `selection` to `out`.
   * @param first which of the block's fields is the first of `requests`; undefined where none of them is there
   * @throws SinkError
   */
  encode(block: RecordBlock, selection: Uint32Array, count: number, first?: number): void;
}

/**
 * @param paths the columns of a table that is made of JSON records (see `needsPaths`); else nobody looks at them
 * @param out is written to; empty
 */
export function createRowEncoder(
  source: Format,
  target: Target,
  paths: readonly FieldPath[],
  out = new ByteBuilder(),
): RowEncoder {
  const shape = rowShape(source, target);
  if (shape === 'raw') {
    return {
      out,
      requests: [],
      encode: (block, selection, count) => appendRaw(out, block, selection, count),
    };
  }
  const append = rowAppender(source, target, paths, out);
  const columns = columnRows(source, target, out);
  return {
    out,
    requests: columns?.requests ?? [],
    encode(block, selection, count, first) {
      const isQuick = first !== undefined && columns?.begin(block, first) === true;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        if (shape === 'elements') out.copy(elementSeparator);
        if (!isQuick || !columns.append(record)) append(block, record);
        if (shape !== 'elements' && shape !== 'table') out.byte(lineFeed);
      }
    },
  };
}

/** Writes a record, with nothing around it. */
function rowAppender(
  source: Format,
  target: Target,
  paths: readonly FieldPath[],
  out: ByteBuilder,
): AppendRecord {
  const shape = rowShape(source, target);
  const fields = source.fields?.();
  if (shape === 'table') {
    const style = tableStyle(target) ?? commaSeparated;
    return fields ? fieldsAsTable(fields, style, out) : jsonAsTable(paths, 'flattened', style, out);
  }
  return fields ? fieldsAsJson(fields, out) : jsonAsJson(shape === 'lines', out);
}

function columnRows({ dialect }: Format, target: Target, out: ByteBuilder): ColumnRows | undefined {
  if (dialect === undefined) return undefined;
  const style = tableStyle(target);
  return style ? columnsAsTable(dialect, style, out) : columnsAsJson(dialect, out);
}

/** Copies records and their line ends, neighbours in one go. */
function appendRaw(out: ByteBuilder, block: RecordBlock, selection: Uint32Array, count: number): void {
  const { bytes, starts, ends } = block;
  let from = 0;
  let to = 0;
  for (let i = 0; i < count; i++) {
    const record = selection[i] ?? 0;
    const start = starts[record] ?? 0;
    const end = ends[record] ?? 0;
    if (start !== to) {
      out.copy(bytes, from, to);
      from = start;
    }
    to = end + lineEndLength(bytes, end);
  }
  out.copy(bytes, from, to);
}

/** Bytes of the line end at `at`; 0 at the end of a source that does not end with one. */
function lineEndLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === lineFeed) return 1;
  if (bytes[at] !== carriageReturn) return 0;
  return bytes[at + 1] === lineFeed ? 2 : 1;
}
