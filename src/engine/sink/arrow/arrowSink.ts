import {
  Batch,
  Column,
  type DataType,
  type Field,
  field,
  type Schema,
  Table,
  tableToIPC,
} from '@uwdata/flechette';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { typedSink, type TypedFormat } from '../typed/typedSink.ts';
import { arrowType } from './arrowType.ts';
import { batchOf } from './batchOf.ts';
import { footer, type Block } from './footer.ts';

/** `ARROW1`, and zeros up to where the first message begins. */
const magic = Uint8Array.of(0x41, 0x52, 0x52, 0x4f, 0x57, 0x31, 0, 0);
/** What stands behind the last message: the mark of a message, and that it has no bytes. */
const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

const arrow: TypedFormat = {
  name: 'Arrow',
  maxColumns: 16_384,
  async open(sink, types) {
    const columns = [...types].map(([name, type]) => ({ name, type: arrowType(type) }));
    const schema: Schema = { fields: columns.map(({ name, type }) => field(name, type, true)) };
    const head = messages(
      schema,
      columns.map(({ type }) => new Column([], type)),
    );
    const blocks: Block[] = [];
    let offset = magic.length + head.length;
    await sink.write(magic);
    await sink.write(head);
    const write = async (filled: Column<unknown>[]): Promise<void> => {
      const batch = messages(schema, filled).subarray(head.length);
      const metadataLength = messageLength(batch);
      blocks.push({ offset, metadataLength, bodyLength: batch.length - metadataLength });
      await sink.write(batch);
      offset += batch.length;
    };
    return {
      group: (values) =>
        write(
          columns.map(({ name, type }) => {
            const column = values.get(name);
            return new Column([column ? batchOf(column, type) : emptyBatch(type)], type);
          }),
        ),
      async end() {
        // Not every reader takes a file without batches.
        if (blocks.length === 0) await write(columns.map(({ type }) => new Column([emptyBatch(type)], type)));
        await sink.write(endOfStream);
        await sink.write(footer(schema, blocks));
      },
    };
  },
};

/**
 * A file of Arrow's IPC format, which Feather is the second version of, its batches uncompressed.
 *
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format. The types are int64, double, decimal128,
 * date32, timestamp, utf8, list and struct.
 */
export function arrowSink(sink: ByteSink, rows: ObjectRows): ObjectSink {
  return typedSink(sink, rows, arrow);
}

function emptyBatch(type: DataType): Batch<unknown> {
  return new Batch({
    length: 0,
    nullCount: 0,
    type,
    validity: new Uint8Array(0),
    values: new Uint8Array(0),
    offsets: Int32Array.of(0),
    children: 'children' in type ? type.children.map((child: Field) => emptyBatch(child.type)) : [],
  });
}

/** The messages of a stream: that of the schema, which has no body, and that of the batch. */
function messages(schema: Schema, columns: Column<unknown>[]): Uint8Array {
  const stream = tableToIPC(new Table(schema, columns), { format: 'stream' });
  if (stream === null) throw new TypeError('a stream in memory is bytes');
  return stream.subarray(0, stream.length - endOfStream.length);
}

/** Bytes of a message that stand before its body: the mark, the length of the rest, and the rest. */
function messageLength(message: Uint8Array): number {
  return 8 + new DataView(message.buffer, message.byteOffset).getInt32(4, true);
}
