/** Arrays for one column, which blocks share. */
export class Scratch {
  kinds = new Uint8Array(0);
  starts = new Uint32Array(0);
  ends = new Uint32Array(0);
  numbers = new Float64Array(0);
  words = new Uint32Array(0);
  codes = new Uint16Array(0);
  found = new Uint32Array(0);

  reserve(count: number): void {
    if (this.kinds.length >= count) return;
    this.kinds = new Uint8Array(2 * count);
    this.starts = new Uint32Array(2 * count);
    this.ends = new Uint32Array(2 * count);
    this.numbers = new Float64Array(2 * count);
    this.words = new Uint32Array(2 * count);
    this.codes = new Uint16Array(2 * count);
    this.found = new Uint32Array(2 * count);
  }
}

/** What a stored column is made of. */
export interface Stored {
  /** Of the segment. */
  readonly words: Uint32Array;
  /** Records. */
  readonly count: number;
  /** Whether numbers are asked for. */
  readonly numeric: boolean;
  /** Where the values are put, from `base` on. */
  readonly bytes: Uint8Array;
  readonly base: number;
  readonly scratch: Scratch;
}

export const noWords = new Uint32Array(0);
export const noBytes = new Uint8Array(0);
export const noNumbers = new Float64Array(0);
