/**
 * The whole conversation of a preview. The page speaks to one `PreviewCalls`; the host answers what is the
 * editor's business (names beginning with `host/`) and relays the rest, unread, to the file's engine.
 *
 * Numbers: a `row` is a 0-based place in a view; a `record` is the 1-based number in the source file. Offsets
 * and sizes are bytes. Numbers that a file holds cross as text, never as doubles.
 */

import type { Said } from '../said/said.ts';
import type { JoinedReport } from './comparison.ts';
import type { PageCommand } from './pageCommands.ts';
import type { ColumnChoice, Completions, Condition, Diagnostic, Keywords, QueryEdit } from './queryText.ts';
import type { ColumnInfo, FileInfo, FileState, OtherTableCount, WrittenOptions } from './file.ts';
import type { FormatOptions } from './formatOptions.ts';
import type { RemoteCalls } from './remoteCalls.ts';
import type { SchemaCheck, Violation } from './schemaCheck.ts';
import type { ExportStages, StageReport } from './stages.ts';
import type { StatisticsCalls } from './statistics.ts';

/** What the rows of a view are. */
export interface Outcome {
  /** `records`: records of the file. `groups`: each row sums up records. `rows`: anything else. */
  readonly rows: 'records' | 'groups' | 'rows';
  /** Whether a condition decides which records take part. */
  readonly filtered: boolean;
  /** Whether LIMIT or TABLESAMPLE leaves records out. */
  readonly limited: boolean;
  /** The keys that the rows are sorted by, as the query writes them; of a column also its path as in `ColumnInfo`. */
  readonly order: readonly {
    readonly key: string;
    readonly path?: string | undefined;
    readonly descending: boolean;
  }[];
  /** Columns whose values may be added across rows: counts and sums of groups. */
  readonly additive: readonly string[];
}

/** A view: 0 is the file as it stands, others are the results of a query. */
export interface ViewState {
  readonly view: number;
  readonly query: string;
  readonly outcome: Outcome;
  readonly phase: 'running' | 'done' | 'cancelled' | 'failed';
  /** Rows in the view so far. */
  readonly matched: number;
  /** Records that were looked at so far. */
  readonly records: number;
  readonly malformed: number;
  /** Bytes read; with those skipped, so many of `total` are done. */
  readonly scanned: number;
  readonly total: number | undefined;
  /** Bytes that the index proved need not be read, or whose columns are kept. */
  readonly skipped: number;
  /** Of those, the ones whose columns are kept. */
  readonly unread?: number | undefined;
  readonly elapsedMs: number;
  /** The view's own columns, where the query makes them (SELECT, AGGREGATE); else the file's are meant. */
  readonly columns: readonly ColumnInfo[] | undefined;
  /** Its rows are records as they are, put in order: its columns are made by no query. */
  readonly whole?: boolean | undefined;
  /** Rows that a program has failed for, which CALL has run. */
  readonly failed?: number | undefined;
  /** What there is to say of the files that it has joined, once it is done. */
  readonly joined?: readonly JoinedReport[] | undefined;
  /** What its stages have taken; undefined where it was not run. */
  readonly stages?: StageReport | undefined;
  /** Records have been appended since, which its rows are not made of: it needs all of them. */
  readonly outdated?: boolean | undefined;
  /** How often its rows were made anew, as groups of a file that has grown. */
  readonly made?: number | undefined;
  /** Phase `failed`: why. */
  readonly said: Said | undefined;
  /** Phase `failed` because of the source: offset of the byte at which it gave out; the matches before it are there. */
  readonly failedAt?: number | undefined;
}

