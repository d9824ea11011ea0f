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
import type { ColumnTypes, EncodedGroup, TypedFormat } from '../typed/typedFormat.ts';
import { arrowType } from './arrowType.ts';
import { batchOf } from './batchOf.ts';
import { footer, type Block } from './footer.ts';

/** `ARROW1`, and zeros up to where the first message begins. */
const magic = Uint8Array.of(0x41, 0x52, 0x52, 0x4f, 0x57, 0x31, 0, 0);
/** What stands behind the last message: the mark of a message, and that it has no bytes. */
const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/**
 * A file of Arrow's IPC format, which Feather is the second version of, its batches uncompressed.
 *
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format. The types are int64, double, decimal128,
 * date32, timestamp, utf8, list and struct.
 */
export const arrowFormat: TypedFormat = {
  name: 'Arrow',
  maxColumns: 16_384,

  encoder(types) {
    const { columns, schema, head } = layoutOf(types);
    return (values, rows) =>
      encoded(
        schema,
        columns.map(({ name, type }) => {
          const column = values.get(name);
          return new Column([column ? batchOf(column, type) : emptyBatch(type)], type);
        }),
        head.length,
        rows,
      );
  },

  async open(sink, types) {
    const { columns, schema, head } = layoutOf(types);
    const blocks: Block[] = [];
    let offset = magic.length + head.length;
    await sink.write(magic);
    await sink.write(head);
    const write = async (group: EncodedGroup): Promise<void> => {
      if (group.kind !== 'arrow') throw new TypeError(`a group of ${group.kind} in a file of Arrow`);
      const { bytes, metadataLength } = group;
      blocks.push({ offset, metadataLength, bodyLength: bytes.length - metadataLength });
      await sink.write(bytes);
      offset += bytes.length;
    };
    return {
      group: write,
      async end() {
        // Not every reader takes a file without batches.
        if (blocks.length === 0) {
          const none = columns.map(({ type }) => new Column([emptyBatch(type)], type));
          await write(encoded(schema, none, head.length, 0));
        }
        await sink.write(endOfStream);
        await sink.write(footer(schema, blocks));
      },
    };
  },
};

/** The columns as the library has them, and the message that says what they are. */
function layoutOf(types: ColumnTypes): {
  columns: readonly { readonly name: string; readonly type: DataType }[];
  schema: Schema;
  head: Uint8Array;
} {
  const columns = [...types].map(([name, type]) => ({ name, type: arrowType(type) }));
  const schema: Schema = { fields: columns.map(({ name, type }) => field(name, type, true)) };
  const head = messages(
    schema,
    columns.map(({ type }) => new Column([], type)),
  );
  return { columns, schema, head };
}

/** @param headLength bytes of the schema's message, which the library writes before that of the batch */
function encoded(schema: Schema, columns: Column<unknown>[], headLength: number, rows: number): EncodedGroup {
  const bytes = messages(schema, columns).subarray(headLength);
  return { kind: 'arrow', bytes, rows, metadataLength: messageLength(bytes) };
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
