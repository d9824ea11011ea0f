import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { typedSink, type TypedFormat } from '../typed/typedSink.ts';
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
        const columnData = [...columns].map(([name, values]) => ({ name, data: values }));
        await writer.write({ columnData, rowGroupSize: count });
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
