import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { listed, said } from '../../../said/said.ts';
import { readSome } from '../../source/read.ts';
import { SourceError } from '../../source/source.ts';
import type { OpeningFile, Recognised } from '../driver.ts';
import type { CsvDialect, CsvSpec } from './dialect.ts';
import { dumpedNull } from './nullTexts.ts';
import { describeDialect } from './dialectWords.ts';
import { hasDumpedNull, nullsOf } from './nulls.ts';
import { recogniseReadings } from './recogniseReadings.ts';
import { countLineEnds, describeTables, findTable, othersOf, type TablePlace } from './table.ts';
import { csvBody } from './text.ts';

/** Recognises delimited text by the bytes that have been read of it, or more where those do not do. */
export async function openTable(
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
      const line = options.firstLine ?? 0;
      const message = final
        ? said`${source.name} has no line ${line} that the table could begin on.`
        : said`${source.name} has no line ${line} that the table could begin on in its first MiB.`;
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
    const message =
      places.length === 1
        ? said`${source.name}: there is no table ${number}, one table was recognised.`
        : said`${source.name}: there is no table ${number}, ${places.length} tables were recognised.`;
    throw new SourceError('unsupported', message);
  }
  const table = head.subarray(0, place.end);
  const whole = final || place.end !== undefined;
  const isDumped = hasDumpedNull(table, dataStart, whole, found.dialect);
  const written = { ...found.dialect, nulls: nullsOf(options.nulls, found.nulls) };
  // A file in which it does not stand is not said to have it.
  const nulls = written.nulls.filter((text) => text !== dumpedNull || isDumped);
  const { readings, open } = recogniseReadings(table, dataStart, whole, written, options);
  const dialect: CsvDialect = readings === undefined ? written : { ...written, readings };
  const before = number > 1 ? places[number - 2].end : undefined;
  const above = before && afterBlankLines(head, before);
  return {
    format: { kind: 'csv', dialect },
    dataStart,
    firstLine: linesBefore(dialect.tableStart) + (body?.lines ?? 0),
    description: listed([describeDialect({ ...dialect, nulls }), ...describeTables(places, number)]),
    score,
    areSentences: found.areSentences,
    nulls,
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
