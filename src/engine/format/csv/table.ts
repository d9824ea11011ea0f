import { said, type Said } from '../../../said/said.ts';
import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { createPlainCsvScanner } from './csv.ts';
import type { CsvDialect } from './dialect.ts';
import { directedTable } from './directives.ts';
import { sniffDialect, type DialectHints, type SniffedDialect } from './sniff/sniff.ts';
import { csvBody } from './text.ts';

/** Where a table stands in a delimited text. */
export interface TablePlace {
  /** Offset of its first line, header included. */
  readonly start: number;
  /** Offset at which it ends; undefined where that is the end of the text. */
  readonly end: number | undefined;
  /** The line on which it begins, from 1 on. */
  readonly line: number;
}

/** A table of the text that is not read. */
export interface OtherTable {
  /** From 1 on. */
  readonly number: number;
  readonly line: number;
  /** How many records it has, if it ends within the head. */
  readonly records: number | undefined;
  readonly dialect: CsvDialect;
  /** Where its first record begins, in bytes. */
  readonly dataStart: number;
}

/** The table that is read, with the places of all tables that were recognised. */
export interface FoundTable extends Pick<SniffedDialect, 'dialect' | 'score' | 'cut'> {
  readonly areSentences?: boolean;
  readonly tables: readonly Omit<TablePlace, 'line'>[];
  /** What is NULL by what stands above the table. */
  readonly nulls?: readonly string[];
}

/**
 * Recognises the tables in the head of a delimited text, but for what the user says. Undefined where the head has no such
 * line as the table is said to begin on.
 */
export function findTable(
  head: Uint8Array,
  final: boolean,
  name: string,
  options: FormatOptions,
): FoundTable | undefined {
  const directed = directedTable(head, final, options);
  if (directed) return { ...directed, tables: [{ start: directed.dialect.tableStart, end: undefined }] };
  const { delimiter, quote, headerRows, firstLine } = options;
  const isBare = headerRows === 0;
  const {
    comment = isBare ? '' : undefined,
    table,
    tables = isBare && table === undefined ? 1 : Infinity,
  } = options;
  const hints: DialectHints = {
    name,
    atTop: isBare,
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    ...(headerRows !== undefined && { headerLines: headerRows }),
    ...(comment !== undefined && { comment }),
  };
  let first = sniffDialect(head, { final, hints });
  if (firstLine !== undefined) {
    const tableStart = lineStart(head, firstLine, first.dialect);
    if (tableStart === undefined) return undefined;
    first = sniffDialect(head, { final, hints: { ...hints, tableStart } });
  }
  const starts = [first.dialect.tableStart, ...first.tables.slice(0, tables - 1)];
  const places = starts.map((start, index) => ({
    start,
    end: index + 1 < starts.length ? first.ends[index] : undefined,
  }));
  const start = starts.at((table ?? 1) - 1);
  if (start === undefined || start === starts[0]) return { ...first, tables: places };
  // All tables are written alike: they were recognised by one reading.
  const { runs, escape, lineEnd, ...written } = first.dialect;
  const alike = {
    delimiter: written.delimiter,
    quote: written.quote,
    comment: written.comment,
    runs,
    escape,
    lineEnd,
  };
  const read = sniffDialect(head, { final, hints: { ...hints, ...alike, tableStart: start } });
  return { ...read, tables: places };
}

/** What is known of the tables but the one that is read, by the text's head. */
export function othersOf(
  head: Uint8Array,
  final: boolean,
  name: string,
  options: FormatOptions,
  places: readonly TablePlace[],
): OtherTable[] {
  const read = options.table ?? 1;
  return places.flatMap(({ line, end }, index): OtherTable[] => {
    const number = index + 1;
    if (number === read) return [];
    const found = findTable(head, final, name, { ...options, table: number });
    if (!found) return [];
    const { dialect } = found;
    const dataStart = csvBody(head, true, dialect)?.index ?? dialect.tableStart;
    const until = end ?? (final ? head.length : undefined);
    const records = until === undefined ? undefined : recordsIn(head, dataStart, until, dialect);
    return [{ number, line, records, dialect, dataStart }];
  });
}

function recordsIn(bytes: Uint8Array, from: number, until: number, dialect: CsvDialect): number {
  const scanner = createPlainCsvScanner(dialect);
  scanner.reserve(until).set(bytes.subarray(0, until));
  return scanner.scan({ length: until, offset: 0, from, until, final: true, fields: [] }).count;
}

/** Where a line begins, by its number from 1 on: past a byte-order mark. Undefined where the bytes have no such line. */
function lineStart(bytes: Uint8Array, line: number, { lineEnd }: CsvDialect): number | undefined {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let left = line - 1; left > 0; left--) {
    while (at < bytes.length && !endsLine(bytes, at, lineEnd)) at++;
    at++;
  }
  return at < bytes.length || line === 1 ? at : undefined;
}

export function countLineEnds(bytes: Uint8Array, { lineEnd }: CsvDialect): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) if (endsLine(bytes, at, lineEnd)) lines++;
  return lines;
}

/** Whether the byte at `at` is the last of a line. */
function endsLine(bytes: Uint8Array, at: number, lineEnd: CsvDialect['lineEnd']): boolean {
  return bytes[at] === 0x0a || (lineEnd === 'any' && bytes[at] === 0x0d && bytes[at + 1] !== 0x0a);
}

/** What is to be said of where the table is that is read. That there are others is told apart from it. */
export function describeTables(places: readonly TablePlace[], number: number): Said[] {
  const { line } = places[number - 1];
  if (number > 1) return [said`table ${number} of ${places.length}, from line ${line}`];
  return line > 1 ? [said`from line ${line}`] : [];
}
