import type { ColumnType } from '../../protocol/file.ts';
import type { FilePlace } from '../../protocol/preview.ts';
import type { Said } from '../../said/said.ts';
import type { FieldPath } from '../format/json/fields.ts';
import type { SegmentBytes } from '../columns/segment.ts';
import type { FieldRequest } from '../format/record.ts';
import type { CellReading, CellReadings } from '../format/csv/cellReading.ts';
import type { FormatSpec } from '../format/registry.ts';
import type { BlockSummary } from '../index/blockIndex.ts';
import type { Zone } from '../index/zone.ts';
import type { MatchWindow } from '../matchWindow.ts';
import type { SeenPart } from '../schema/seer.ts';
import type { SchemaSpec } from '../schema/schemaSpec.ts';
import type { DerivedColumns, DerivedTarget } from '../sink/derivedRow.ts';
import type { Target } from '../sink/exportFormat.ts';
import type { Reject } from '../sink/rejects.ts';
import type { RowsSeen } from '../sink/typed/rowSurvey.ts';
import type { ColumnTypes, EncodedGroup } from '../sink/typed/typedFormat.ts';
import type { TypedTarget } from '../sink/typedFormats.ts';
import type { Layout } from '../query/layout.ts';
import type { SharedJoin } from '../stage/join/build.ts';
import type { Violation } from '../violation.ts';
import type { SourceFailure, SourceSpec } from '../source/source.ts';
import type { Side } from './keyedRow.ts';
import type { StretchWork } from './work.ts';

/** What the scan workers do. Tasks and results are plain data. */

/** A file as every worker opens it for itself. */
export interface FileSpec {
  /** Changes whenever the file or the way it is read does: workers keep what they have open by it. */
  readonly key: string;
  readonly source: SourceSpec;
  readonly format: FormatSpec;
  /** Where the source ended when it was last looked at; undefined while that is unknown. */
  readonly end: number | undefined;
  readonly blockSize: number;
  /** What its records are checked by. */
  readonly schema?: SchemaSpec | undefined;
  /** Of so many blocks the first one has its checksum taken, by the scan that comes to it first; undefined: none. */
  readonly checksumEvery?: number | undefined;
}

/** A stretch of whole blocks, [from, to) in bytes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Where the first record begins; undefined: not known yet, to be guessed and checked by the caller. */
  readonly start: number | undefined;
  /** 0-based numbers of the first record and line, where the query needs them. */
  readonly record: number;
  readonly line: number;
}

/** What is made of the records that match. */
export type Output =
  | { readonly kind: 'count' }
  /** Their bytes, as an export writes them. */
  | {
      readonly kind: 'bytes';
      readonly to: Target;
      readonly columns: readonly FieldPath[];
      /** Whether the result is to say where they are. */
      readonly located?: boolean;
    }
  | StagesOutput
  | KeyedOutput
  | StatisticsOutput
  | RowStatisticsOutput
  | TypesOutput
  | GroupsOutput
  /** What a JSON Schema of them has to take. */
  | { readonly kind: 'schema' }
  /** The lines that they stand on. */
  | { readonly kind: 'lines' }
  /** The dotted paths that they hold, in order of first appearance. */
  | { readonly kind: 'paths' }
  /** Their places, at most `limit` a stretch, without their bytes. */
  | { readonly kind: 'places'; readonly limit: number };

/** What columns and types they have, where they are written in a format whose columns have types. */
export interface TypesOutput {
  readonly kind: 'types';
  readonly to: TypedTarget;
}

/** They themselves in such a format. The query makes no other rows of them. */
export interface GroupsOutput {
  readonly kind: 'groups';
  readonly to: TypedTarget;
  readonly types: ColumnTypes;
  /** Blocks of the file that a group is made of, as a rule. */
  readonly blocks: number;
}

/** Whether an output says where the records are that it is made of: then their text is read, as nothing else knows their lines. */
export function isLocated(output: Output): boolean {
  return output.kind === 'bytes' && output.located === true;
}

/** What the query's stages make of them, as far as each thread can: bytes for `gather`. */
export interface StagesOutput {
  readonly kind: 'stages';
  /** Whether the rows are the bytes of records, by `Plan.asRecords`. */
  readonly asRecords?: boolean;
  /**
   * ORDER BY … LIMIT: the key of the last row that stands in the result so far; rows that follow in the file must come
   * before it. Set while the scan runs, and read whenever a stretch is handed out.
   */
  cutoff?: Uint8Array | undefined;
  /** How rows are written, if all steps are done by each thread alone: the bytes are then for `writtenRows`. */
  readonly written?: RowsForm | undefined;
  readonly joined?: JoinedTables | undefined;
}

