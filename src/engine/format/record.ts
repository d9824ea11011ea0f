import type { Fault } from '../fault.ts';
import type { FileSpans, PlacedRecords } from '../source/source.ts';
import type { Violation } from '../violation.ts';
import type { Marks } from '../kernel/packed.ts';
import type { Needle, Search } from '../kernel/search.ts';
import { FieldColumn, Kind } from './fieldColumn.ts';
import type { Lease } from './lease.ts';

export { FieldColumn, Kind };
export type { Marks, Needle, Search };

/** What a `RecordBlock` is made of. All indices are relative to `bytes`; `offset + index` is a place in the source. */
export interface BlockParts {
  readonly bytes: Uint8Array;
  /** Offset in the source of `bytes[0]`. */
  readonly offset: number;
  /** Number of records. */
  readonly count: number;
  /** First byte of each record. */
  readonly starts: Uint32Array;
  /** Where in the file each record begins, where that is not `offset` and its start. */
  readonly offsets?: Float64Array | undefined;
  /** Where in its file each record is, where records are not in the order of one. */
  readonly placed?: PlacedRecords | undefined;
  /** One past the last byte of each record, its line end not included. */
  readonly ends: Uint32Array;
  /** Line on which each record begins, relative to the line on which the block begins (0-based). */
  readonly lines: Uint32Array;
  /** `Fault` code of each record. */
  readonly faults: Uint8Array;
  /** Where in the record the fault was seen, in bytes from its start; 0 where there is none. */
  readonly faultAt: Uint32Array;
  /** Number of records with a fault. */
  readonly faulty: number;
  /** Lines in the block: how far the line number moves on to the next block. */
  readonly lineCount: number;
  /**
   * Where the next block begins: the first index at or past `until` that is not inside a record of this block. Lines
   * without a record that begin before `until` belong to this block.
   */
  readonly next: number;
  /**
   * True when the last record that begins in the block runs past the bytes given, and the source has more. The
   * caller reads on and scans again. `next` is then where that record begins, or, while it is shorter than
   * `maxRecordLength`, a place before that; the other fields mean nothing.
   */
  readonly incomplete: boolean;
  /**
   * Where the records have ended before the source does, or ended with it although more was to come. What follows is
   * for `Scanner.ending` to look at.
   */
  readonly ended?: RecordsEnd | undefined;
  /** What the file's schema does not allow of them, by record; undefined where they were not checked. */
  readonly violations?: ReadonlyMap<number, readonly Violation[]> | undefined;
  /** Which file each record is of; undefined where nobody asked. */
  readonly files?: FileSpans | undefined;
  /** The fields asked for, in the order of `ScanTask.fields`. */
  readonly fields: readonly FieldColumn[];
  /**
   * The records that may hold the task's `holding`, ascending; the others are given with all fields missing.
   * Undefined where all may.
   */
  readonly held?: Uint32Array | undefined;
  /** Searches `bytes`, where the scanner has a fast way to. */
  readonly search?: Search | undefined;
}

/**
 * A block's records as the scanner finds them: raw bytes cut at record boundaries and, for the few paths that the query
 * reads, where each record's value stands. Nothing is decoded or copied.
 *
 * A borrowed block looks into memory that its scanner uses again: it is valid until the next `scan` or `reserve`, and
 * using it after the next `scan` throws. An owned one has memory of its own.
 */
export class RecordBlock implements BlockParts {
  readonly #parts: BlockParts;
  readonly #lease: Lease | undefined;

  private constructor(parts: BlockParts, lease: Lease | undefined) {
    this.#parts = parts;
    this.#lease = lease;
  }

  /** A block whose arrays nobody else writes to. */
  static owned(parts: BlockParts): RecordBlock {
    return new RecordBlock(parts, undefined);
  }

  /** A block whose arrays are used again for others. */
  static borrowed(parts: BlockParts, lease: Lease): RecordBlock {
    for (const field of parts.fields) field.borrow(lease);
    return new RecordBlock(parts, lease);
  }

  /** The block with other parts, valid for as long as this one, or as the lease says. */
  with(changes: Partial<BlockParts>, lease = this.#lease): RecordBlock {
    const parts = { ...this.#held(), ...changes };
    return lease ? RecordBlock.borrowed(parts, lease) : RecordBlock.owned(parts);
  }

  #held(): BlockParts {
    this.#lease?.check();
    return this.#parts;
  }

  get bytes(): Uint8Array {
    return this.#held().bytes;
  }

  get offset(): number {
    return this.#held().offset;
  }

  get count(): number {
    return this.#held().count;
  }

  get starts(): Uint32Array {
    return this.#held().starts;
  }

