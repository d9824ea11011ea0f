import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { typedSink, type TypedFormat } from '../typed/typedSink.ts';
import { writeChunk, type Chunk } from './chunk.ts';
import { leavesOf } from './leaves.ts';
import { schemaOf } from './schema.ts';

const parquet: TypedFormat = {
  name: 'Parquet',
  // Readers hold the footer, which lists each column in each row group, in memory.
  maxColumns: 16_384,
  open(sink, types) {
    const out = new ByteWriter();
    const writer = new ParquetWriter({ writer: out, schema: schemaOf(types), createdBy: 'Rowriver' });
    return Promise.resolve({
      async group(columns, count) {
        const start = out.offset;
        const chunks: Chunk[] = [];
        for (const [name, column] of columns)
          for (const leaf of leavesOf(name, column, count)) chunks.push(writeChunk(out, leaf));
        const sizes = chunks.map(({ chunk }) => chunk.meta_data?.total_uncompressed_size ?? 0n);
        // The library writes whole columns of values only, at many times the cost. It writes what stands around them.
        writer.pendingIndexes.push(...chunks);
        writer.num_rows += BigInt(count);
        writer.row_groups.push({
          columns: chunks.map(({ chunk }) => chunk),
          num_rows: BigInt(count),
          total_byte_size: sizes.reduce((all, size) => all + size, 0n),
          total_compressed_size: BigInt(out.offset - start),
        });
        await drain(out, sink);
      },
      async end() {
        await writer.finish();
        await drain(out, sink);
      },
    });
  },
};

/**
 * A Parquet file, compressed by Snappy, with statistics for each column of a row group.
 *
 * Format: https://github.com/apache/parquet-format. The types are INT64, DOUBLE, DECIMAL, DATE, TIMESTAMP, STRING, LIST and
 * groups.
 */
export function parquetSink(sink: ByteSink, rows: ObjectRows): ObjectSink {
  return typedSink(sink, rows, parquet);
}

/** Writes what a writer has made so far, and lets it begin again with an empty buffer. Its offset goes on. */
async function drain(writer: ByteWriter, sink: ByteSink): Promise<void> {
  await sink.write(writer.getBytes());
  writer.index = 0;
}
