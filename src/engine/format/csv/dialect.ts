import type { CellReadings } from './cellReading.ts';

/**
 * The dialect of a delimited text: everything that must be known to read it as RFC 4180 would be read.
 * Recognised from a sample, shown to the user, and overruled by what the user says. The names follow the W3C's
 * "CSV on the Web" dialect description where it has one.
 */
export interface CsvDialect {
  /** One character in nearly every file; several where a file uses such. */
  readonly delimiter: string;
  /**
   * Whether several delimiters in a row are one, and those before and after a row none: columns set flush with
   * blanks.
   */
  readonly runs?: boolean | undefined;
  /** Whether spaces that stand before a field, after a delimiter or at a row's start, are no part of it. */
  readonly skipInitialSpace?: boolean | undefined;
  /** '' when fields are never quoted. */
  readonly quote: '"' | "'" | '';
  /** How a quote inside a quoted field is written: doubled (RFC 4180) or behind a backslash, as a delimiter may be. */
  readonly escape: 'double' | 'backslash';
  /** What a comment line begins with; '' when there are none. */
  readonly comment: string;
  /** What ends a record outside quotes: `any` takes CRLF, LF and a lone CR; `lf` takes LF and CRLF. */
  readonly lineEnd: 'lf' | 'any';
  /** Lines of the header: 0 when the first record is data. Several are joined with a space, column by column. */
  readonly headerLines: number;
  /** Whether the columns have their names from a directive above the table, as `#Fields: date time`; there is no header then. */
  readonly isNamedAbove?: boolean | undefined;
  /** Offset in bytes of the table's first line: past a byte-order mark and any preamble. */
  readonly tableStart: number;
  /** Column names: from the header, else column1, column2, ... Unique and never empty. */
  readonly columns: readonly string[];
  /** What a field without quotes is NULL for, besides nothing: `\\N`, or what the user says. */
  readonly nulls?: readonly string[] | undefined;
  /** How the columns' cells are written; undefined where all are written as the language has them. */
  readonly readings?: CellReadings | undefined;
}

/** How a file of delimited text is read. */
export interface CsvSpec {
  readonly kind: 'csv';
  readonly dialect: CsvDialect;
}