  get offsets(): Float64Array | undefined {
    return this.#held().offsets;
  }

  get placed(): PlacedRecords | undefined {
    return this.#held().placed;
  }

  get ends(): Uint32Array {
    return this.#held().ends;
  }

  get lines(): Uint32Array {
    return this.#held().lines;
  }

  get faults(): Uint8Array {
    return this.#held().faults;
  }

  get faultAt(): Uint32Array {
    return this.#held().faultAt;
  }

  get faulty(): number {
    return this.#held().faulty;
  }

  get lineCount(): number {
    return this.#held().lineCount;
  }

  get next(): number {
    return this.#held().next;
  }

  get incomplete(): boolean {
    return this.#held().incomplete;
  }

  get ended(): RecordsEnd | undefined {
    return this.#held().ended;
  }

  get violations(): ReadonlyMap<number, readonly Violation[]> | undefined {
    return this.#held().violations;
  }

  get files(): FileSpans | undefined {
    return this.#held().files;
  }

  get fields(): readonly FieldColumn[] {
    return this.#held().fields;
  }

  get held(): Uint32Array | undefined {
    return this.#held().held;
  }

  get search(): Search | undefined {
    return this.#held().search;
  }
}

/** Where the records of a document end. */
export interface RecordsEnd {
  /** Index of what is no record any more; where the source ends, past the last byte that is no white space. */
  readonly at: number;
  /** Whether a comma comes before it. */
  readonly afterComma: boolean;
}

/** Follows a source from where its records end to its own end. */
export interface Ending {
  /** Goes through bytes [from, to), which come next; answers the index of the first that may not be there, or -1. */
  push(bytes: Uint8Array, from: number, to: number): number;
  /** Whether the source may end here. */
  readonly isWhole: boolean;
  /** What is wrong where `push` has found a byte that may not be there. */
  readonly fault: Fault;
}

/** A field that a scan is to find. */
export interface FieldRequest {
  /** JSON: keys from the top, a number is a 1-based list index. CSV: one number, the 0-based column. */
  readonly path: readonly (string | number)[];
  readonly numeric: boolean;
}

export interface ScanTask {
  /** Valid bytes in the scanner's buffer. */
  readonly length: number;
  /** Offset in the source of the buffer's first byte. */
  readonly offset: number;
  /** Index where the first record begins. */
  readonly from: number;
  /** Records that begin at or past this index belong to the next block. */
  readonly until: number;
  /** Whether the source ends at `length`. */
  readonly final: boolean;
  readonly fields: readonly FieldRequest[];
  /** Records without this text in their bytes need not be among `RecordBlock.held`. */
  readonly holding?: Needle | undefined;
}

/**
 * Cuts bytes into records and finds fields in them. One scanner serves one task at a time; a worker owns one a
 * format. `plain` is written for clarity and is the oracle of `kernel`, which does the same with SIMD.
 */
export interface Scanner {
  readonly name: 'plain' | 'kernel';
  /** Records longer than this, in bytes, are not held: fault `TooLong`. */
  readonly maxRecordLength: number;
  /** Whether a record that is too long is one line, or else counts the line feeds in it. */
  readonly recordsAreLines: boolean;
  /** Whether a record may go on past the end of a line. */
  readonly spansLines?: boolean | undefined;
  /**
   * A buffer of at least `length` bytes for the source to read into; its first `keep` bytes are what the last
   * buffer began with. Earlier buffers and blocks are void afterwards.
   */
  reserve(length: number, keep?: number): Uint8Array;
  scan(task: ScanTask): RecordBlock;
  /**
   * The first index at or after `from` where a record can begin when nothing is known of the bytes before, given
   * the buffer's `length` valid bytes; `length` if there is none. JSONL: after a line end, always right. CSV: a
   * guess, which the caller checks against the block before.
   */
  resync(from: number, length: number): number;
  /**
   * A checksum of the buffer's bytes in [from, to): a whole number below 2^53. The same of every scanner for the same
   * bytes. What is shorter than 4 bytes of UTF-8, or changed in so many, is sure to have another one.
   */
  checksum(from: number, to: number): number;
  /**
   * The first index at or after `from` where the record can begin that follows one that is too long to be held, `from`
   * being inside of that; `length` where there is none. A guess where `resync` is one and records are not lines.
   */
  skip(from: number, length: number): number;
  /** Undefined where records go on to the source's end. */
  readonly ending?: (afterComma: boolean) => Ending;
}

/** The engine's `Scanner.maxRecordLength`. A 200 MB line is still a record. */
export const maxRecordLength = 256 * 1024 * 1024;
/** JSON nested deeper than this is fault `TooDeep`. */
export const maxDepth = 1024;
