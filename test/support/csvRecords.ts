import { Fault } from '../../src/engine/fault.ts';
import type { CsvDialect } from '../../src/engine/format/csv/dialect.ts';
import { csvFields, fieldText } from '../../src/engine/format/csv/text.ts';
import { Kind, type Scanner } from '../../src/engine/format/record.ts';
import { scanAll } from './blocks.ts';

/** What a test compares of a record. Positions are in the whole text. */
export interface SeenRow {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly fault: string;
  readonly faultAt: number;
  /** Of the columns asked for: undefined where missing, null where null. */
  readonly cells: readonly (string | null | undefined)[];
  readonly numbers: readonly (number | undefined)[];
}

export const plainDialect: CsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  comment: '',
  lineEnd: 'lf',
  headerLines: 0,
  tableStart: 0,
  columns: [],
};

const faultNames = new Map<number, string>(Object.entries(Fault).map(([name, code]) => [code, name]));

/** Reads a text in blocks of `blockSize` bytes, and the first `width` columns of it. */
export function readRows(
  scanner: Scanner,
  text: Uint8Array,
  dialect: CsvDialect,
  width: number,
  blockSize = text.length,
  readAhead = 1,
): SeenRow[] {
  const fields = Array.from({ length: width }, (_, column) => ({ path: [column], numeric: true }));
  const splits = Array.from({ length: Math.floor(text.length / blockSize) }, (_, n) => n * blockSize);
  return scanAll(scanner, text, fields, { splits, readAhead }).records.map((record) => ({
    start: record.start,
    end: record.end,
    line: record.line,
    fault: faultNames.get(record.fault) ?? '?',
    faultAt: record.faultAt,
    cells: record.fields.map(({ kind, start, end }) => cell(text, kind, start, end, dialect)),
    numbers: record.fields.map(({ number }) => number),
  }));
}

/** The texts of all fields of a record. */
export function cellsOf(record: Uint8Array, dialect: CsvDialect): (string | null | undefined)[] {
  return csvFields(record, dialect).map(({ kind, start, end }) => cell(record, kind, start, end, dialect));
}

function cell(bytes: Uint8Array, kind: number, start: number, end: number, dialect: CsvDialect) {
  if (kind === Kind.Missing) return undefined;
  return kind === Kind.Null ? null : fieldText(bytes, kind, start, end, dialect);
}
