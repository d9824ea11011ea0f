import { english } from '../../../said/said.ts';
import type { FileHead, Format, FormatDriver } from '../driver.ts';
import { isSurelyJson } from '../headLines.ts';
import { Kind } from '../record.ts';
import { createPlainCsvScanner } from './csv.ts';
import type { CsvDialect, CsvSpec } from './dialect.ts';
import { createCsvFieldReader } from './fieldReader.ts';
import { quoteReach } from './row.ts';
import { beginsWithDirectives } from './directives.ts';
import { createKernelCsvScanner, isKernelDialect } from './scanner.ts';
import { csvFields, fieldText, unescapeCsv } from './text.ts';

const tableName = /\.(csv|tsv|tab|psv)$/;

/** Delimited text: CSV, TSV and what is written like them. */
export const delimitedText: FormatDriver<CsvSpec> = {
  kind: 'csv',
  options: [
    ...(['delimiter', 'quote', 'headerRows', 'firstLine', 'comment', 'nulls', 'tables', 'table'] as const),
    ...(['decimal', 'dates'] as const),
  ],
  recognise: (head) => ({
    by: isNamedTable(head) ? 'name' : beginsWithDirectives(head.text) ? 'content' : 'fallback',
  }),
  async open(file, options, signal) {
    const { openTable } = await import('./open.ts');
    return openTable(file, options, signal);
  },
  of: ({ dialect }) => asDelimited(dialect),
};

function isNamedTable({ name, text }: FileHead): boolean {
  return tableName.test(name) && !isSurelyJson(text);
}

function asDelimited(dialect: CsvDialect): Format {
  return {
    kind: 'csv',
    scanner: () =>
      isKernelDialect(dialect) ? createKernelCsvScanner(dialect) : createPlainCsvScanner(dialect),
    layout: { names: 'columns', ...dialect },
    unescaped: (bytes) => unescapeCsv(decoder.decode(bytes), dialect),
    numbersInText: true,
    records: 'lines',
    lineEnd: dialect.lineEnd,
    fields: () => createCsvFieldReader(dialect),
    detail: (record) =>
      csvFields(record, dialect).map(({ kind, start, end }, i) => ({
        name: dialect.columns.at(i) ?? `column${i + 1}`,
        value: kind === Kind.Null ? null : fieldText(record, kind, start, end, dialect),
      })),
    dialect,
    readBy: 'csv',
    // A quote is looked for that closes a field.
    reach: dialect.quote === '' ? 0 : quoteReach,
    described: ({ score, description, tables, dataStart, openReadings = [], mixedReadings = [] }) => ({
      score: Number(score?.toFixed(3)),
      description: english(description),
      ...dialect,
      firstLine: tables?.places[tables.number - 1].line,
      dataStart,
      table: tables?.number,
      tables: tables?.places,
      undecided: openReadings,
      ...(mixedReadings.length > 0 && { mixed: mixedReadings }),
    }),
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
