import { isReadable } from '../fault.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { csvBody } from '../format/csv/text.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { describeDialect } from '../format/csv/dialectWords.ts';
import type { OpenReading } from '../format/csv/openReading.ts';
import { recogniseReadings } from '../format/csv/recogniseReadings.ts';
import { JsonFields, type FieldPath } from '../format/json/fields.ts';
import { createPlainJsonlScanner, markLength } from '../format/json/lines.ts';
import { findRows } from '../format/json/document/find.ts';
import { readSome } from '../source/read.ts';
import { SourceError, type Source } from '../source/source.ts';
import type { FormatSpec } from '../pool/task.ts';
import { countLineEnds, describeTables, findTable, type TablePlace } from './table.ts';
import { kindOf, type FormatKind, type RecognisedKind } from './formatKind.ts';

/** How a file is to be read, recognised from its name and its first bytes. */
export interface Recognised {
  readonly format: FormatSpec;
  /** Where the first record begins, in bytes, and on which line, 0-based. */
  readonly dataStart: number;
  readonly firstLine: number;
  /** Where the records end, in bytes, if others follow that are not read. */
  readonly end?: number | undefined;
  /** Where what stands above the records begins, if not with the file: in bytes, and on which line, 0-based. */
  readonly above?: { readonly start: number; readonly line: number };
  /** In words, for the status bar. */
  readonly description: string;
  /** How well the head of a delimited text reads so, 0 to 1; undefined for the other formats. */
  readonly score?: number;
  /** CSV: how most of its lines end. */
  readonly lineEnd?: '\n' | '\r\n';
  /** CSV: the columns whose cells can be read in two ways, and are read as text. */
  readonly openReadings?: readonly OpenReading[];
  /** CSV: the tables of the file, and which of them is read, from 1 on. */
  readonly tables?: { readonly places: readonly TablePlace[]; readonly number: number };
  /** JSON Lines: the paths that the records hold that were looked at. */
  readonly paths?: readonly FieldPath[];
}

/** Enough for the formats, and for nearly every dialect. */
const firstSample = 64 * 1024;
/** A CSV whose header, preamble or first records do not fit the first sample is looked at again. */
const largeSample = 1024 * 1024;

/** @throws SourceError */
export async function recognise(
  source: Source,
  options: FormatOptions,
  signal: AbortSignal,
): Promise<Recognised> {
  const sample = new Uint8Array(largeSample);
  const length = await readSome(source, sample.subarray(0, firstSample), 0, signal);
  const final = length < firstSample;
  const head = sample.subarray(0, length);
  const said = saidKind(options);
  const { kind, rows: foundRows }: RecognisedKind =
    said === undefined ? kindOf(source.name, head, final) : { kind: said };
  if (kind === 'jsonl') {
    const paths = pathsIn(head, final);
    const dataStart = markLength(head, 0, 0);
    return { format: { kind }, dataStart, firstLine: 0, description: 'JSON Lines', paths };
  }
  if (kind === 'json') {
    const found = await findRows(source, options.rows ?? foundRows, signal);
    if (!found.rows) throw new SourceError('unsupported', `${source.name}: ${found.reason}`);
    const { rows } = found;
    return {
      format: { kind, rows },
      dataStart: rows.start,
      firstLine: rows.line,
      description: `JSON, rows ${rows.path}`,
    };
  }

  return recogniseTable(source, options, { sample, length, final }, signal);
}

/** Recognises delimited text by the bytes that have been read of it, or more where those do not do. */
async function recogniseTable(
  source: Source,
  options: FormatOptions,
  read: { readonly sample: Uint8Array; readonly length: number; readonly final: boolean },
  signal: AbortSignal,
): Promise<Recognised> {
  const { sample } = read;
  let { length, final } = read;
  let head = sample.subarray(0, length);
  let found = findTable(head, final, source.name, options);
  let body = found && csvBody(head, final, found.dialect);
  if (!found || found.cut || !body) {
    length += await readSome(source, sample.subarray(length), length, signal);
    final = length < largeSample;
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
  const above = number > 1 ? places[number - 2].end : undefined;
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
    tables: { places, number },
  };
}

/** Who says how a delimited text is written, or where a document's rows are, says what the text is. */
function saidKind({ format, rows, ...table }: FormatOptions): FormatKind | undefined {
  if (format !== undefined) return format;
  if (rows !== undefined) return 'json';
  const { delimiter, quote, headerRows, firstLine, comment, tables, table: number, decimal, dates } = table;
  const said = [delimiter, quote, headerRows, firstLine, comment, tables, number, decimal, dates];
  return said.some((one) => one !== undefined) ? 'csv' : undefined;
}

function lineEndOf(head: Uint8Array): '\n' | '\r\n' {
  let [feeds, returns] = [0, 0];
  for (let at = head.indexOf(0x0a); at !== -1; at = head.indexOf(0x0a, at + 1)) {
    feeds++;
    if (head[at - 1] === 0x0d) returns++;
  }
  return feeds === 0 || 2 * returns > feeds ? '\r\n' : '\n';
}

/** What the whole records of the head hold. */
function pathsIn(head: Uint8Array, final: boolean): readonly FieldPath[] {
  const scanner = createPlainJsonlScanner();
  scanner.reserve(head.length).set(head);
  const { length } = head;
  const until = final ? length : head.lastIndexOf(0x0a) + 1;
  const block = scanner.scan({ length, offset: 0, from: 0, until, final, fields: [] });
  const fields = new JsonFields();
  for (let record = 0; record < block.count; record++) {
    if (!isReadable(block.faults[record])) continue;
    fields.read(block.bytes, block.starts[record], block.ends[record]);
  }
  return fields.paths();
}
