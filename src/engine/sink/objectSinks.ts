import type { ExportFormat } from '../../protocol/engine.ts';
import type { ObjectSink, ObjectRows } from './objectSink.ts';
import type { ByteSink } from './byteSink.ts';

type Open = (sink: ByteSink, rows: ObjectRows) => Promise<ObjectSink>;

/** The formats that are written from the values of rows. Needed rarely and large, so each is loaded when it is asked for. */
const objectSinks: Partial<Record<ExportFormat, Open>> = {
  arrow: async (sink, rows) => (await import('./arrow/arrowSink.ts')).arrowSink(sink, rows),
  parquet: async (sink, rows) => (await import('./parquet/parquetSink.ts')).parquetSink(sink, rows),
  xlsx: async (sink, rows) => (await import('./xlsx/xlsxSink.ts')).xlsxSink(sink, rows),
};

/** Undefined where rows are written as text. */
export function objectSinkOf(target: ExportFormat): Open | undefined {
  return objectSinks[target];
}