/** The other files of a query, whose rows each thread looks up by itself. */
export interface JoinedTables {
  /** Of the run: workers keep what they have compiled for it by this until it is released. */
  readonly key: string;
  /** Of each JOIN of the query, in their order. */
  readonly layouts: readonly Layout[];
  readonly shared: readonly SharedJoin[];
}

/** How computed rows are written. */
export interface RowsForm {
  readonly target: DerivedTarget;
  /** Of a table; nobody looks at them otherwise. */
  readonly columns: DerivedColumns;
}

/** Records with their keys, for two files to be compared by. */
export interface KeyedOutput {
  readonly kind: 'keyed';
  /** The fields of the key. A record in which all of them are NULL has none. */
  readonly keys: readonly FieldRequest['path'][];
  /** Whether a text that reads as a number is the same key as that number. */
  readonly loose: boolean;
  /**
   * Of each field of the key, how one of the files writes its dates: a text that is such a date, or one of ISO 8601, is that
   * date. `times`: the file's own schema says that they are times.
   */
  readonly dates: readonly (CellReading | 'times' | undefined)[];
  /**
   * `hash`: of each record two words that its key gives, and two that its bytes give, all of them 0 where it is left out;
   * `record`: see `keyedRow`.
   */
  readonly content: 'hash' | 'record';
  /** Which records are taken; undefined: all. */
  readonly chosen: ChosenRecords | undefined;
  readonly seed: number;
  /** Which of two files it is. */
  readonly side: Side;
}

/** Some of a file's records. */
export interface ChosenRecords {
  /** A bit for each record of the file, the lowest first, in memory that threads share. */
  readonly bits: Uint8Array;
  /** Whether they are so few that the others are not worth looking for fields in. */
  readonly areFew: boolean;
}

/** Records that a `KeyedOutput` leaves out. Numbers count from the stretch's first record; -1 where there is none. */
export interface KeyedTally {
  readonly unreadable: number;
  readonly firstUnreadable: number;
  readonly keyless: number;
  readonly firstKeyless: number;
}

/** What columns hold, as a `ColumnSet` writes it. */
export interface StatisticsOutput {
  readonly kind: 'statistics';
  /** Set while the scan runs, and read whenever a stretch is handed out: those that come to be known come at the end. */
  columns: readonly FieldRequest['path'][];
  /** Set likewise: those of which it is known that their values are too many to be counted exactly. */
  many: readonly number[];
  /** Columns that there will be, roughly. */
  readonly expected: number;
  /** Whether columns of JSON that are not among these are gathered as well; the result's `paths` says which. */
  readonly discover: boolean;
  /** Whether to look inside lists. */
  readonly deep: boolean;
  /** Whether to count the most frequent values also where there are many. */
  readonly counts: boolean;
  /** Whether texts that read as numbers are numbers, although the format has numbers of its own. */
  readonly numbersInText?: boolean | undefined;
  /** How the cells of `columns` are written, where the format does not say it: of rows that a query has made of a CSV. */
  readonly readings?: CellReadings | undefined;
}

/** What the columns hold of rows that a query computes from each record, as a `Description` writes it. */
export interface RowStatisticsOutput {
  readonly kind: 'rowStatistics';
  readonly deep: boolean;
  readonly counts: boolean;
}

/** The query of either is undefined for the file as it stands, malformed records and all. */
export interface ScanTask {
  readonly kind: 'scan';
  readonly file: FileSpec;
  readonly stretch: Stretch;
  readonly query: string | undefined;
  /** Of the plan that who asks has made of the query: zones and slots are counted as there. */
  readonly digest: string | undefined;
  /** What a cell of a matching record's row must hold as well. */
  readonly find: Find | undefined;
  readonly output: Output;
  readonly malformed: MalformedUse;
  /** What else than counts is wanted of the records that the file's schema does not allow. */
  readonly violations?: ViolationUse | undefined;
  /** Which of the stretch's matches are taken; undefined: all. */
  readonly window: MatchWindow | undefined;
  /** Whether the result is to say what it took. */
  readonly measure?: boolean | undefined;
  /** Whether blocks are new to the index, which keeps their checksums. */
  readonly checksums?: boolean | undefined;
  readonly columns?: StretchColumns | undefined;
  /** What else is made of the same records, each of those that its own query selects. */
  readonly also?: readonly AlsoTask[] | undefined;
}

/** Another output of a scan. Its query neither limits whole records nor needs malformed ones to be collected. */
export interface AlsoTask {
  readonly query: string;
  /** As in `ScanTask`. */
  readonly digest: string;
  readonly output: Output;
}

/** What was made for an `AlsoTask`. */
export interface AlsoResult {
  readonly matched: number;
  readonly bytes?: Uint8Array | undefined;
  readonly lines?: Uint32Array | undefined;
}

