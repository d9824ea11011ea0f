/**
 * Between the extension host and the engine's worker. Every message on that wire is `Tagged`: session 0 is the
 * host's own conversation (`EngineCalls`), any other number is a preview's page, whose messages the host passes on
 * in both directions unread.
 */
import type { Said } from '../said/said.ts';
import type { FileDoubt, JoinedReport } from './comparison.ts';
import type { FileSearch } from './fileSearch.ts';
import type { FormatOptions } from './formatOptions.ts';
import type { FileInfo } from './file.ts';
import type { ClusterProgress, RowLimits } from './remote.ts';
import type { Message } from './rpc.ts';
import type { CheckSummary, Violation } from './schemaCheck.ts';
import type { StageReport } from './stages.ts';
import type { ToolAnswer, ToolProgress, ToolRequest } from './tools.ts';

export interface Tagged {
  readonly session: number;
  readonly message: Message;
}

/** What is to be opened, with what the user has said of it; what is not said is recognised. */
export interface OpenFile {
  /** A path of the engine's own machine, or an http(s) address. */
  readonly location: string;
  /** Several files of the engine's own machine that are read as one table; `location` is then what messages call them. */
  readonly files?: FileSearch | undefined;
  /** How the one file at `location` was found, if not by its own path: other files are looked for from there. */
  readonly found?: FileSearch | undefined;
  /** Sent along with requests for an address. As secret as the address itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly options: FormatOptions;
  /** Two files of which is opened what they differ in; `location` is then what messages call that. */
  readonly compared?: ComparedFiles | undefined;
  /** A query that a cluster runs, of which the rows are opened; `location` is then what messages call them. */
  readonly remote?: RemoteRows | undefined;
}

/** The rows of a query that a cluster runs. Each opening runs it. */
export interface RemoteRows {
  /** Another for each time that it is asked for: two previews share the rows of one run. */
  readonly run: string;
  readonly of: OpenFile;
  readonly query: string;
  /** Of a Spark Connect server. Its parameters may be as secret as the token. */
  readonly address: string;
  readonly token?: string | undefined;
  /** Where the cluster sees the file; undefined: at the same path as here. */
  readonly path?: string | undefined;
  /** Whether the cluster finds the columns of the file and their types itself. */
  readonly infers?: boolean | undefined;
  readonly limits: RowLimits;
}

/** Two files, the older one first, whose records are told apart by a key. */
export interface ComparedFiles {
  readonly before: OpenFile;
  readonly after: OpenFile;
  /** The fields of the key, as a query writes them. */
  readonly keys: readonly string[];
}

/** A field that two files have in common, by which their records may be told apart. */
export interface KeyColumn {
  readonly name: string;
  /** As `ComparedFiles.keys` has it. */
  readonly key: string;
  /** Whether each of the first records of both files has a value of its own. */
  readonly isUnique: boolean;
}

/** A record of one of two files that are compared. */
export interface ComparedRecord {
  /** Which file, and where in it. */
  readonly title: Said;
  /** '' where the file has none with this key. */
  readonly text: string;
}

