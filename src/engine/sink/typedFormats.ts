import type { ExportFormat } from '../../protocol/engine.ts';
import type { TypedFormat } from './typed/typedFormat.ts';

/** Formats whose columns have types. */
export type TypedTarget = 'arrow' | 'parquet';

export function isTypedTarget(target: ExportFormat): target is TypedTarget {
  return target === 'arrow' || target === 'parquet';
}

/** Needed rarely and large, so each is loaded when it is asked for. */
export async function typedFormatOf(target: TypedTarget): Promise<TypedFormat> {
  switch (target) {
    case 'arrow':
      return (await import('./arrow/arrowFormat.ts')).arrowFormat;
    case 'parquet':
      return (await import('./parquet/parquetFormat.ts')).parquetFormat;
  }
}
