import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ByteSink } from '../byteSink.ts';
import type { Chunk, TypedFormat } from '../typed/typedFormat.ts';
import { writeChunk } from './chunk.ts';
import { leavesOf } from './leaves.ts';
import { schemaOf } from './schema.ts';

/**
 * A Parquet file, compressed by Snappy, with statistics for each column of a row group.
 *
 * Format: https://github.com/apache/parquet-format. The types are INT64, DOUBLE, DECIMAL, DATE, TIMESTAMP, STRING, LIST and
 * groups.
 */
export const parquetFormat: TypedFormat = {
  name: 'Parquet',
  // Readers hold the footer, which lists each column in each row group, in memory.
  maxColumns: 16_384,

  encoder: () => (columns, rows) => {
    const out = new ByteWriter(roomOfGroup);
    const chunks: Chunk[] = [];
    for (const [name, column] of columns)
      for (const leaf of leavesOf(name, column, rows)) chunks.push(writeChunk(out, leaf));
    return { kind: 'parquet', bytes: out.getBytes(), rows, chunks };
  },

  open(sink, types) {
    const out = new ByteWriter();
    const writer = new ParquetWriter({ writer: out, schema: schemaOf(types), createdBy: 'Rowriver' });
    return Promise.resolve({
      async group(group) {
        if (group.kind !== 'parquet') throw new TypeError(`a group of ${group.kind} in a file of Parquet`);
        const { bytes, rows } = group;
        const chunks = group.chunks.map((chunk) => moved(chunk, out.offset));
        const sizes = chunks.map(({ chunk }) => chunk.meta_data?.total_uncompressed_size ?? 0n);
        // The library writes whole columns of values only, at many times the cost. It writes what stands around them.
        writer.pendingIndexes.push(...chunks);
        writer.num_rows += BigInt(rows);
        writer.row_groups.push({
          columns: chunks.map(({ chunk }) => chunk),
          num_rows: BigInt(rows),
          total_byte_size: sizes.reduce((all, size) => all + size, 0n),
          total_compressed_size: BigInt(bytes.length),
        });
        await drain(out, sink);
        await sink.write(bytes);
        out.offset += bytes.length;
      },
      async end() {
        await writer.finish();
        await drain(out, sink);
      },
    });
  },
};

const roomOfGroup = 1024 * 1024;

/** What is said of a chunk whose group begins at `offset` in the file. */
function moved({ chunk, offsetIndex }: Chunk, offset: number): Chunk {
  const by = BigInt(offset);
  const { meta_data: meta } = chunk;
  return {
    chunk: {
      ...chunk,
      file_offset: chunk.file_offset + by,
      ...(meta && {
        meta_data: {
          ...meta,
          data_page_offset: meta.data_page_offset + by,
          ...(meta.dictionary_page_offset !== undefined && {
            dictionary_page_offset: meta.dictionary_page_offset + by,
          }),
        },
      }),
    },
    ...(offsetIndex && {
      offsetIndex: {
        ...offsetIndex,
        page_locations: offsetIndex.page_locations.map((page) => ({ ...page, offset: page.offset + by })),
      },
    }),
  };
}

/** Writes what a writer has made so far, and lets it begin again with an empty buffer. Its offset goes on. */
async function drain(writer: ByteWriter, sink: ByteSink): Promise<void> {
  await sink.write(writer.getBytes());
  writer.index = 0;
}
