import type { Codec } from '../compressed/decoded.ts';
import type { SourcePart } from '../part.ts';

/** As far as what is read of the text at a time. */
const markSpacing = 1024 * 1024;

/**
 * Apache Parquet (github.com/apache/parquet-format), as JSON Lines: a row is an object with all columns. Decoding can begin
 * at each row: pages before it are not decoded where their headers say how many rows they have. Of a `part`, rows have its columns, and row groups and rows that it leaves out are not read. What hyparquet cannot read, encrypted files and LZ4, is refused with a sentence.
 */
export function parquet(part: SourcePart | undefined): Codec {
  return {
    spacing: markSpacing,
    async *decode(base, from, marks) {
      // Large, and needed by few files.
      const { decodeRows } = await import('./rows.ts');
      yield* decodeRows(base, from, marks, part);
    },
  };
}
