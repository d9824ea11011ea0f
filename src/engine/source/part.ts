/** What is read of a file that is stored by columns, where that is not all of it. Of other files it says nothing. */
export interface SourcePart {
  /** Those that are read, by name; undefined: all. The others are missing in every row. */
  readonly columns: readonly string[] | undefined;
  /**
   * What holds of every row that is wanted. Rows that cannot be wanted, by what the file says of many of them, have no
   * columns at all: their numbers are those that they have in the file.
   */
  readonly bounds: readonly SourceBound[];
  /**
   * The numbers of the rows that are read, from 0, in the order in which they are given; undefined: all. What is read has
   * these rows alone: it numbers them anew. Their memory is shared, as all threads that read it are told of it.
   */
  readonly rows?: Float64Array<SharedArrayBuffer> | undefined;
}

/** A value lies between two others, both included. Text is in the order of its UTF-8 bytes. */
export type SourceBound =
  | {
      readonly kind: 'number';
      readonly path: readonly (string | number)[];
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly kind: 'text';
      readonly path: readonly (string | number)[];
      readonly low: string | undefined;
      readonly high: string | undefined;
    };

/** Memory for `SourcePart.rows`. */
export function rowNumbers(rows: readonly number[] | Float64Array): Float64Array<SharedArrayBuffer> {
  const shared = new Float64Array(new SharedArrayBuffer(rows.length * Float64Array.BYTES_PER_ELEMENT));
  shared.set(rows);
  return shared;
}