/** Cells of a page, in the order of `rows` x `columns`, row by row. */
export interface Page {
  readonly view: number;
  readonly first: number;
  readonly rows: number;
  /** Ids of the columns that were asked for. */
  readonly columns: readonly number[];
  /** UTF-8 of all cells, one after the other; each is cut to `cellLimit` characters' worth of bytes. */
  readonly text: Uint8Array;
  /** End in `text` of each cell: rows x columns numbers. */
  readonly ends: Uint32Array;
  /** `CellKind` of each cell. */
  readonly kinds: Uint8Array;
  /** Record number of each row; 0 where the row comes from no single record. */
  readonly records: Float64Array;
  /** For each row, why it is malformed or odd; null when it is neither. */
  readonly faults: readonly (Said | null)[];
}

/** How a cell is drawn. */
export const CellKind = {
  Missing: 0,
  Null: 1,
  Boolean: 2,
  Number: 3,
  Text: 4,
  /** JSON text of a list or an object. */
  Json: 5,
  /** Raw text of a malformed record: in the first column asked for but that of the file; the others are Missing. */
  Malformed: 6,
  /** In all columns of a row that could not be computed: why, its fault says. */
  Failed: 7,
  /** Added to a kind when the cell was cut. */
  Cut: 16,
} as const;

export const cellLimit = 1024;

export interface RecordDetail {
  readonly record: number;
  readonly line: number;
  /** Of several files, in all of them as one. */
  readonly offset: number;
  readonly file?: FilePlace | undefined;
  readonly length: number;
  readonly format: 'json' | 'fields';
  /** Whether a text may stand for a number, as the fields of a delimited file do. */
  readonly loose: boolean;
  /** The record's text, cut to `detailLimit` bytes; invalid bytes shown as U+FFFD. */
  readonly text: string;
  readonly cut: boolean;
  /** Of the row of a table: its fields, in the order of the file. */
  readonly fields: readonly FieldValue[];
  readonly fault: Said | undefined;
}

export interface FieldValue {
  readonly name: string;
  readonly value: string | null;
}

export const detailLimit = 4 * 1024 * 1024;

/** Where a record of one of several files is. */
export interface FilePlace {
  readonly name: string;
  /** In the file's decoded text, where that is known. */
  readonly offset: number | undefined;
}

export interface Problem {
  readonly record: number;
  readonly line: number;
  /** Of several files, in all of them as one. */
  readonly offset: number;
  readonly file?: FilePlace | undefined;
  readonly at: number;
  readonly reason: Said;
  /** The record's first bytes. */
  readonly raw: Uint8Array;
}

/** A row that a program has failed for, which CALL has run. Where it comes from no single record, it has no place. */
export interface FailedRow {
  readonly record?: number;
  readonly line?: number;
  readonly offset?: number;
  readonly reason: Said;
  /** The row as it was given to the program. */
  readonly raw: string;
}

export type Place =
  | { readonly by: 'record' | 'line' | 'offset' | 'percent'; readonly value: number }
  /** A row of the view, 1-based: of rows that are not in the order of the file, and numbered by themselves. */
  | { readonly by: 'row'; readonly value: number }
  /**
   * In a column whose times are in order: `column` where its are, else any. The first row at or after a time; where times
   * fall, the first one before `until` where that is said, else at or before the time.
   */
  | {
      readonly by: 'time';
      readonly text: string;
      readonly column?: number | undefined;
      readonly until?: string | undefined;
    };

