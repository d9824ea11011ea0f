import { said } from '../../said/said.ts';
import { isReadable } from '../fault.ts';
import type { FieldReader } from '../format/driver.ts';
import { JsonFields, type FieldPath } from '../format/json/fields.ts';
import { Kind, type RecordBlock } from '../format/record.ts';
import type { AppendRecord } from './appendRecord.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { createCsvCells, type CsvStyle } from './csvCell.ts';
import { appendOnOneLine, appendUnescaped } from './jsonText.ts';
import { SinkError } from './sinkError.ts';
import { appendUnreadable, asUnicode, faultOf } from './unreadable.ts';

/**
 * JSON records as rows of a table with a column for each path. Numbers keep their text; lists, and objects that are
 * not flattened, are JSON text; null and a missing field are empty, an empty text is a pair of quotes.
 *
 * @param columns `flattened` where the paths were collected from the records, so that an object with keys has columns
 *   for its members; `whole` where a query has named them, so that an object is the value of its column
 */
export function jsonAsTable(
  paths: readonly FieldPath[],
  columns: 'flattened' | 'whole',
  style: CsvStyle,
  out: ByteBuilder,
): AppendRecord {
  const cells = createCsvCells(out, style);
  const fields = new JsonFields(paths, 0, columns === 'whole');
  const scratch = new ByteBuilder();
  const unescaped = new ByteBuilder();

  function appendCell(bytes: Uint8Array, column: number): void {
    const start = fields.starts[column] ?? 0;
    const end = fields.ends[column] ?? 0;
    switch (fields.kinds[column]) {
      case Kind.Missing:
      case Kind.Null:
        cells.empty();
        return;
      case Kind.EscapedText:
        unescaped.clear();
        appendUnescaped(unescaped, bytes, start, end);
        cells.text(unescaped.view(), 0, unescaped.length);
        return;
      case Kind.List:
      case Kind.Object:
        // A document that is laid out over several lines must not lay out a cell.
        unescaped.clear();
        appendOnOneLine(unescaped, bytes, start, end);
        cells.text(unescaped.view(), 0, unescaped.length);
        return;
      default:
        cells.text(bytes, start, end);
    }
  }

  return (block, record) => {
    const bytes = readFields(fields, block, record, scratch);
    if (bytes === undefined) {
      throw new SinkError(
        'unsupported',
        said`The file changed while it was being exported: it has new fields. Try again.`,
      );
    }
    cells.begin(paths.length);
    for (let column = 0; column < paths.length; column++) appendCell(bytes, column);
    cells.end();
  };
}

/**
 * Rows of a table as those of a delimited text, in UTF-8. A row has the cells that it has in its source, also
 * where those are fewer or more than the table's columns.
 */
export function fieldsAsTable(source: FieldReader, style: CsvStyle, out: ByteBuilder): AppendRecord {
  const cells = createCsvCells(out, style);
  return (block, record) => {
    const count = source.read(block, record);
    cells.begin(count);
    for (let column = 0; column < count; column++) {
      if (source.isNull(column)) {
        cells.empty();
      } else {
        const { bytes, start, end } = asUnicode(source.text(column), block, record);
        cells.text(bytes, start, end);
      }
    }
    cells.end();
  };
}

/**
 * Notes in `fields` the columns of the table that the first `count` records of `selection` are to become.
 * @throws SinkError when there are more than a table can have
 */
export function collectPaths(
  fields: JsonFields,
  block: RecordBlock,
  selection: Uint32Array,
  count: number,
): void {
  const scratch = new ByteBuilder();
  for (let i = 0; i < count; i++) {
    if (readFields(fields, block, selection[i] ?? 0, scratch) === undefined)
      throw tooManyColumns(fields.count);
  }
}

/** The error of a table that would have more than `limit` columns. */
export function tooManyColumns(limit: number): SinkError {
  return new SinkError(
    'too-many-columns',
    said`The records have more than ${limit.toLocaleString('en')} different fields: name the ones you want with SELECT.`,
  );
}

/** Reads a record; answers the bytes that its fields stand in, or undefined when `fields` had no room for one. */
function readFields(
  fields: JsonFields,
  block: RecordBlock,
  record: number,
  scratch: ByteBuilder,
): Uint8Array | undefined {
  if (isReadable(faultOf(block, record))) {
    const { bytes, starts, ends } = block;
    return fields.read(bytes, starts[record] ?? 0, ends[record] ?? 0) ? bytes : undefined;
  }
  scratch.clear();
  appendUnreadable(scratch, block, record);
  const bytes = scratch.view();
  return fields.read(bytes, 0, bytes.length) ? bytes : undefined;
}
