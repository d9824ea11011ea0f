/**
 * A segment is one column of one block of a file: everything that questions about the column's values need of the block's
 * text. It is made of the vectors that a scan has found (`segmentWriter.ts`) and gives them back value by value
 * (`storedBlock.ts`): kinds, numbers, and the bytes of each value as they stand in the file.
 *
 * In words of 32 bits, in the byte order of the machine:
 *
 *     0  format version, encoding in the second byte, flags in the third
 *     1  records
 *     2  records with a fault
 *     3  of the encoding
 *        the faulty records, then their fault codes a byte each
 *        what the encoding says
 */

/** Goes up when a segment would be read otherwise, or a column kept that was not. */
export const segmentVersion = 3;

/** Words before what differs. */
export const headerWords = 4;

export const Encoding = {
  /** The column takes too much here, or its values would not come back exactly: the text is read. */
  None: 0,
  /** Each value is one of a few: see `dictionary.ts`. */
  Dictionary: 1,
  /** Decimal numbers as whole numbers of bits: see `decimals.ts`. */
  Decimals: 2,
  /** No column, but where the records are: see `places.ts`. */
  Places: 3,
  /** Times that are all written alike: see `times.ts`. */
  Times: 4,
  /** Numbers as doubles: see `doubles.ts`. */
  Doubles: 5,
} as const;

export type Encoding = (typeof Encoding)[keyof typeof Encoding];

export const Flag = {
  /** `FieldColumn.numbers` of the values is known. */
  Numbers: 1,
} as const;

/** A segment's bytes, which begin at a multiple of 8. */
export type SegmentBytes = Uint8Array;

/** What a segment says before its values. */
export interface SegmentHead {
  readonly encoding: Encoding;
  readonly records: number;
  readonly faulty: number;
  readonly hasNumbers: boolean;
}

export function wordsOf(segment: SegmentBytes): Uint32Array {
  return new Uint32Array(segment.buffer, segment.byteOffset, segment.byteLength >>> 2);
}

export function headOf(segment: SegmentBytes): SegmentHead {
  const words = wordsOf(segment);
  return {
    encoding: ((words[0] >>> 8) & 0xff) as Encoding,
    records: words[1],
    faulty: words[2],
    hasNumbers: ((words[0] >>> 16) & Flag.Numbers) !== 0,
  };
}

/** Where what the encoding says begins, in words. */
export function bodyAt(faulty: number): number {
  return headerWords + faulty + Math.ceil(faulty / 4);
}
