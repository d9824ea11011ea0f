import type { Codec } from '../compressed/decoded.ts';

/**
 * Apache Parquet (github.com/apache/parquet-format), as JSON Lines: a row is an object with all columns. Decoding can begin
 * at each row group. What hyparquet cannot read, encrypted files and LZ4, is refused with a sentence.
 */
export const parquet: Codec = {
  async *decode(base, from, marks) {
    // Large, and needed by few files.
    const { decodeRows } = await import('./rows.ts');
    yield* decodeRows(base, from, marks);
  },
};
