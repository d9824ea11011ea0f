import { backslash } from '../../ascii.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import type { FieldReader, FieldText } from '../driver.ts';
import { Kind } from '../record.ts';
import type { CsvDialect } from './dialect.ts';
import { createCsvRowReader } from './row.ts';

/** Reads the fields of a delimited text's records. */
export function createCsvFieldReader(dialect: CsvDialect): FieldReader {
  const reader = createCsvRowReader(dialect);
  const { row } = reader;
  const scratch = new ByteBuilder();
  const quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0);
  /** What else a backslash escapes. */
  const delimiter = Buffer.from(dialect.escape === 'backslash' ? dialect.delimiter.charAt(0) : '');
  const escape = dialect.escape === 'backslash' ? backslash : quote;
  const cell: FieldText = { bytes: new Uint8Array(0), start: 0, end: 0 };
  let bytes: Uint8Array = cell.bytes;

  function isDelimiter(at: number, end: number): boolean {
    const { length } = delimiter;
    return length > 0 && length <= end - at && delimiter.every((byte, index) => bytes[at + index] === byte);
  }

  /** Leaves out the first byte of each escape. */
  function unescape(start: number, end: number): void {
    scratch.clear();
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte !== quote && byte !== escape) continue;
      // A quote or a backslash at the end has nothing behind it that it could escape.
      if (at + 1 === end) break;
      const next = bytes[at + 1];
      const isEscape = byte === escape && (next === escape || isDelimiter(at + 1, end));
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
      return row.count;
    },
    isNull: (field) => row.kinds[field] === Kind.Null,
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
    name: (field) => columnName(dialect, field),
  };
}

/** The name of a column, also of one past the header: `column` and its 1-based place. */
function columnName(dialect: CsvDialect, column: number): string {
  const named = dialect.columns.at(column);
  if (named !== undefined) return named;
  let name = `column${column + 1}`;
  while (dialect.columns.includes(name)) name += '_';
  return name;
}
