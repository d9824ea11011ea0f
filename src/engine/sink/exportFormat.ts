import type { Format } from '../format/driver.ts';

/** What an export writes: the source's own format, or another. */
export type Target = 'same' | 'jsonl' | 'csv' | 'tsv' | 'json';

export const targets: readonly Target[] = ['same', 'jsonl', 'csv', 'tsv', 'json'];

/**
 * How records that are not computed are written: their own bytes; one JSON value a line; JSON values as they stand, one
 * after the other; elements of one JSON array; rows of a delimited text.
 */
export type RowShape = 'raw' | 'lines' | 'values' | 'elements' | 'table';

export function rowShape(source: Format, target: Target): RowShape {
  switch (target) {
    case 'same':
      return source.records === 'lines' ? 'raw' : source.records;
    case 'jsonl':
      return source.records === 'lines' && !source.fields ? 'raw' : 'lines';
    case 'json':
      return 'elements';
    case 'csv':
    case 'tsv':
      return 'table';
  }
}

/**
 * Whether the columns must be known before the first row is written, so that the records have to be looked
 * through first.
 */
export function needsPaths(source: Format, target: Target): boolean {
  return !source.fields && rowShape(source, target) === 'table';
}

/**
 * What is needed of the bytes that stand in the source before its first record: all of them, byte-order mark and preamble
 * too, where records keep their bytes; the rows of the header; or nothing.
 */
export function neededHead(source: Format, target: Target): 'all' | 'header' | 'nothing' {
  const shape = rowShape(source, target);
  if (shape === 'raw') return 'all';
  return shape === 'table' && source.dialect ? 'header' : 'nothing';
}
