import { columnFromArray, nullType, type Schema, Table, tableToIPC } from '@uwdata/flechette';

/** Where a batch is in the file, all in bytes. */
export interface Block {
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

/** Bytes behind the footer itself: its length, and `ARROW1`. */
const tailLength = 10;
/** Bytes of a `Block` in the footer: offset (64 bits), length of metadata (32, and 32 that are not used), of the body (64). */
const blockLength = 24;
/** Which field of the footer its batches are: behind its version, schema and dictionaries. */
const batchesField = 3;

/**
 * What stands at the end of a file: the schema once more, and where the batches are.
 *
 * The library writes whole files only. It is asked for one of this schema with as many batches, each of them one NULL, and
 * their places in its footer are overwritten.
 * Layout: https://github.com/apache/arrow/blob/main/format/File.fbs and https://flatbuffers.dev/internals/
 */
export function footer(schema: Schema, blocks: readonly Block[]): Uint8Array {
  const nulls = columnFromArray(
    blocks.map(() => null),
    nullType(),
    { maxBatchRows: 1 },
  );
  const file = tableToIPC(new Table(schema, [nulls]), { format: 'file' });
  if (file === null) throw new TypeError('a file in memory is bytes');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = file.length - tailLength;
  const start = end - view.getInt32(end, true);
  if (blocks.length > 0) {
    const root = start + view.getUint32(start, true);
    const offsets = root - view.getInt32(root, true);
    const places = root + view.getUint16(offsets + 4 + 2 * batchesField, true);
    const vector = places + view.getUint32(places, true);
    for (const [at, { offset, metadataLength, bodyLength }] of blocks.entries()) {
      const block = vector + 4 + at * blockLength;
      view.setBigInt64(block, BigInt(offset), true);
      view.setInt32(block + 8, metadataLength, true);
      view.setBigInt64(block + 16, BigInt(bodyLength), true);
    }
  }
  return file.subarray(start);
}
