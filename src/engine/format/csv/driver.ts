import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { readSome } from '../../source/read.ts';
import { SourceError } from '../../source/source.ts';
import type { Format, FormatDriver, OpeningFile, Recognised } from '../driver.ts';
import { Kind } from '../record.ts';
import { createPlainCsvScanner } from './csv.ts';
import type { CsvDialect } from './dialect.ts';
import { describeDialect } from './dialectWords.ts';
import { createCsvFieldReader } from './fieldReader.ts';
import { recogniseReadings } from './recogniseReadings.ts';
import { quoteReach } from './row.ts';
import { createKernelCsvScanner, isKernelDialect } from './scanner.ts';
import { countLineEnds, describeTables, findTable, othersOf, type TablePlace } from './table.ts';
import { csvBody, csvFields, fieldText, unescapeCsv } from './text.ts';

export interface CsvSpec {
  readonly kind: 'csv';
  readonly dialect: CsvDialect;
}

const tableName = /\.(csv|tsv|tab|psv)$/;

/** Delimited text: CSV, TSV and what is written like them. */
export const delimitedText: FormatDriver<CsvSpec> = {
  kind: 'csv',
  options: [
    ...(['delimiter', 'quote', 'headerRows', 'firstLine', 'comment', 'tables', 'table'] as const),
    ...(['decimal', 'dates'] as const),
  ],
  recognise: ({ name }) => ({ by: tableName.test(name) ? 'name' : 'fallback' }),
  open: openTable,
  of: ({ dialect }) => asDelimited(dialect),
};

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
    described: ({ score, description, tables, dataStart, openReadings = [] }) => ({
      score: Number(score?.toFixed(3)),
      description,
      ...dialect,
      firstLine: tables?.places[tables.number - 1].line,
      dataStart,
      table: tables?.number,
      tables: tables?.places,
      undecided: openReadings,
    }),
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Recognises delimited text by the bytes that have been read of it, or more where those do not do. */
async function openTable(
  file: OpeningFile,
  options: FormatOptions,
  signal: AbortSignal,
): Promise<Recognised<CsvSpec>> {
  const { source, sample } = file;
  let { length, final } = file;
  let head = sample.subarray(0, length);
  let found = findTable(head, final, source.name, options);
  let body = found && csvBody(head, final, found.dialect);
  if (!found || found.cut || !body) {
    length += await readSome(source, sample.subarray(length), length, signal);
    final = length < sample.length;
    head = sample.subarray(0, length);
    found = findTable(head, final, source.name, options);
    if (!found) {
      const message = `${source.name} has no line ${options.firstLine ?? 0} that the table could begin on${final ? '' : ' in its first MiB'}.`;
      throw new SourceError('unsupported', message);
    }
    body = csvBody(head, true, found.dialect);
  }
  const { score, tables } = found;
  const dataStart = body?.index ?? found.dialect.tableStart;
  const linesBefore = (offset: number): number => countLineEnds(head.subarray(0, offset), found.dialect);
  const places = tables.map(({ start, end }): TablePlace => ({ start, end, line: linesBefore(start) + 1 }));
  const number = options.table ?? 1;
  const place = places.at(number - 1);
  if (place === undefined) {
    const seen = places.length === 1 ? 'one table was' : `${places.length} tables were`;
    throw new SourceError('unsupported', `${source.name}: there is no table ${number}, ${seen} recognised.`);
  }
  const table = head.subarray(0, place.end);
  const whole = final || place.end !== undefined;
  const { readings, open } = recogniseReadings(table, dataStart, whole, found.dialect, options);
  const dialect: CsvDialect = readings === undefined ? found.dialect : { ...found.dialect, readings };
  const before = number > 1 ? places[number - 2].end : undefined;
  const above = before && afterBlankLines(head, before);
  return {
    format: { kind: 'csv', dialect },
    dataStart,
    firstLine: linesBefore(dialect.tableStart) + (body?.lines ?? 0),
    description: [describeDialect(dialect), ...describeTables(places, number)].join(', '),
    score,
    lineEnd: lineEndOf(head),
    openReadings: open,
    end: place.end,
    ...(above !== undefined && { above: { start: above, line: linesBefore(above) } }),
    tables: { places, number, others: othersOf(head, final, source.name, options, places) },
  };
}

/** Past the blank lines that separate a table from the one before: they belong to neither. */
function afterBlankLines(head: Uint8Array, start: number): number {
  let at = start;
  while (head[at] === 0x0a || head[at] === 0x0d) at++;
  return at;
}

function lineEndOf(head: Uint8Array): '\n' | '\r\n' {
  let [feeds, returns] = [0, 0];
  for (let at = head.indexOf(0x0a); at !== -1; at = head.indexOf(0x0a, at + 1)) {
    feeds++;
    if (head[at - 1] === 0x0d) returns++;
  }
  return feeds === 0 || 2 * returns > feeds ? '\r\n' : '\n';
}
