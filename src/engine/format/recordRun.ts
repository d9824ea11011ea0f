import type { RecordBlock } from './record.ts';

/** Part of a source, in bytes. */
export interface Run {
  /** Where a record begins, if that is known; else the first one at or after `from` is looked for. */
  readonly start: number | undefined;
  /**
   * Records that begin in [from, to) are yielded. `from` and `to` are multiples of the block size, or the
   * source's end.
   */
  readonly from: number;
  readonly to: number;
  /** Where the source ends, as far as this run is concerned; undefined: wherever `read` says. */
  readonly end: number | undefined;
  /**
   * What becomes of what is wrong after a document's last record, which can be far from it: it is `apart`, in a block of
   * its own, or `not` looked for; undefined: it is one more record of the last block.
   */
  readonly ending?: 'apart' | 'not' | undefined;
  /**
   * The run ends before the first record that begins so many bytes after the start, or is longer and not held anyway;
   * undefined: nowhere before `to`.
   */
  readonly most?: number | undefined;
}

/** A block's records, with where the block's first record begins and where the first one after it does. */
export interface PlacedBlock {
  readonly start: number;
  readonly next: number;
  readonly records: RecordBlock;
}
