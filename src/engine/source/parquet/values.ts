import type { FileMetaData, ParquetParsers, SchemaElement } from 'hyparquet/src/types.js';

/** Leaves whose values hyparquet rounds or refuses when it sees what they are: they are taken as they are stored. */
function isTakenRaw({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return (
    converted === 'DECIMAL' || logical?.type === 'DECIMAL' || converted === 'INTERVAL' || converted === 'BSON'
  );
}

/** The metadata without what would make hyparquet convert a value with a loss. */
export function withoutAnnotations(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element): SchemaElement => {
    if (!isTakenRaw(element)) return element;
    const { converted_type: _, logical_type: __, ...raw } = element;
    return raw;
  });
  return { ...metadata, schema };
}

/** Times and JSON as they are stored: the rest of what hyparquet makes of values is exact. */
export const rawParsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (value: number) => value,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
