/** Everything that is promised. No imports: this file alone becomes dist/api.d.ts. */

/** What other extensions get from `extensions.getExtension('rowriver.rowriver').activate()`. */
export interface RowriverApi {
  /** The version of this interface, by semantic versioning. */
  readonly version: string;
  /**
   * Opens a file: reads its beginning, and recognises its format.
   * @param path a path of this machine, or an http(s) URL
   * @throws RowriverError where it cannot be read; TypeError where an argument is not of these types; the signal's reason
   */
  open(path: string, options?: OpenOptions): Promise<DataFile>;
}

export interface OpenOptions extends ReadOptions {
  /** Ends the opening. */
  readonly signal?: AbortSignal;
  /** Sent along with requests for a URL. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a file is to be read. What is not said is recognised. */
export interface ReadOptions {
  readonly format?: 'jsonl' | 'json' | 'csv' | 'log';
  readonly encoding?: string;
  /** CSV. */
  readonly delimiter?: string;
  /** CSV; '' where nothing is quoted. */
  readonly quote?: '"' | "'" | '';
  /** CSV: rows of the header; 0 for none. */
  readonly headerRows?: number;
  /** CSV: fields without quotes that are NULL, besides empty ones. */
  readonly nulls?: readonly string[];
  /** CSV: the decimal mark; `none` reads numbers as JSON writes them. */
  readonly decimal?: ',' | '.' | 'none';
  /** CSV: the order of day, month and year in dates. */
  readonly dates?: 'dmy' | 'mdy' | 'ymd' | 'none';
  /** JSON documents: the list whose elements are the rows, `$.items[*]`. */
  readonly rows?: string;
  /** Log lines: `combined`, `syslog`, `levels` or another pattern that is recognised, or a regular expression with named groups. */
  readonly pattern?: string;
}

/** A file that is open. It is closed by `close`, or by `await using`. */
export interface DataFile extends AsyncDisposable {
  readonly path: string;
  readonly format: 'jsonl' | 'json' | 'csv' | 'log';
  /** How the file is read, in words: `comma, quoted, header`. */
  readonly reading: string;
  readonly encoding: string;
  /** Bytes; undefined where it is not known before all was read. */
  readonly size: number | undefined;
  /** Those of the first records. Records of JSON further down may have others. */
  readonly columns: readonly Column[];
  /**
   * Reads the rows of a query, in the language of docs/query.md; '' for all records. Nothing is read before the first
   * batch is asked for, and little more than was asked for.
   */
  query(query: string, options?: QueryOptions): Rows;
  /**
   * Counts the rows that `query` would give.
   * @throws RowriverError; the signal's reason
   */
  count(query?: string, options?: QueryOptions): Promise<number>;
  /** Ends what is under way, and closes the file. */
  close(): Promise<void>;
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
}

export interface Column {
  readonly name: string;
  /** As a query writes it: dotted, quoted where it must be. */
  readonly path: string;
  /** What its values were so far. */
  readonly type: 'unknown' | 'number' | 'text' | 'boolean' | 'list' | 'object' | 'mixed';
}

/**
 * The rows of a query, in batches of some hundred kilobytes. Each loop over it reads the file anew. A loop that is left
 * ends the reading.
 */
export interface Rows extends AsyncIterable<readonly Row[]> {
  /** What came of the last loop that has reached the end; undefined before. */
  readonly summary: Summary | undefined;
}

/**
 * A row, by the names of its columns; columns that it does not have are left out. Cells of CSV are texts unless the
 * query computes them. Whole numbers that a `number` cannot hold exactly are `bigint`. A record that is no object has
 * the one column `_value`.
 */
export type Row = Readonly<Record<string, Value>>;

export type Value =
  string | number | bigint | boolean | null | readonly Value[] | { readonly [name: string]: Value };

export interface Summary {
  /** Rows of the query. */
  readonly rows: number;
  /** Records that were read. */
  readonly records: number;
  /** Malformed records among them. Those that are no record at all are left out of the rows. */
  readonly malformed: number;
  /** The file was replaced or changed while it was read: the rows are of the one that was there before. */
  readonly replaced: boolean;
}

/** A failure that is not a bug: of the file, or of the query. */
export class RowriverError extends Error {
  override readonly name = 'RowriverError';
  /**
   * `query`: the query is not valid. `not-found`, `no-permission`, `is-folder`, `changed`, `corrupt`, `unreachable`,
   * `unsupported`: the file. `closed`: the file has been closed. `failed`: anything else.
   */
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}