/** What is kept of the columns that a scan finds, and what is to be kept. */
export interface StretchColumns {
  /** Of the stretch's blocks those that need no text. */
  readonly stored: readonly (StoredPart | undefined)[];
  /** Of each block, the fields whose segments are to be made: a bit each, and `placesBit` for where the records are. */
  readonly wanted: Uint32Array;
}

export const placesBit = 31;

export interface StoredPart {
  readonly summary: BlockSummary;
  /** Of the fields that the scan finds, in their order. In memory that threads share. */
  readonly segments: readonly SegmentBytes[];
  /** Where the records are, whose text is read of those that match. */
  readonly places?: SegmentBytes | undefined;
  /** How many records match, where nothing more is wanted of the block. Then it comes without segments. */
  readonly matched?: number | undefined;
}

/** The segments of a column that a scan has made. */
export interface MadeSegments {
  /** Index of the field, or `placesBit`. */
  readonly field: number;
  readonly bytes: Uint8Array;
  /** `ordinal` is the block's, in the stretch. */
  readonly places: readonly { readonly ordinal: number; readonly start: number; readonly end: number }[];
}

/**
 * What becomes of malformed records that the query does not ask for. `keep`: those that can be read take part like
 * any other. `collect`: none takes part, and all are put into the result's `rejects`.
 */
export type MalformedUse = 'keep' | 'collect';

export interface ViolationUse {
  /** Whether to list them. */
  readonly list: boolean;
  /** Whether to give the records' bytes, as an export in their own format writes them. */
  readonly bytes: boolean;
}

/** A text that a cell of a row must hold. */
export interface Find {
  readonly text: string;
  readonly matchCase: boolean;
  readonly cells: SearchedCells;
}

/** Which cells rows have, as far as the records do not say it by themselves. */
export interface SearchedCells {
  /** Columns that show an object as it is written, though others may have columns for its members. */
  readonly objects: readonly FieldPath[];
  /** Whether such an object has no columns for its members: the columns are those that a query names. */
  readonly named: boolean;
  /** Whether a column shows the path of a record's file. */
  readonly paths: boolean;
}

export interface BlockResult extends BlockSummary {
  readonly matched: number;
  /** Of the columns of the plan's `zones`, in their order. */
  readonly zones: readonly Zone[];
}

export interface ScanResult {
  readonly kind: 'scan';
  /** Where the first record of the stretch was taken to begin; undefined when none begins in it. */
  readonly start: number | undefined;
  readonly blocks: readonly BlockResult[];
  readonly bytes: Uint8Array | undefined;
  /** The malformed records, where they are collected; numbers count from the stretch's first record and line. */
  readonly rejects: readonly Reject[];
  readonly paths: readonly FieldPath[];
  /** Of the output `paths`: those where nothing but null stands. */
  readonly nullPaths?: readonly FieldPath[] | undefined;
  readonly places: readonly MatchPlace[];
  /** Of each matching record, its first line from the stretch's first one, and how many it takes. */
  readonly lines?: Uint32Array | undefined;
  /** Where asked for, of each matching record: its number and line from the stretch's first ones, and its byte in the file. */
  readonly located?: Float64Array | undefined;
  /** With `located`: one past the line feed of each row in `bytes`. The last row of a file need not have one. */
  readonly rowEnds?: Uint32Array | undefined;
  /** How many of the matches `bytes` is made of; undefined: all. For the others it must be asked again. */
  readonly unfinished?: number | undefined;
  /** Matches that the task's window passed over. */
  readonly passed: number;
  /** Why the source gave no more; then the last of `blocks` is not whole, and those after it are missing. */
  readonly failure: SourceFailureAt | undefined;
  /** Where the task asks for it. */
  readonly work?: StretchWork | undefined;
  readonly made?: readonly MadeSegments[] | undefined;
  /** Of the output `types`. */
  readonly types?: RowsSeen | undefined;
  /** Of the output `groups`, in the order of the rows. */
  readonly groups?: readonly EncodedGroup[] | undefined;
  /** What was seen, where a schema is to be made of it. */
  readonly seen?: SeenPart | undefined;
  readonly keyed?: KeyedTally | undefined;
  /** Where the file has a schema. */
  readonly checked?: CheckedRecords | undefined;
  /** Where the task asks for it. */
  readonly also?: readonly AlsoResult[] | undefined;
  /** How many of the blocks were made of kept columns, and how many bytes of text were not read for that. */
  readonly fromColumns: number;
  readonly unreadBytes: number;
}

/** What came of checking the records of a stretch. */
export interface CheckedRecords {
  readonly records: number;
  readonly invalid: number;
  readonly rules: readonly BrokenRule[];
  readonly listed: ListedViolations | undefined;
  /** The invalid records. */
  readonly bytes: Uint8Array | undefined;
}

