import { lineFeed, openBrace, space } from '../ascii.ts';
import { isReadable } from '../fault.ts';
import type { RecordBlock } from '../format/record.ts';

/** An object as JSON in bytes. */
export interface WrittenObject {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Whether it may have what does not stay on its line as it is, or is no JSON: where it has, it must be read. */
  readonly mayBeOdd: boolean;
}

/** The records of a block of JSON as they stand in its bytes. For as long as the block has these bytes. */
export class WrittenRecords {
  readonly #block: RecordBlock;
  /** Whether a record on one line may be odd: JSON has no other control characters than these. */
  readonly #mayBeOdd: boolean;
  /** The first line end of those from `#sought` on; `Infinity` where there is none. */
  #lineEnd = -1;
  #sought = 0;

  constructor(block: RecordBlock) {
    this.#block = block;
    // One search in all of the bytes is quicker than one in each record.
    const all = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length);
    this.#mayBeOdd = ['NaN', 'Infinity', '\t', '\r'].some((text) => all.includes(text));
  }

  /** Where the record of a row stands; undefined where it is no object. */
  at(row: number): WrittenObject | undefined {
    const { bytes, starts, ends, faults } = this.#block;
    if (!isReadable(faults[row])) return undefined;
    let start = starts[row];
    let end = ends[row];
    while (start < end && bytes[start] <= space) start++;
    while (start < end && bytes[end - 1] <= space) end--;
    if (bytes[start] !== openBrace) return undefined;
    // A record of a document may take several lines, and many records one.
    return { bytes, start, end, mayBeOdd: this.#mayBeOdd || this.#hasLineEnd(start, end) };
  }

  #hasLineEnd(start: number, end: number): boolean {
    if (start < this.#sought || start > this.#lineEnd) {
      const found = this.#block.bytes.indexOf(lineFeed, start);
      this.#lineEnd = found === -1 ? Infinity : found;
      this.#sought = start;
    }
    return this.#lineEnd < end;
  }
}
