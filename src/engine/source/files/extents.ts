/** Whole records of a file that came to it after the files were opened, as a part of the run of bytes. */
export interface Extent {
  /** The file, by its number among the parts. */
  readonly file: number;
  /** Its first byte in that file. */
  readonly from: number;
  readonly length: number;
}

/** Numbers of an extent: there may be many. */
const width = 3;

/** The extents as plain bytes that threads share. */
export function writeExtents(extents: readonly Extent[]): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(extents.length * width * Float64Array.BYTES_PER_ELEMENT);
  const numbers = new Float64Array(shared);
  extents.forEach(({ file, from, length }, i) => numbers.set([file, from, length], i * width));
  return shared;
}

export function readExtents(shared: SharedArrayBuffer | undefined): Extent[] {
  const numbers = new Float64Array(shared ?? new SharedArrayBuffer(0));
  return Array.from({ length: numbers.length / width }, (_, i) => {
    const [file, from, length] = numbers.subarray(i * width, (i + 1) * width);
    return { file, from, length };
  });
}