/** A place in the schema, an example of what it does not allow, and how many records break it. */
export interface BrokenRule extends Violation {
  readonly records: number;
}

/** Violations in the order of the file. Numbers count from the stretch's first record and line. */
export interface ListedViolations {
  readonly records: Uint32Array;
  readonly lines: Uint32Array;
  /** Of the records' first bytes. */
  readonly offsets: Float64Array;
  /** Of each, which of `violations` it is: most are alike. */
  readonly kinds: Uint32Array;
  /** The values that break the rules, as JSON text of a bounded length, and where each of them ends; nothing where there is none. */
  readonly values: Uint8Array;
  readonly valueEnds: Uint32Array;
  readonly violations: readonly Violation[];
}

/** A SourceError as plain data. */
export interface SourceFailureAt {
  readonly failure: SourceFailure;
  readonly said: Said;
  readonly position: number;
}

/**
 * A matching record: its block's ordinal in the stretch, its number among the block's matches, and among its
 * records.
 */
export interface MatchPlace {
  readonly block: number;
  readonly match: number;
  readonly record: number;
}

/** Records of a page, from blocks that need not be neighbours. */
export interface PageTask {
  readonly kind: 'page';
  readonly file: FileSpec;
  readonly query: string | undefined;
  readonly parts: readonly PagePart[];
  readonly cells: CellRequest;
  /** Whether no scan has come to know yet how many records there are. */
  readonly isFirst?: boolean | undefined;
  /** Of each part, where not all of its rows have to be there: rows that go on after so many bytes are left out. */
  readonly mostBytes?: number | undefined;
}

/** `take` matches of a block, after the first `skip`. */
export interface PagePart {
  readonly stretch: Stretch;
  readonly skip: number;
  readonly take: number;
}

export type CellRequest =
  /** Cells of some columns, each cut to `limit` bytes. */
  | {
      readonly kind: 'columns';
      readonly columns: readonly CellColumn[];
      readonly limit: number;
      /** The rows come from a CSV, where numbers are text: what reads as one is shown as one. */
      readonly numbersInText?: boolean | undefined;
      /** A row that cannot be computed is answered as a fault among the others, and does not fail them all. */
      readonly failedAsFaults?: boolean | undefined;
    }
  /** The record's raw bytes, cut to `limit`. */
  | { readonly kind: 'raw'; readonly limit: number };

/**
 * What a column says of records besides their fields: the path of their file, the partition column of this number, or their own
 * name.
 */
export type OfFile = 'path' | 'name' | number;

export interface CellColumn {
  /** Where the scanner finds it; undefined for a column that the query makes. */
  readonly path: readonly (string | number)[];
  readonly name: string;
  /** How its cells are written, where that is not how the language writes numbers and times. */
  readonly reading?: CellReading | undefined;
  /** It is no field, and says this of the record's file. */
  readonly ofFile?: OfFile | undefined;
  /** Of that column, what stands in each row, where the source does not say it. */
  readonly fileNames?: readonly string[] | undefined;
}

export interface PageResult {
  readonly kind: 'page';
  readonly rows: number;
  /** As the protocol's Page: text, ends, kinds of rows x columns cells. */
  readonly text: Uint8Array;
  readonly ends: Uint32Array;
  readonly kinds: Uint8Array;
  /** Of each cell that is cut, in their order, how many bytes it has in all. */
  readonly cutSizes: readonly number[];
  readonly records: Float64Array;
  readonly lines: Float64Array;
  /** In the file, and in its decoded text. */
  readonly offsets: Float64Array;
  readonly positions: Float64Array;
  readonly lengths: Float64Array;
  /** Of raw records of one of several files: which, and where in it each begins. */
  readonly files: readonly FilePlace[];
  readonly faults: readonly RowFault[];
  /** JSON: the paths that these rows hold, in order of first appearance, and what they hold there. */
  readonly paths: readonly FieldPath[];
  readonly types: readonly ColumnType[];
}

export interface RowFault {
  readonly row: number;
  /** Where in the record it was seen, in bytes from its start. */
  readonly at: number;
  readonly reason: Said;
}

/** Looks whether blocks are as they were. */
export interface CompareTask {
  readonly kind: 'compare';
  readonly file: FileSpec;
  readonly blocks: readonly Pick<BlockSummary, 'start' | 'next' | 'checksum'>[];
}

export interface CompareResult {
  readonly kind: 'compare';
  /** How many of the blocks, from the first on, are as they were. */
  readonly same: number;
}

export type Task = ScanTask | PageTask | CompareTask;
export type Result = ScanResult | PageResult | CompareResult;
