import { lineFeed } from '../../ascii.ts';
import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { createCsvRowReader } from '../../format/csv/row.ts';
import type { CsvDialect } from '../../format/csv/dialect.ts';
import { partitionPoint } from '../../partitionPoint.ts';
import { memorySource } from '../../source/data.ts';
import { OrderedRows } from '../../source/files/columns.ts';
import { type FileSpans, type PlacedRecords, SourceError } from '../../source/source.ts';
import type { Dataset } from '../dataset.ts';
import type { TextPlace } from './followedText.ts';
import type { HeldRecords } from '../heldScan.ts';
import { otherTable, type OwnTable } from '../files/unionColumns.ts';

/** A header is waited for in so many rows and bytes, while what stands there may be above it. */
const mostAbove = 32;
const mostBytes = 64 * 1024;

/** The header of a followed file that is not the one of the table. */
export interface OwnHeader {
  /** Bytes and lines before the first record. */
  readonly length: number;
  readonly lines: number;
  /** How the file is written. */
  readonly dialect: CsvDialect;
  /** Puts the file's rows under the columns of the table; undefined where they stand in its order and are written as it is. */
  readonly rows: FollowedRows | undefined;
  /** Columns of the file that the table does not have. */
  readonly others: readonly string[];
}

/**
 * What a file begins with whose header is not the one of the table. Undefined where that is no header with a column of the
 * table: a rotated file may go on without one.
 * @param final whether nothing more will come
 * @returns `more` where its header is not whole yet
 */
export async function ownHeader(
  path: string,
  bytes: Uint8Array,
  final: boolean,
  dataset: Dataset,
  options: FormatOptions,
  signal: AbortSignal,
): Promise<OwnHeader | 'more' | undefined> {
  const { recognised } = dataset;
  const { format } = recognised;
  if (format.kind !== 'csv' || format.dialect.headerLines === 0) return undefined;
  const { dialect: own } = format;
  const { columns } = own;
  const { length, rows, full, isPlain } = wholeRows(bytes, final, own);
  if (!final && rows < own.headerLines) return 'more';
  // A quote of rows that are written in another way may be none of the table's, and swallow all that follows it.
  const toLineEnd = final ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
  const table =
    (await headedTable(path, bytes.subarray(0, length), dataset, options, signal)) ??
    (length < toLineEnd
      ? await headedTable(path, bytes.subarray(0, toLineEnd), dataset, options, signal)
      : undefined);
  if (!table) {
    // What stands above a header comes before it, and says nothing of it.
    const hasTitle = recognised.firstLine > own.headerLines;
    const isOpen = full < (isPlain && !hasTitle ? 1 : 2) && rows < mostAbove && bytes.length < mostBytes;
    return isOpen && !final ? 'more' : undefined;
  }
  const { dialect, dataStart, firstLine } = table;
  const fields = columns.map((column) => dialect.columns.indexOf(column));
  const isSame = dialect.columns.length === columns.length && fields.every((field, at) => field === at);
  const isAlike =
    dialect.delimiter === own.delimiter && dialect.quote === own.quote && dialect.escape === own.escape;
  const order = { dialect, fields, as: isAlike ? undefined : own };
  return {
    ...{ length: dataStart, lines: firstLine, dialect },
    rows: isSame && isAlike ? undefined : new FollowedRows(new OrderedRows(order)),
    others: dialect.columns.filter((column) => !columns.includes(column)),
  };
}

/** How bytes are read whose header has a column of the table; undefined where they have none. */
async function headedTable(
  path: string,
  bytes: Uint8Array,
  { name, recognised }: Dataset,
  options: FormatOptions,
  signal: AbortSignal,
): Promise<OwnTable | undefined> {
  const { format } = recognised;
  if (format.kind !== 'csv') return undefined;
  const { columns } = format.dialect;
  try {
    const first = { path: name, recognised };
    const asked = { ...options, signal, anyDialect: true };
    const table = await otherTable(path, memorySource(path, bytes), first, asked);
    // The first rows of a file without a header may be nothing but texts: the name of a column is hardly among them.
    return table.dialect.columns.some((column) => columns.includes(column)) ? table : undefined;
  } catch (error) {
    if (error instanceof SourceError && error.failure === 'unsupported') return undefined;
    throw error;
  }
}

interface WholeRows {
  /** Bytes of them. */
  readonly length: number;
  readonly rows: number;
  /** How many have as many fields as the table has columns. */
  readonly full: number;
  /** Whether the first one has: then nothing stands above the rows. */
  readonly isPlain: boolean;
}

/** The whole rows that bytes begin with, as the table has rows. */
function wholeRows(bytes: Uint8Array, final: boolean, dialect: CsvDialect): WholeRows {
  const reader = createCsvRowReader(dialect);
  reader.begin(bytes, final);
  let [rows, full, length] = [0, 0, 0];
  let isPlain = false;
  while (length < bytes.length) {
    const read = reader.read(length);
    if (read === 'incomplete') break;
    if (read === 'record') {
      const isFull = reader.row.count === dialect.columns.length;
      if (isFull) full++;
      isPlain ||= isFull && rows === 0;
      rows++;
    }
    length = reader.row.next;
  }
  return { length, rows, full, isPlain };
}

/** Rows of a followed file under the columns of the table. */
export class FollowedRows {
  readonly #rows: OrderedRows;

  constructor(rows: OrderedRows) {
    this.#rows = rows;
  }

  /** The same records as the table has them, in the places that they have in their file; and the lines of all bytes. */
  held(
    bytes: Uint8Array,
    place: TextPlace,
    files: FileSpans,
  ): { readonly held: HeldRecords; readonly lines: number } {
    const starts: number[] = [];
    const placed: RowPlace[] = [];
    let lines = 0;
    this.#rows.write(bytes, true, (row) => {
      if (row.written !== undefined) {
        starts.push(row.written);
        placed.push({ offset: place.start + row.at, line: place.line + lines });
      }
      lines += row.lines;
    });
    const places = {
      of: (position: number, records: Uint32Array): PlacedRecords => {
        const at = [...records].map((start) => indexOf(starts, position - place.start + start));
        return {
          records: Float64Array.from(at, (index) => place.record + index),
          lines: Float64Array.from(at, (index) => placed[index].line),
          offsets: Float64Array.from(at, (index) => placed[index].offset),
        };
      },
    };
    return { held: { bytes: this.#rows.written, place, files, places }, lines };
  }
}

interface RowPlace {
  readonly offset: number;
  readonly line: number;
}

/** The last of ascending numbers that is not above a number. */
function indexOf(ascending: readonly number[], number: number): number {
  return partitionPoint(1, ascending.length, (at) => ascending[at] <= number) - 1;
}
