import { isUtf8 } from 'node:buffer';
import { backslash } from '../ascii.ts';
import { Fault } from '../fault.ts';
import { createCsvRowReader, type CsvRow } from '../format/csv/row.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { Kind, type RecordBlock } from '../format/record.ts';
import { ByteBuilder } from './byteBuilder.ts';
import { faultOf, repaired } from './unreadable.ts';

/** The text of a cell: `bytes[start, end)`. */
export interface CellText {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Reads the cells of a delimited text's records. */
export interface CsvSource {
  /** The record's fields, as `CsvRow` gives them: void after the next call. */
  read(block: RecordBlock, record: number): CsvRow;
  /** The unescaped text of a field of that record; void after the next call. */
  text(field: number): CellText;
}

export function createCsvSource(dialect: CsvDialect): CsvSource {
  const reader = createCsvRowReader(dialect);
  const { row } = reader;
  const scratch = new ByteBuilder();
  const quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0);
  /** What else a backslash escapes. */
  const delimiter = dialect.escape === 'backslash' ? (Buffer.from(dialect.delimiter).at(0) ?? -1) : -1;
  const escape = dialect.escape === 'backslash' ? backslash : quote;
  const cell: CellText = { bytes: new Uint8Array(0), start: 0, end: 0 };
  let bytes: Uint8Array = cell.bytes;

  /** Leaves out the first byte of each escape. */
  function unescape(start: number, end: number): void {
    scratch.clear();
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte !== quote && byte !== escape) continue;
      const next = at + 1 < end ? bytes[at + 1] : -1;
      const isEscape = byte === escape && (next === escape || next === delimiter);
      if (next !== quote && !isEscape) continue;
      scratch.copy(bytes, from, at);
      from = at + 1;
      at++;
    }
    scratch.copy(bytes, from, end);
    cell.bytes = scratch.view();
    cell.start = 0;
    cell.end = cell.bytes.length;
  }

  return {
    read(block, record) {
      bytes = block.bytes.subarray(0, block.ends[record]);
      reader.begin(bytes, true);
      reader.read(block.starts[record] ?? 0);
      return row;
    },
    text(field) {
      const start = row.starts[field] ?? 0;
      const end = row.ends[field] ?? 0;
      if (row.kinds[field] === Kind.EscapedText) {
        unescape(start, end);
      } else {
        cell.bytes = bytes;
        cell.start = start;
        cell.end = end;
      }
      return cell;
    },
  };
}

/** The cell with U+FFFD in place of what is not UTF-8. Only a record with a fault can need it. */
export function asUnicode(cell: CellText, block: RecordBlock, record: number): CellText {
  if (faultOf(block, record) === Fault.None) return cell;
  const text = cell.bytes.subarray(cell.start, cell.end);
  if (isUtf8(text)) return cell;
  const bytes = repaired(text);
  return { bytes, start: 0, end: bytes.length };
}

/** The name of a column, also of one past the header: `column` and its 1-based place. */
export function columnName(dialect: CsvDialect, column: number): string {
  const named = dialect.columns.at(column);
  if (named !== undefined) return named;
  let name = `column${column + 1}`;
  while (dialect.columns.includes(name)) name += '_';
  return name;
}