/** What an export writes: the source's own format, or another. */
export const exportFormats = [
  'same',
  'jsonl',
  'csv',
  'tsv',
  'json',
  'md',
  'parquet',
  'arrow',
  'xlsx',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest {
  readonly session: number;
  readonly query: string;
  readonly target: string;
  readonly to: ExportFormat;
}

export interface ExportProgress {
  readonly records: number;
  readonly matched: number;
  readonly scanned: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
  /** What its stages have taken so far, where that was asked for. */
  readonly stages?: StageReport | undefined;
  /** Where a cluster does the work, how far that is; null where it has not said anything yet. */
  readonly cluster?: ClusterProgress | null | undefined;
}

export interface ExportSummary extends ExportProgress {
  readonly doubt?: FileDoubt | undefined;
  /** The same of other files that its query reads. */
  readonly joined?: readonly JoinedReport[] | undefined;
  readonly written: number;
  readonly malformed: number;
  /** Where the rows went to many files. */
  readonly files?: number | undefined;
  /** How many more are there of such names, of an earlier run that was to be overwritten. */
  readonly filesLeft?: number | undefined;
  /** Where the rows were sent to a service. */
  readonly sent?: SentRows | undefined;
  /** Columns that are written as text since their values have several types. */
  readonly asText?: readonly string[] | undefined;
  /** CSV: the lines on which other tables of the file begin, whose rows did not take part. */
  readonly otherTables?: readonly number[] | undefined;
  /** Rows that a program has failed for, which CALL has run. */
  readonly failed?: number | undefined;
  /** Where the file has a schema. */
  readonly checked?: CheckSummary | undefined;
}

/** Rows of a query, to a service or into a table of a database. */
export interface SendRequest {
  readonly session: number;
  readonly query: string;
  /** An http(s) address, or that of a PostgreSQL database. As secret as a password. */
  readonly url: string;
  /** The table of a database, as a query would write it. */
  readonly table?: string | undefined;
  readonly headers?: OpenFile['headers'];
  /** The path of a file to which rows are added that are given up. */
  readonly deadLetter: string;
  /** Whether to go on with an earlier run that has ended early. */
  readonly resume: boolean;
}

/** A run that ends early: what has become of the rows until then. */
export interface BrokenSend {
  readonly sent: SentRows;
  /** Whether another run may go on from there. */
  readonly canResume: boolean;
}

/** What has become of the rows that were sent to a service. */
export interface SentRows {
  readonly accepted: number;
  readonly batches: number;
  /** Rows that an earlier run has sent, where this one goes on with it. */
  readonly before: number;
  /** Attempts after the first one of a batch. */
  readonly retries: number;
  readonly givenUp: number;
  /** Bytes of the bodies that were accepted. */
  readonly bytes: number;
}

/** Where it is noted which exports can be resumed, and of which version of Rowriver they are. */
export interface JournalPlace {
  readonly folder: string;
  readonly version: string;
}

/** An export whose engine, window or disk has failed. */
export interface InterruptedExport {
  /** As it was chosen. */
  readonly target: string;
  /** Of the file that is read. */
  readonly location: string;
  /** Read before. */
  readonly records: number;
  /** Why it has to start again from the beginning; undefined where it goes on. */
  readonly restart: Said | undefined;
}

/**
 * What the host calls. `open` answers when the first kilobytes have been read and the format is known, where files are
 * compared, when they have been, and where a cluster runs a query, when it has the first rows; only these have progress.
 */
export interface EngineCalls {
  /**
   * Where the engine may keep its indexes, and how much in temporary files of what a server gives only once; said once,
   * before any `open`.
   */
  configure: {
    params: {
      readonly cacheFolder: string | null;
      readonly cacheBytes: number;
      readonly keepBytes: number;
      /** Undefined: an export that is interrupted leaves nothing. */
      readonly journals?: JournalPlace | undefined;
      /** A folder for notes of what was sent to services; undefined: nothing is sent. */
      readonly sends?: string | undefined;
      /** Whether the host answers what is asked of programs; else no query may call one. */
      readonly programs?: boolean | undefined;
    };
    result: null;
  };
  open: {
    params: { readonly session: number; readonly file: OpenFile };
    result: FileInfo;
    progress: ExportProgress;
  };
  /** The fields that both files have, those first by which records are most likely told apart. */
  keyColumns: { params: Omit<ComparedFiles, 'keys'>; result: readonly KeyColumn[] };
  close: { params: { readonly session: number }; result: null };
  export: { params: ExportRequest; result: ExportSummary; progress: ExportProgress };
  /** Sends what a query selects. What is told last is how a run that fails has ended. */
  sendRows: {
    params: SendRequest;
    result: ExportSummary;
    progress: ExportProgress | { readonly broken: BrokenSend };
  };
  /** The exports that were interrupted and can be gone on with, the latest first. */
  interruptedExports: { params: null; result: readonly InterruptedExport[] };
  /** Goes on with one; `headers` are for its address. */
  resumeExport: {
    params: { readonly target: string; readonly headers?: OpenFile['headers'] };
    result: ExportSummary;
    progress: ExportProgress;
  };
  /** Removes what one has written. */
  discardExport: { params: { readonly target: string }; result: null };
  /** Makes a JSON Schema that allows the records that a query selects, as text. */
  inferSchema: {
    params: { readonly session: number; readonly query: string };
    result: { readonly text: string; readonly records: number; readonly malformed: number };
    progress: ExportProgress;
  };
  /**
   * Checks all records by a JSON Schema, which is that of the preview from then on: its page is told what is found, and
   * `_violation` in its queries is what this schema does not allow. What it writes, in one pass, are the paths of files that
   * are not there yet.
   */
  validate: {
    params: {
      readonly session: number;
      /** A path. */
      readonly schema: string;
      readonly report?: string;
      readonly invalid?: string;
      readonly valid?: string;
    };
    /** With the first violations, in the order of the file. */
    result: ExportSummary & { readonly violations: readonly Violation[] };
    /** With those that were found since it was told last. */
    progress: ExportProgress & { readonly violations: readonly Violation[] };
  };
  /** Writes the malformed records, one JSON object a line. */
  exportRejects: {
    params: { readonly session: number; readonly target: string };
    result: ExportSummary;
    progress: ExportProgress;
  };
  /** Begins to read the rows of a query: `reader` names them in the calls that follow. */
  beginRows: {
    params: { readonly session: number; readonly query: string };
    result: { readonly reader: number };
  };
  /** The next of them, as whole JSON Lines; one call at a time. With the last piece, what came of all. */
  nextRows: {
    params: { readonly reader: number };
    result: { readonly lines: Uint8Array<ArrayBuffer>; readonly summary: ExportSummary | undefined };
  };
  /** Ends reading them; safe to call again. */
  endRows: { params: { readonly reader: number }; result: null };
  countRows: {
    params: { readonly session: number; readonly query: string };
    result: ExportSummary;
    progress: ExportProgress;
  };
  /** One record as JSON text, for a document in an editor. */
  recordText: {
    params: { readonly session: number; readonly view: number; readonly row: number };
    result: { readonly record: number; readonly text: string };
  };
  /** The old and the new record of a row, as `recordText` has them, where two files are compared. */
  comparedRecords: {
    params: { readonly session: number; readonly view: number; readonly row: number };
    result: readonly [ComparedRecord, ComparedRecord];
  };
  /** The query as other engines write it; what one of them cannot say is left out. */
  printQuery: {
    params: { readonly session: number; readonly query: string };
    result: readonly { readonly engine: string; readonly text: string }[];
  };
  /** Answers a call of a tool for agents: see `tools.ts`. */
  tool: { params: ToolRequest; result: ToolAnswer; progress: ToolProgress };
  clearCache: { params: null; result: { readonly bytes: number } };
}

/** A program that a query of a preview calls. */
export interface ProgramCall {
  readonly session: number;
  /** As the query names it. */
  readonly file: string;
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
}

/** The content of a file that may be run, by its SHA-256 in hexadecimal digits. */
export interface AllowedProgram {
  readonly path: string;
  readonly sha256: string;
}

/** What the engine asks the host. */
export interface HostAnswers {
  /** Whether a program may be run: the host asks its user. Fails with the reason where it may not. */
  program: { params: ProgramCall; result: AllowedProgram };
}

/** What the engine tells the host unasked. */
export interface EngineSays {
  /** A line for the log. */
  log: string;
}

/** What the host tells the engine unasked. */
export interface EngineEvents {
  /** Nothing more will be asked: clean up and end. */
  stop: null;
}
