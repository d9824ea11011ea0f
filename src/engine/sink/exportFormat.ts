import type { ExportFormat } from '../../protocol/engine.ts';
import type { Format } from '../format/driver.ts';
import { targetFormats } from './targets.ts';

export type Target = ExportFormat;

/**
 * How records that are not computed are written: their own bytes; one JSON value a line; JSON values as they stand, one
 * after the other; elements of one JSON array; rows of a delimited text; from batches; from values.
 */
export type RowShape = 'raw' | 'lines' | 'values' | 'elements' | 'table' | 'batches' | 'objects';

export function rowShape(source: Format, target: Target): RowShape {
  if (target === 'same') return source.records === 'lines' ? 'raw' : source.records;
  const { as } = targetFormats[target].rows;
  return as === 'lines' && source.records === 'lines' && !source.fields ? 'raw' : as;
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
 * too, where rows of a table keep their bytes; the rows of the header; or nothing.
 */
export function neededHead(source: Format, target: Target): 'all' | 'header' | 'nothing' {
  const shape = rowShape(source, target);
  // Before records of JSON and lines of a log stands nothing but a byte-order mark, which RFC 8259 lets nobody write.
  if (!source.dialect) return 'nothing';
  return shape === 'raw' ? 'all' : shape === 'table' ? 'header' : 'nothing';
}
