import { carriageReturn, lineFeed } from '../ascii.ts';
import type { Format } from '../format/driver.ts';
import type { FieldPath } from '../format/json/fields.ts';
import type { RecordBlock } from '../format/record.ts';
import type { AppendRecord } from './appendRecord.ts';
import { ByteBuilder } from '../byteBuilder.ts';
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
  /** Appends the first `count` records of `selection` to `out`. @throws SinkError */
  encode(block: RecordBlock, selection: Uint32Array, count: number): void;
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
  if (rowShape(source, target) === 'raw') return { out, encode: (...rows) => appendRaw(out, ...rows) };
  const append = rowAppender(source, target, paths, out);
  return {
    out,
    encode(block, selection, count) {
      for (let i = 0; i < count; i++) append(block, selection[i] ?? 0);
    },
  };
}

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
  const oneLine = shape === 'lines';
  const append = fields ? fieldsAsJson(fields, out) : jsonAsJson(oneLine, out);
  return (block, record) => {
    if (shape === 'elements') out.copy(elementSeparator);
    append(block, record);
    if (shape !== 'elements') out.byte(lineFeed);
  };
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
