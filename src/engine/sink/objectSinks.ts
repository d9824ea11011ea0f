import type { ExportFormat } from '../../protocol/engine.ts';
import type { ObjectSink, ObjectRows } from './objectSink.ts';
import type { ByteSink } from './byteSink.ts';
import { isTypedTarget, typedFormatOf } from './typedFormats.ts';

type Open = (sink: ByteSink, rows: ObjectRows) => Promise<ObjectSink>;

/** Who writes a format from the values of rows: loaded when it is asked for. Undefined where rows are written as text. */
export function objectSinkOf(target: ExportFormat): Open | undefined {
  if (isTypedTarget(target))
    return async (sink, rows) => {
      const { typedSink } = await import('./typed/typedSink.ts');
      return typedSink(sink, rows, await typedFormatOf(target));
    };
  return target === 'xlsx'
    ? async (sink, rows) => (await import('./xlsx/xlsxSink.ts')).xlsxSink(sink, rows)
    : undefined;
}
