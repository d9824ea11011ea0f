import { isReadable } from '../fault.ts';
import type { FormatOptions } from '../../protocol/engine.ts';
import { csvBody } from '../format/csv/text.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { describeDialect } from '../format/csv/dialectWords.ts';
import { recogniseReadings, type OpenReading } from '../format/csv/recogniseReadings.ts';
import { JsonFields, type FieldPath } from '../format/json/fields.ts';
import { createPlainJsonlScanner, markLength } from '../format/json/lines.ts';
import { sniffDialect } from '../format/csv/sniff/sniff.ts';
import { findRows } from '../format/json/document/find.ts';
import { readSome } from '../source/read.ts';
import { SourceError, type Source } from '../source/source.ts';
import type { FormatSpec } from '../pool/task.ts';
import { kindOf, type FormatKind, type RecognisedKind } from './formatKind.ts';

/** How a file is to be read, recognised from its name and its first bytes. */
export interface Recognised {
  readonly format: FormatSpec;
  /** Where the first record begins, in bytes, and on which line, 0-based. */
  readonly dataStart: number;
  readonly firstLine: number;
  /** In words, for the status bar. */
  readonly description: string;
  /** How well the head of a delimited text reads so, 0 to 1; undefined for the other formats. */
  readonly score?: number;
  /** CSV: how most of its lines end. */
  readonly lineEnd?: '\n' | '\r\n';
  /** CSV: the columns whose cells can be read in two ways, and are read as text. */
  readonly openReadings?: readonly OpenReading[];
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
  let length = await readSome(source, sample.subarray(0, firstSample), 0, signal);
  let final = length < firstSample;
  let head = sample.subarray(0, length);
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

  const hints = {
    name: source.name,
    ...(options.delimiter !== undefined && { delimiter: options.delimiter }),
    ...(options.quote !== undefined && { quote: options.quote }),
    ...(options.header !== undefined && { headerLines: options.header ? 1 : 0 }),
  };
  let sniffed = sniffDialect(head, { final, hints });
  let body = csvBody(head, final, sniffed.dialect);
  if (sniffed.cut || !body) {
    length += await readSome(source, sample.subarray(length), length, signal);
    final = length < largeSample;
    head = sample.subarray(0, length);
    sniffed = sniffDialect(head, { final, hints });
    body = csvBody(head, true, sniffed.dialect);
  }
  const { score, tables } = sniffed;
  const dataStart = body?.index ?? sniffed.dialect.tableStart;
  const { readings, open } = recogniseReadings(head, dataStart, final, sniffed.dialect, options);
  const dialect: CsvDialect = readings === undefined ? sniffed.dialect : { ...sniffed.dialect, readings };
  const linesBefore = (offset: number): number => countLineEnds(head.subarray(0, offset), dialect);
  const other = tables.at(0);
  return {
    format: { kind: 'csv', dialect },
    dataStart,
    firstLine: linesBefore(dialect.tableStart) + (body?.lines ?? 0),
    description:
      other === undefined
        ? describeDialect(dialect)
        : `${describeDialect(dialect)}, another table from line ${linesBefore(other) + 1}`,
    score,
    lineEnd: lineEndOf(head),
    openReadings: open,
  };
}

/** Who says how a delimited text is written, or where a document's rows are, says what the text is. */
function saidKind({ format, rows, ...table }: FormatOptions): FormatKind | undefined {
  if (format !== undefined) return format;
  if (rows !== undefined) return 'json';
  const { delimiter, quote, header } = table;
  return [delimiter, quote, header].some((one) => one !== undefined) ? 'csv' : undefined;
}

function countLineEnds(bytes: Uint8Array, { lineEnd }: CsvDialect): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x0a) lines++;
    else if (lineEnd === 'any' && bytes[at] === 0x0d && bytes[at + 1] !== 0x0a) lines++;
  }
  return lines;
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
