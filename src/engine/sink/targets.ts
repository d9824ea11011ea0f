import type { ExportFormat } from '../../protocol/engine.ts';
import type { FormatKind } from '../../protocol/formatOptions.ts';
import { commaSeparated, tabSeparated, type CsvStyle } from './csvCell.ts';
import { markdownEncoder } from './markdown.ts';
import type { BatchEncoder } from './rowSink.ts';

/** A format that an export writes. One entry each; nothing else asks which format it is. */
export interface TargetFormat {
  /** Endings of the names that ask for it. */
  readonly endings: readonly string[];
  /** What a file of such a name is read as; undefined where it is not read. */
  readonly of?: FormatKind;
  readonly rows: RowForm;
  /** What the help of the command says of it. */
  readonly note?: string;
}

/**
 * How rows are written: one JSON value a line; elements of one JSON array; rows of a delimited text. The workers do that.
 * In the other formats, rows depend on those before them, and are written in the engine's thread: from batches, or, where
 * a format is not one of text, from the values of rows by what `objectSinks.ts` has.
 */
export type RowForm =
  | { readonly as: 'lines' }
  | { readonly as: 'elements' }
  | { readonly as: 'table'; readonly style: CsvStyle }
  | { readonly as: 'batches'; readonly encoder: () => BatchEncoder }
  | { readonly as: 'objects' };

export const targetFormats: Readonly<Record<Exclude<ExportFormat, 'same'>, TargetFormat>> = {
  jsonl: { endings: ['.jsonl', '.ndjson'], of: 'jsonl', rows: { as: 'lines' } },
  csv: { endings: ['.csv'], of: 'csv', rows: { as: 'table', style: commaSeparated } },
  tsv: { endings: ['.tsv', '.tab'], of: 'csv', rows: { as: 'table', style: tabSeparated } },
  json: { endings: ['.json'], of: 'json', rows: { as: 'elements' }, note: 'one array' },
  md: {
    endings: ['.md', '.markdown'],
    rows: { as: 'batches', encoder: markdownEncoder },
    note: 'a Markdown table',
  },
  parquet: {
    endings: ['.parquet'],
    rows: { as: 'objects' },
    note: 'typed columns',
  },
  arrow: { endings: ['.arrow', '.feather'], rows: { as: 'objects' }, note: 'typed columns, as Feather' },
  xlsx: { endings: ['.xlsx'], rows: { as: 'objects' }, note: 'an Excel workbook' },
};

/** The style of a delimited text; undefined for the other formats. */
export function tableStyle(target: ExportFormat): CsvStyle | undefined {
  const rows = target === 'same' ? undefined : targetFormats[target].rows;
  return rows?.as === 'table' ? rows.style : undefined;
}

/** Undefined where workers write the rows. */
export function batchEncoderOf(target: ExportFormat): BatchEncoder | undefined {
  const rows = target === 'same' ? undefined : targetFormats[target].rows;
  return rows?.as === 'batches' ? rows.encoder() : undefined;
}

/** Whether a format is no text, and is written from the values of rows. */
export function rowsAreObjects(target: ExportFormat): boolean {
  return target !== 'same' && targetFormats[target].rows.as === 'objects';
}
