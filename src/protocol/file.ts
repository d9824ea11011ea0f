import type { Said } from '../said/said.ts';
import type { ComparisonInfo } from './comparison.ts';
import type { FormatKind, FormatOptions } from './formatOptions.ts';
import type { RemoteInfo, RemoteState } from './remote.ts';

/** What a preview shows first, and again after each change of the file. */
export interface FileInfo {
  /** The last part of its path or address. */
  readonly name: string;
  readonly format: FormatKind;
  readonly size: number | undefined;
  readonly encoding: string;
  /** What its text was taken out of, from the outside in: `gzip`, `zstd`, `parquet`. */
  readonly containers: readonly string[];
  /** Whether what its fields hold are texts, of which those that read as numbers are numbers. */
  readonly numbersInText: boolean;
  /** What was recognised, in words: "comma, quoted, header". */
  readonly dialect: Said;
  /** How a delimited file is read; undefined for the other formats. */
  readonly reading: Reading | undefined;
  /** Which values of a JSON document are its rows; undefined for the other formats. */
  readonly rows?: DocumentRows | undefined;
  /** Columns of which it is not known how their numbers or dates are written; they are read as text. */
  readonly open: readonly OpenColumn[];
  readonly columns: readonly ColumnInfo[];
  /** Of several files as one table: how many are read, those that cannot be, and the columns that their folders are called after. */
  readonly files?:
    | {
        readonly count: number;
        readonly unread: readonly UnreadFile[];
        readonly partitions?: readonly string[] | undefined;
        /** What their records are in order of, if not one file after the other, and which files are not in that order. */
        readonly order?: { readonly by: string; readonly notes: readonly Said[] } | undefined;
      }
    | undefined;
  /** Where its rows are what two files differ in. */
  readonly comparison?: ComparisonInfo | undefined;
  /** Where its rows are those of a query on a cluster. */
  readonly remote?: RemoteInfo | undefined;
  /** Whether records are appended to it as lines or rows, so that it can be followed. */
  readonly grows?: boolean | undefined;
  readonly state: FileState;
}

export interface UnreadFile {
  readonly path: string;
  readonly reason: Said;
}

/** How a delimited file is read, as far as people may overrule it. */
export interface Reading {
  readonly delimiter: string;
  readonly quote: string;
  /** Rows of the header; 0 for none. */
  readonly headerLines: number;
  /** What comment lines begin with; '' where there are none. */
  readonly comment: string;
  /** Fields without quotes that are NULL, besides empty ones. */
  readonly nulls: readonly string[];
  /** The line on which each table of the file begins, header included, from 1 on. */
  readonly tables: readonly number[];
  /** Which of them is read, from 1 on. */
  readonly table: number;
  /** How well the file's head reads so, 0 to 1. Below about 0.3 it is a guess. */
  readonly score: number;
  /** What the columns' cells are written as, an example each; none where all are as JSON and ISO 8601 have them. */
  readonly written: readonly string[];
}

/** The rows of a JSON document. */
export interface DocumentRows {
  /** As `FormatOptions.rows` says it: `$.items[*]`. */
  readonly path: string;
  /** Bytes of the document that were looked through for candidates, where there are more. */
  readonly looked?: number | undefined;
  /** What could be the rows, as far as the head of the document tells. */
  readonly candidates: readonly {
    readonly path: string;
    /** How many were seen; `whole`: there are no more. */
    readonly rows: number;
    readonly whole: boolean;
    /** Whether it is a list of objects. */
    readonly isTable: boolean;
  }[];
}

/** A table of the file that is not read. */
export interface OtherTableCount {
  /** From 1 on. */
  readonly number: number;
  /** The line on which it begins, from 1 on. */
  readonly line: number;
  readonly records: number;
}

/** What a user may say of how a file's numbers and dates are written. */
export type WrittenOptions = Pick<FormatOptions, 'decimal' | 'dates'>;

export interface OpenColumn {
  readonly name: string;
  /** A cell that tells the readings apart, where there is one. */
  readonly example: string;
  readonly choices: readonly {
    /** How cells are written by it, as an example. */
    readonly written: string;
    /** The example's value by it. */
    readonly value: string;
    readonly options: WrittenOptions;
  }[];
}

/** A column of a view. Its `id` is its index in the list and never changes; new columns come at the end. */
export interface ColumnInfo {
  readonly id: number;
  /** As shown in the header. */
  readonly name: string;
  /** As a query writes it: dotted, quoted where it must be. */
  readonly path: string;
  /** What its cells held so far. */
  readonly type: ColumnType;
  /** How its numbers or dates are written, as an example, where that is not as JSON or ISO 8601 writes them. */
  readonly written?: string | undefined;
  /** Whether it is dates that are written so. */
  readonly hasDates?: boolean | undefined;
}

export type ColumnType = 'unknown' | 'number' | 'text' | 'boolean' | 'list' | 'object' | 'mixed';

/** How far the file itself is known. */
export interface FileState {
  readonly phase: 'indexing' | 'ready' | 'changed' | 'gone' | 'failed';
  /** Bytes that are read, as UTF-8; undefined while a stream's end has not been seen. */
  readonly size: number | undefined;
  /**
   * Bytes of the file as it stands, in its own encoding and with all of its tables; of a compressed file, of what it
   * holds. Undefined while a stream's end has not been seen.
   */
  readonly fileSize: number | undefined;
  /** Bytes as they are stored: fewer than `fileSize` where the file is compressed. */
  readonly storedSize?: number | undefined;
  readonly indexed: number;
  /** Share of it that was read, 0 to 1, where it is not that of `indexed` in `size`. */
  readonly share?: number | undefined;
  /** Records found; an estimate of the whole while `exact` is false, unless `counted`. */
  readonly records: number;
  /** The file says itself how many records it has. */
  readonly counted?: boolean | undefined;
  readonly exact: boolean;
  readonly malformed: number;
  /** Why a source has failed; undefined where `phase` says what there is to say. */
  readonly said: Said | undefined;
  /** Phase `changed`: by how many bytes the file has grown, where what was read is still there. */
  readonly grownBy?: number | undefined;
  /** Of several files as one table, how many are read. */
  readonly files?: number | undefined;
  /** Those that cannot be read, in place of `FileInfo.files`, where not all were looked at before the first rows were shown. */
  readonly leftOut?: { readonly count: number; readonly files: readonly UnreadFile[] } | undefined;
  /** What is appended is taken in as it comes; where the file is replaced, it is to be opened anew. */
  readonly following?: boolean | undefined;
  /** Phase `changed`: it is to be opened anew, as not all files were looked at before the first rows were shown. */
  readonly outrun?: boolean | undefined;
  /** Phase `failed`: offset of the byte at which the source gave out; the rows before it are there. */
  readonly failedAt?: number | undefined;
  /** Phase `indexing`, but nothing is read for now: of what is remote, no more than somebody looks at. */
  readonly resting?: boolean | undefined;
  /** Of rows that come from a cluster. */
  readonly remote?: RemoteState | undefined;
}
