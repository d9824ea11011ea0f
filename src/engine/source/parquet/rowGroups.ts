import type { ColumnMetaData, MinMaxType, RowGroup, SchemaElement, SchemaTree } from 'hyparquet/src/types.js';
import type { SourceBound } from '../part.ts';

export interface Chunk {
  /** Bytes of the file. */
  readonly start: number;
  readonly end: number;
  /** As many as its pages have, nulls and those of lists too. */
  readonly values: number;
}

export function chunkOf(meta: ColumnMetaData): Chunk {
  // Some writers say 0 for a dictionary that is not there.
  const dictionary = Number(meta.dictionary_page_offset ?? 0);
  const start = dictionary > 0 ? dictionary : Number(meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size), values: Number(meta.num_values) };
}

export interface Place {
  readonly at: number;
  readonly length: number;
  /** Bytes that are made of those. */
  readonly decoded: number;
}

/** Where a row group is in the file, if its chunks follow each other as they usually do. */
export function placeOf({ columns }: RowGroup): Place {
  let [at, length, decoded] = [Infinity, 0, 0];
  for (const { meta_data: meta } of columns) {
    if (!meta) continue;
    const { start, end } = chunkOf(meta);
    at = Math.min(at, start);
    length += end - start;
    decoded += Number(meta.total_uncompressed_size);
  }
  return { at, length, decoded };
}

/** Whether a row of a row group can have values within all bounds, as far as its statistics say. */
export function mayHold(group: RowGroup, schema: SchemaTree, bounds: readonly SourceBound[]): boolean {
  return bounds.every((bound) => {
    const [name] = bound.path;
    const leaves = schema.children.filter(({ element }) => element.name === name);
    const [leaf] = leaves;
    if (bound.path.length > 1 || leaves.length !== 1 || leaf.children.length > 0) return true;
    const { element } = leaf;
    const column = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === name);
    const { min_value: min, max_value: max } = column?.meta_data?.statistics ?? {};
    if (element.repetition_type === 'REPEATED' || min === undefined || max === undefined) return true;
    return bound.kind === 'number'
      ? !isNumeric(element) || !liesApart(numberOf(min), numberOf(max), bound.low, bound.high)
      : !isText(element) || !liesApart(bytesOf(min), bytesOf(max), bytesOf(bound.low), bytesOf(bound.high));
  });
}

/**
 * Columns whose numbers are written as they are in the statistics. Those of 32 bits with a point are written with fewer
 * digits, decimals and unsigned numbers are stored otherwise.
 */
function isNumeric({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (type === 'DOUBLE') return converted === undefined && logical === undefined;
  if (type !== 'INT32' && type !== 'INT64') return false;
  if (logical !== undefined && !(logical.type === 'INTEGER' && logical.isSigned)) return false;
  return converted === undefined || converted.startsWith('INT_');
}

function isText({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return type === 'BYTE_ARRAY' && (logical === undefined ? converted === 'UTF8' : logical.type === 'STRING');
}

/** Undefined for what a double does not hold exactly, and for NaN, which has no place in an order. */
function numberOf(value: MinMaxType): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  return typeof value === 'number' || Number.isSafeInteger(number) ? number : undefined;
}

/** Undefined for a text that was cut inside of a character, which is not as long as it was. */
function bytesOf(value: MinMaxType | undefined): Buffer | undefined {
  return typeof value === 'string' && !value.includes('\ufffd') ? Buffer.from(value) : undefined;
}

function liesApart<T extends number | Buffer>(
  min: T | undefined,
  max: T | undefined,
  low: T | undefined,
  high: T | undefined,
): boolean {
  if (min === undefined || max === undefined) return false;
  return (low !== undefined && isBelow(max, low)) || (high !== undefined && isBelow(high, min));
}

function isBelow(one: number | Buffer, other: number | Buffer): boolean {
  if (typeof one === 'number' || typeof other === 'number') return one < other;
  return Buffer.compare(one, other) < 0;
}