/** What the page may call. */
export interface PreviewCalls extends StatisticsCalls, RemoteCalls {
  /** First call of a page: what is known of the file after its first kilobytes. */
  info: { params: null; result: FileInfo };
  /**
   * Starts a query and resolves when it is done, cancelled or failed; its progress comes at most every 100 ms and
   * first as soon as the view can be paged. An empty query answers view 0.
   */
  run: { params: { readonly query: string }; result: ViewState; progress: ViewState };
  /** Whether the engine still has the rows of a query, so that `run` answers at once. */
  kept: { params: { readonly query: string }; result: boolean };
  rows: {
    params: {
      readonly view: number;
      readonly first: number;
      readonly count: number;
      readonly columns: readonly number[];
      /** Bytes of a cell's text that are wanted, where `cellLimit` is too few: for a copy, or a cell's exact value. */
      readonly limit?: number | undefined;
    };
    result: Page;
  };
  record: { params: { readonly view: number; readonly row: number }; result: RecordDetail };
  /**
   * The row of a view nearest to a place in the file, at or after it. `exact` when it is the place itself; `column`
   * is the one that a time was found in.
   */
  locate: {
    params: { readonly view: number; readonly place: Place };
    result: { readonly row: number; readonly exact: boolean; readonly column?: number | undefined };
  };
  /** Milliseconds since 1970 of what a row has in a column of times; null where that is none. */
  timeOf: {
    params: { readonly view: number; readonly row: number; readonly column: number };
    result: number | null;
  };
  /** The next or previous row after `from` that holds the text; null where there is none. Reports how far it looked. */
  find: {
    params: {
      readonly view: number;
      readonly text: string;
      readonly matchCase: boolean;
      readonly from: number;
      readonly backward: boolean;
    };
    result: { readonly row: number } | null;
    progress: { readonly scanned: number; readonly total: number | undefined };
  };
  /** How many rows of the view hold the text: all of them, or those before a row. */
  findCount: {
    params: {
      readonly view: number;
      readonly text: string;
      readonly matchCase: boolean;
      readonly before?: number | undefined;
    };
    result: { readonly count: number };
    progress: { readonly count: number; readonly scanned: number; readonly total: number | undefined };
  };
  problems: {
    params: { readonly first: number; readonly count: number };
    result: { readonly items: readonly Problem[]; readonly total: number; readonly complete: boolean };
  };
  /** How many malformed records there are of each reason, the most frequent first; of the first `counted` ones. */
  problemKinds: {
    params: null;
    result: {
      readonly kinds: readonly { readonly reason: Said; readonly count: number }[];
      readonly counted: number;
    };
  };
  /** What the schema that was chosen does not allow, as far as that is known; null where none was chosen. */
  schemaCheck: { params: null; result: SchemaCheck | null };
  /** Its violations one by one, in the order of the file: the first `SchemaCheck.listed`. */
  violations: {
    params: { readonly first: number; readonly count: number };
    result: readonly Violation[];
  };
  /** The rows of a view that a program has failed for: its run ends where they are too many. */
  failedRows: { params: { readonly view: number }; result: readonly FailedRow[] };
  /** How many records the file's other tables have; null where that is not known without reading on. */
  otherTables: { params: null; result: readonly OtherTableCount[] | null };
  check: { params: { readonly query: string }; result: readonly Diagnostic[] };
  complete: {
    params: { readonly query: string; readonly position: number };
    result: Completions;
  };
  keywords: { params: null; result: Keywords };
  /** Where words of a query are names, whatever the language has as words: half-open ranges of characters. */
  names: {
    params: { readonly query: string };
    result: readonly { readonly from: number; readonly to: number }[];
  };
  conditions: { params: { readonly query: string }; result: readonly Condition[] };
  /** What the query's conditions pick and leave out of each column: what plots and lists show as selected. */
  picks: { params: { readonly query: string }; result: readonly ColumnChoice[] };
  edit: {
    params: {
      readonly query: string;
      readonly edit: QueryEdit;
      /** Whether it is one of the file's records as they are, whatever the query makes of them. */
      readonly ofRecords?: boolean | undefined;
    };
    result: { readonly query: string };
  };
  /**
   * Reads on where a source had failed: in view 0 the next block of the file, in any other the rest of its
   * query, on top of the rows that it has. Answers as `run` does, `failed` where it has failed again.
   */
  retry: { params: { readonly view: number }; result: ViewState; progress: ViewState };
  /** Takes in what is appended to the file as it comes, or no longer: see `FileInfo.grows`. */
  follow: { params: { readonly on: boolean }; result: FileState };
  /** Opens the file anew after it has changed; where its rows come from a cluster, runs the query there again. */
  reload: { params: null; result: FileInfo };

