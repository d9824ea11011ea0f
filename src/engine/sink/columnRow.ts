import { backslash, closeBrace, quote, space } from '../ascii.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { Kind, type FieldRequest, type RecordBlock } from '../format/record.ts';
import { createCsvCells, type CsvStyle } from './csvCell.ts';
import { shortEscapes } from './jsonText.ts';
import { tableColumns } from './tableColumns.ts';

/** Rows of a delimited text are written from the fields that its scanner finds, where it is asked for all of them. */
export interface ColumnRows {
  /** What the scan must find. */
  readonly requests: readonly FieldRequest[];
  /**
   * Makes `block` the one whose rows are written.
   * @param first which of its fields is that of the first column
   * @returns false where it does not have them
   */
  begin(block: RecordBlock, first: number): boolean;
  /** Appends a row; false, and nothing is appended, where it must be read by itself. */
  append(record: number): boolean;
}

/** What `fieldsAsJson` writes. */
export function columnsAsJson(dialect: CsvDialect, out: ByteBuilder): ColumnRows | undefined {
  const columns = tableColumns(dialect);
  if (columns === undefined) return undefined;
  const { width, quote: doubled } = columns;
  const keys = dialect.columns.map((name, column) =>
    Buffer.from(`${column === 0 ? '{' : ','}${JSON.stringify(name)}:`),
  );
  const room = keys.reduce((sum, { length }) => sum + length, 0) + width * longestNull + 1;

  const append = (record: number): boolean => {
    const length = columns.lengthOf(record);
    if (length < 0) return false;
    const { bytes } = columns;
    const to = out.room(room + longestEscape * length);
    let at = out.length;
    for (let column = 0; column < width; column++) {
      const key = keys[column];
      for (let from = 0; from < key.length; from++) to[at++] = key[from];
      const kind = columns.kinds[column][record];
      if (kind === Kind.Null) {
        to[at++] = 0x6e;
        to[at++] = 0x75;
        to[at++] = 0x6c;
        to[at++] = 0x6c;
        continue;
      }
      const isEscaped = kind === Kind.EscapedText;
      if (kind !== Kind.Text && !isEscaped) return false;
      const end = columns.ends[column][record];
      to[at++] = quote;
      for (let from = columns.starts[column][record]; from < end; from++) {
        const byte = bytes[from];
        if (isEscaped && byte === doubled && (++from === end || bytes[from] !== doubled)) return false;
        if (escapes[byte] === 0) {
          to[at++] = byte;
        } else if (escapes[byte] !== asCode) {
          to[at++] = backslash;
          to[at++] = escapes[byte];
        } else {
          for (const unit of Buffer.from(`\\u${byte.toString(16).padStart(4, '0')}`)) to[at++] = unit;
        }
      }
      to[at++] = quote;
    }
    to[at++] = closeBrace;
    out.wrote(at - out.length);
    return true;
  };

  return { requests: columns.requests, begin: (block, first) => columns.begin(block, first), append };
}

/** What `fieldsAsTable` writes. */
export function columnsAsTable(
  dialect: CsvDialect,
  style: CsvStyle,
  out: ByteBuilder,
): ColumnRows | undefined {
  const columns = tableColumns(dialect);
  if (columns === undefined) return undefined;
  const { width } = columns;
  const cells = createCsvCells(out, style);

  const append = (record: number): boolean => {
    if (columns.lengthOf(record) < 0) return false;
    const { bytes } = columns;
    const before = out.length;
    cells.begin(width);
    for (let column = 0; column < width; column++) {
      const start = columns.starts[column][record];
      const end = columns.ends[column][record];
      switch (columns.kinds[column][record]) {
        case Kind.Null:
          cells.empty();
          continue;
        case Kind.Text:
          cells.text(bytes, start, end);
          continue;
        case Kind.EscapedText:
          if (cells.doubled(bytes, start, end, columns.quote)) continue;
      }
      out.cut(before);
      return false;
    }
    cells.end();
    return true;
  };

  return { requests: columns.requests, begin: (block, first) => columns.begin(block, first), append };
}

const longestNull = 'null'.length + 2;
const longestEscape = 6;

/** Of each byte what stands behind the backslash in JSON: 0 where it needs none, `asCode` where its code does. */
const asCode = 1;
const escapes = new Uint8Array(256).fill(asCode, 0, space);
for (const [byte, letter] of shortEscapes) escapes[byte] = letter;
