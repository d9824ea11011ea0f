import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import type { ParquetParsers, SchemaElement } from 'hyparquet/src/types.js';

/** Leaves whose values hyparquet rounds or refuses when it sees what they are: they are taken as they are stored. */
function isTakenRaw({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return (
    converted === 'DECIMAL' || logical?.type === 'DECIMAL' || converted === 'INTERVAL' || converted === 'BSON'
  );
}

/** A schema without what would make hyparquet convert a value with a loss. */
export function withoutAnnotations(schema: readonly SchemaElement[]): SchemaElement[] {
  return schema.map((element) => {
    if (!isTakenRaw(element)) return element;
    const { converted_type: _, logical_type: __, ...raw } = element;
    return raw;
  });
}

/** Times and JSON as they are stored: the rest of what hyparquet makes of values is exact. */
export const rawParsers: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (value: number) => value,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