  /** Asks where to and exports what the query selects. */
  'host/export': { params: { readonly query: string }; result: null };
  /** Asks for a service, and sends it what the query selects. */
  'host/sendRows': { params: { readonly query: string }; result: null };
  /** Asks for a cluster, and opens the rows of the query that it runs. */
  'host/runOnSpark': { params: { readonly query: string; readonly again?: boolean }; result: null };
  /**
   * Runs a query anew that a cluster could not run, in another tab, in the place of this one: with a token or over a connection that the
   * user enters, or here, over the file itself. Where the user thinks better of it, this one stays.
   */
  'host/runElsewhere': { params: { readonly how: 'token' | 'connection' | 'here' }; result: null };
  'host/exportRejects': { params: null; result: null };
  /** Asks for a JSON Schema and checks all records by it. */
  'host/validate': { params: null; result: null };
  /** Asks what is to be written of the schema's valid and invalid records, and where to. */
  'host/exportChecked': { params: null; result: null };
  'host/openAsText': { params: null; result: null };
  /** Opens the record as a read-only JSON document in a real editor. */
  'host/openRecord': { params: { readonly view: number; readonly row: number }; result: null };
  /** Opens the old and the new record of a row beside each other, where two files are compared. */
  'host/compareRecord': { params: { readonly view: number; readonly row: number }; result: null };
  /**
   * Lets the user overrule how the file is read; what is changed is read anew, and kept for this file. With `about` the
   * question is that one at once.
   */
  'host/readAs': { params: { readonly about?: 'table' | 'order' }; result: null };
  /** Takes over what the user says of how cells are written, or which table is read, reads the file so, and keeps it. */
  'host/readWith': { params: WrittenOptions & Pick<FormatOptions, 'table'>; result: null };
  'host/copy': { params: { readonly text: string }; result: null };
  /** Shows the query as another engine writes it, in a quick pick. */
  'host/copyQueryAs': { params: { readonly query: string }; result: null };
  /** Opens the chat with a question about the file, and about the rows that the query selects. */
  'host/askAboutFile': { params: { readonly query: string }; result: null };
  /** Filters that the workspace keeps. */
  'host/filters': { params: null; result: Filters };
  'host/keepFilters': { params: Filters; result: null };
  /** What a second preview of the file begins with, as an editor that is split does. */
  'host/keepPage': { params: { readonly state: unknown }; result: null };
  /** What the status bar shows. */
  'host/status': {
    params: { readonly text: string; readonly tooltip: string; readonly encoding: string };
    result: null;
  };
}

export interface Filters {
  /** Newest first. */
  readonly history: readonly string[];
  readonly saved: readonly { readonly name: string; readonly query: string }[];
}

/** What the engine tells the page unasked. */
export interface PreviewEvents {
  /** The file is known further, has changed, or is gone. At most every 100 ms. */
  file: FileState;
  /** The file has grown, and the view that was run last has been counted on in it. */
  view: ViewState;
  /** What happened to files that are followed, while all of their rows are still there. */
  followed: Said;
  /** More columns of a view were seen, or their types have become known: all of its columns. */
  columns: { readonly view: number; readonly columns: readonly ColumnInfo[] };
  /** More is known of what the chosen schema does not allow, or none is chosen any more. At most every 100 ms. */
  schemaCheck: SchemaCheck | null;
  /** How far an export of what the page shows is, and what its stages take. At most every 100 ms, and at its end. */
  exportStages: ExportStages;
  /** The engine's worker was replaced; what was running has to be run again. */
  restarted: { readonly message: string };
  /** What people know the cluster by that queries of the file ran on last. */
  ranOnSpark: { readonly label: string };
  /** A command of the editor (palette, key, native menu) that is the page's to carry out. */
  command: PageCommand;
}
