import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ByteSink } from '../byteSink.ts';
import type { ObjectRows, ObjectSink } from '../objectSink.ts';
import { SinkError } from '../sinkError.ts';
import type { ColumnType } from './columnType.ts';
import { LineSpool } from './lineSpool.ts';
import { eachRow } from './rowReader.ts';
import { schemaOf } from './schema.ts';
import { Survey } from './survey.ts';
import { parquetValue, type ParquetValue } from './values.ts';

/** Row groups end where either is reached: rows, or bytes of their JSON Lines. */
const [groupRows, groupBytes] = [122_880, 16 * 1024 * 1024];
const pieceLength = 4 * 1024 * 1024;

/** Columns that a file may have: readers hold the footer, which lists each of them in each row group, in memory. */
const maxParquetColumns = 16_384;

/**
 * A Parquet file, compressed by Snappy, with statistics for each column of a row group. A column's type must be known
 * before its first value is written and hold its last one as well, so the rows go through a temporary file first.
 *
 * Format: https://github.com/apache/parquet-format. Types by the values: whole numbers of 64 bits are INT64, other numbers
 * DOUBLE where that is exact, else DECIMAL; texts that are all dates or times of one form by ISO 8601 are DATE or TIMESTAMP;
 * lists and objects are LIST and groups. A column whose values have several types is text.
 */
export function parquetSink(sink: ByteSink, rows: ObjectRows): ObjectSink {
  const { columns, typesInText, valueColumn } = rows;
  const spool = new LineSpool();
  const surveys = new Map<string, Survey>(columns.map((name) => [name, new Survey(typesInText(name))]));

  function surveyOf(name: string): Survey {
    const known = surveys.get(name);
    if (known !== undefined) return known;
    if (surveys.size === maxParquetColumns) {
      const message = `The rows have more than ${maxParquetColumns.toLocaleString('en')} columns, too many for Parquet. Choose some of them with SELECT.`;
      throw new SinkError('too-many-columns', message);
    }
    const survey = new Survey(typesInText(name));
    surveys.set(name, survey);
    return survey;
  }

  async function writeFile(types: ReadonlyMap<string, ColumnType>, signal: AbortSignal): Promise<void> {
    const out = new ByteWriter();
    const writer = new ParquetWriter({ writer: out, schema: schemaOf(types), createdBy: 'Rowriver' });
    const data = new Map<string, ParquetValue[]>([...types.keys()].map((name) => [name, []]));
    let [count, bytes] = [0, 0];

    const writeGroup = async (): Promise<void> => {
      if (count === 0) return;
      const columnData = [...data].map(([name, values]) => ({ name, data: values }));
      await writer.write({ columnData, rowGroupSize: count });
      for (const name of data.keys()) data.set(name, []);
      [count, bytes] = [0, 0];
      await drain(out, sink);
    };

    for await (const piece of spool.read(pieceLength)) {
      signal.throwIfAborted();
      eachRow(piece, valueColumn, (row) => {
        for (const [name, values] of data) {
          values.push(
            parquetValue(types.get(name) ?? noType(name), Object.hasOwn(row, name) ? row[name] : null),
          );
        }
        count++;
      });
      bytes += piece.length;
      if (count >= groupRows || bytes >= groupBytes) await writeGroup();
    }
    await writeGroup();
    await writer.finish();
    await drain(out, sink);
  }

  return {
    async write(lines) {
      eachRow(lines, valueColumn, (row) => {
        for (const name of Object.keys(row)) surveyOf(name).add(row[name]);
      });
      await spool.write(lines);
    },

    async commit(signal) {
      if (surveys.size === 0) for (const name of await rows.columnsWithoutRows()) surveyOf(name);
      const types = new Map([...surveys].map(([name, survey]) => [name, survey.type()]));
      if (types.size === 0)
        throw new SinkError('unsupported', 'There are no columns to write: Parquet needs at least one.');
      await writeFile(types, signal);
      signal.throwIfAborted();
      await spool.remove();
      await sink.commit();
      return [...types].flatMap(([name, type]) => (type.kind === 'text' && type.mixed ? [name] : []));
    },

    async discard() {
      await spool.remove();
      await sink.discard();
    },
  };
}

/** Writes what a writer has made so far, and lets it begin again with an empty buffer. Its offset goes on. */
async function drain(writer: ByteWriter, sink: ByteSink): Promise<void> {
  await sink.write(writer.getBytes());
  writer.index = 0;
}

function noType(name: string): never {
  throw new TypeError(`no type for column ${name}`);
}
