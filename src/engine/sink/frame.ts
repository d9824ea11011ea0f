import { createPlainCsvScanner } from '../format/csv/csv.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { createCsvFieldReader } from '../format/csv/fieldReader.ts';
import type { Format } from '../format/driver.ts';
import { columnNames, type FieldPath } from '../format/json/fields.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import { commaSeparated, createCsvCells, type CsvStyle } from './csvCell.ts';
import { rowShape, type Target } from './exportFormat.ts';
import { tableStyle } from './targets.ts';
import { fieldsAsTable } from './tableRow.ts';

/** What an export holds besides its rows. */
export interface Frame {
  readonly head: Uint8Array;
  /** Bytes of the rows to leave out at their beginning: the separator before the first one. */
  readonly lead: number;
  /** What comes after the last row, or after the head if there was none. */
  tail(rows: boolean): Uint8Array;
}

/**
 * @param sourceHead what `neededHead` says of the source's bytes before its first record
 * @param paths the columns of a table that is made of JSON records
 */
export function frameOf(
  source: Format,
  target: Target,
  sourceHead: Uint8Array,
  paths: readonly FieldPath[],
): Frame {
  switch (rowShape(source, target)) {
    case 'raw':
      return plainFrame(sourceHead);
    case 'lines':
    case 'values':
    case 'batches':
    case 'objects':
      return plainFrame(nothing);
    case 'elements':
      return arrayFrame;
    case 'table': {
      const style = tableStyle(target) ?? commaSeparated;
      const { dialect, layout } = source;
      if (dialect) return plainFrame(headerOf(sourceHead, dialect, style));
      const names = layout.names === 'columns' ? layout.columns : columnNames(paths);
      return plainFrame(headerRow(names, style));
    }
  }
}

export const arrayFrame: Frame = {
  head: bytesOf('['),
  // The comma of `elementSeparator`.
  lead: 1,
  tail: (rows) => (rows ? bytesOf('\n]\n') : bytesOf(']\n')),
};

export function plainFrame(head: Uint8Array): Frame {
  return { head, lead: 0, tail: () => nothing };
}

/**
 * A delimited text's header, cell by cell as it stands: queries need names that are unique and not empty, a file does
 * not. Of a header of several rows it is one row with the names that queries use: for most programs that read CSV, the
 * second row would be data.
 * @param header the source's bytes from the table's start to its first record
 */
export function headerOf(header: Uint8Array, dialect: CsvDialect, style: CsvStyle): Uint8Array {
  if (dialect.isNamedAbove) return headerRow(dialect.columns, style);
  if (dialect.headerLines === 0) return nothing;
  // A header may be of another width than the table.
  const scanner = createPlainCsvScanner({ ...dialect, columns: [] });
  const { length } = header;
  scanner.reserve(length).set(header);
  const rows = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields: [] });
  if (rows.count > 1) return headerRow(dialect.columns, style);
  const out = new ByteBuilder();
  const append = fieldsAsTable(createCsvFieldReader(dialect), style, out);
  for (let row = 0; row < rows.count; row++) append(rows, row);
  return out.view();
}

/** Empty where there are no columns. */
export function headerRow(names: readonly string[], style: CsvStyle): Uint8Array {
  if (names.length === 0) return nothing;
  const out = new ByteBuilder();
  const cells = createCsvCells(out, style);
  cells.begin(names.length);
  for (const name of names) {
    const bytes = bytesOf(name);
    cells.text(bytes, 0, bytes.length);
  }
  cells.end();
  return out.view();
}

/**
 * Puts the parts of an export together: the frame around rows that come in chunks, of which some may be empty.
 * @param before bytes that were made in a run that is gone on with; undefined where this is the first one
 */
export async function* framed(
  frame: Frame,
  rows: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  before?: number,
): AsyncGenerator<Uint8Array, void> {
  if (before === undefined && frame.head.length > 0) yield frame.head;
  let some = before !== undefined && before > frame.head.length;
  for await (const chunk of rows) {
    if (chunk.length === 0) continue;
    yield some ? chunk : chunk.subarray(frame.lead);
    some = true;
  }
  const tail = frame.tail(some);
  if (tail.length > 0) yield tail;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const nothing = new Uint8Array(0);
