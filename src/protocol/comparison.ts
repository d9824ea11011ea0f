/** What it is of two files that are compared, or of one that is read while it changes. */

/**
 * Whether a file may have become another while it was read. `replaced`: the result is that of the file that was there before.
 * `touched`: some parts were looked at again and are as they were.
 */
export type FileDoubt = 'replaced' | 'touched';

/** What is to be said of a file that a query has joined, when it was read. */
export interface JoinedReport {
  /** Its path. */
  readonly name: string;
  /** Why it may not be the file any more that was read. */
  readonly doubt: FileDoubt | undefined;
  /** Its malformed records that were seen, of which what can be read takes part. */
  readonly malformed: number;
}

/** Records of a file that cannot be compared with those of another: the numbers of the first ones count from 1. */
export interface LeftOutRecords {
  readonly unreadable: number;
  readonly firstUnreadable: number | undefined;
  /** In which all fields of the key are missing or null. */
  readonly keyless: number;
  readonly firstKeyless: number | undefined;
}

/** What two files differ in. */
export interface DiffSummary {
  readonly same: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Keys that several records of one file have. Those records are not compared. */
  readonly duplicates: number;
  /** Of the older file, and of the newer one. */
  readonly records: readonly [number, number];
  readonly leftOut: readonly [LeftOutRecords, LeftOutRecords];
  readonly doubts: readonly [FileDoubt | undefined, FileDoubt | undefined];
}

/** Of a preview that shows what two files differ in. */
export interface ComparisonInfo {
  /** The last parts of their paths or addresses, the older one first. */
  readonly names: readonly [string, string];
  /** The fields that tell records apart. */
  readonly keys: readonly string[];
  readonly summary: DiffSummary;
}
