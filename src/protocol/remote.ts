/** What a preview is told of a query that a cluster runs, whose rows it shows. */
import type { Histogram } from './statistics.ts';

/** Where a query runs, and what it reads. */
export interface RemoteInfo {
  /** Host and port of the server, for people. */
  readonly at: string;
  /** Of Spark, as the server says it; undefined where it does not know. */
  readonly version: string | undefined;
  /** The file that is read, by the last part of its path. */
  readonly name: string;
  /** Where the cluster reads it; undefined: at the same path as here. */
  readonly path: string | undefined;
  /** '' for all records. */
  readonly query: string;
}

/** What a cluster can write rows as. */
export const clusterFormats = ['parquet', 'jsonl', 'csv', 'tsv'] as const;
export type ClusterFormat = (typeof clusterFormats)[number];

/** Rows that a cluster is to write itself: to a new folder, as it sees it. */
export interface WrittenThere {
  readonly path: string;
  readonly format: ClusterFormat;
}

/** So many rows of a result are kept, and so many bytes of them. */
export interface RowLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** What a column holds in all rows of a query, as the cluster finds it. Counts are of rows. */
export interface FiguresThere {
  readonly rows: number;
  /** Rows in which it is not null. */
  readonly present: number;
  /** Different values: estimated, with a relative standard error of 5 %. */
  readonly distinct: number;
  /** By the cluster's order of the column's type, the first 256 characters; undefined where it holds nothing. */
  readonly min: string | undefined;
  readonly max: string | undefined;
  /** Where the column holds numbers; the quartiles are values of it, off by at most 1 in 10,000 rows. */
  readonly numbers:
    | {
        readonly mean: number;
        /** Undefined for fewer than two values. */
        readonly std: number | undefined;
        readonly q25: number;
        readonly q50: number;
        readonly q75: number;
      }
    | undefined;
  /** The 50 most frequent values, the most frequent first, the first 256 characters of each. */
  readonly top: readonly { readonly text: string; readonly count: number }[];
  /** By the bars that they have here; undefined where most values are neither numbers nor times. */
  readonly histogram: Histogram | undefined;
}

/** How far the cluster is, as it says itself. */
export interface ClusterProgress {
  readonly stages: number;
  /** Of all stages. */
  readonly tasks: number;
  readonly tasksDone: number;
  /** Bytes that were read of files. */
  readonly read: number;
}

/** How far a query on a cluster is. */
export interface RemoteState {
  /**
   * `done`: all rows are there. `limited`: as many as are kept, and there are more. `stopped`: those that had come when the user
   * had enough of it.
   */
  readonly phase: 'running' | 'done' | 'limited' | 'stopped' | 'failed';
  /** Rows that have come, and their bytes as JSON Lines. */
  readonly rows: number;
  readonly bytes: number;
  readonly limits: RowLimits;
  /** Undefined where the server does not tell. */
  readonly cluster: ClusterProgress | undefined;
  /** Rows in all, where they were counted there. */
  readonly counted: number | undefined;
}
