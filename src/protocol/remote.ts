/** What a preview is told of a query that a cluster runs, whose rows it shows. */

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
