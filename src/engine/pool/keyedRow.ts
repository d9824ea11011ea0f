import type { ByteWriter } from '../stage/bytes.ts';

/**
 * A record with its key, as bytes: the length of what follows (4 bytes), the number of the record (8), how many records of
 * its file with this key it stands for (4), which of two files it is of (1), the key's length (4), the key, and the
 * record as JSON. So it travels from the workers, lies in temporary files and is read back. Little-endian.
 */
export const keyedRow = { record: 4, count: 12, side: 16, keyLength: 17, key: 21 } as const;

export type Side = 0 | 1;

/** @param record 0-based, from where the reader knows */
export function writeKeyedRow(
  out: ByteWriter,
  side: Side,
  record: number,
  count: number,
  key: Uint8Array,
  json: Uint8Array,
): void {
  const start = out.beginBlock();
  out.double(record);
  out.uint32(count);
  out.byte(side);
  out.uint32(key.length);
  out.copy(key);
  out.copy(json);
  out.endBlock(start);
}
