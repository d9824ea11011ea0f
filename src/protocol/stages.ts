/** What the stages of a run take, while it goes on and when it has ended. */

export interface StageReport {
  /** In the order of the query: the scan and its conditions, an operator each, the output. */
  readonly lines: readonly StageLine[];
  /** Threads that scanned. */
  readonly threads: number;
  readonly elapsedMs: number;
  /** Which of `lines` has taken most of the time; undefined where there is no choice, or nothing has taken time. */
  readonly slowest?: number | undefined;
}

export interface StageLine {
  /** As the query names it; `columns`, `types`, `scan`, `write`, `keep` and `rejects` for what it does not name. */
  readonly name: string;
  /** Of a scan: the records that were read. */
  readonly rowsIn?: number;
  /** Of a scan: the records that take part. */
  readonly rowsOut?: number;
  /** Time in the stage itself, in milliseconds, added up over all threads; of `columns` and `types`, as the clock has it. */
  readonly ms: number;
  /** Bytes read, decoded; bytes written, before they are compressed. */
  readonly bytes?: number;
  /** Bytes that were not read, since the index says that nothing there matches. */
  readonly skipped?: number;
  /** Bytes that were not read, since `keptColumns` columns of their records are kept. */
  readonly unread?: number;
  readonly keptColumns?: number;
  /** Records. */
  readonly malformed?: number;
  /** Rows that a program has failed for. */
  readonly failed?: number;
  /** Bytes written to temporary files. */
  readonly spilled?: number;
  /** Time until the output had taken the bytes, in milliseconds. */
  readonly waitedMs?: number;
  /** Its rows are made when they are looked at, not by the run. */
  readonly later?: boolean;
  /**
   * Share of the time of all stages that is this one's, by the clock: what threads do side by side counts once, and waiting
   * for the output is the output's. From 0 to 1.
   */
  readonly share?: number;
  /** What it has waited for longest, and for which share of the run; undefined where it was busy nearly all the time. */
  readonly waits?: StageWait | undefined;
}

export interface StageWait {
  /** `input`: for rows from the stages before it. `output`: until those behind it had taken its rows. */
  readonly for: 'input' | 'output';
  readonly share: number;
}

/** An export of what a preview shows, as its page is told of it. */
export interface ExportStages {
  /** Name of the file that is written. */
  readonly target: string;
  readonly phase: 'running' | 'done' | 'cancelled' | 'failed';
  /** Of the bytes of the file, how much is done; undefined where it is not known how many there are. */
  readonly share: number | undefined;
  readonly stages: StageReport;
}
