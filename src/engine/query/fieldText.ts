import { unescapeCsv } from '../format/csv/text.ts';
import type { CsvDialect } from '../format/csv/dialect.ts';
import { Kind, type FieldColumn } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { numberOf } from './value/decimal.ts';
import { JsonList, JsonObject, unescapeJson } from './value/json.ts';
import type { Value } from './value/value.ts';

/** How the format writes text that is not its own bytes. */
export type Unescape = (raw: string) => string;

/** JSON strings. */
export const jsonUnescape: Unescape = unescapeJson;

/** Quoted CSV fields. */
export function csvUnescape(dialect: Pick<CsvDialect, 'delimiter' | 'quote' | 'escape'>): Unescape {
  return (raw) => unescapeCsv(raw, dialect);
}

export function unescapeOf(layout: Layout): Unescape {
  return layout.names === 'paths' ? jsonUnescape : csvUnescape(layout);
}

/** A Buffer over the same memory; kept for the last array asked for. */
export function bufferOver(bytes: Uint8Array): Buffer {
  if (last?.bytes !== bytes || last.memory !== bytes.buffer) {
    last = {
      bytes,
      memory: bytes.buffer,
      buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    };
  }
  return last.buffer;
}

let last: { bytes: Uint8Array; memory: ArrayBufferLike; buffer: Buffer } | undefined;

/** The text of a field whose kind is Text or EscapedText. */
export function fieldText(
  bytes: Uint8Array,
  column: FieldColumn,
  record: number,
  unescape: Unescape,
): string {
  const raw = rawText(bytes, column, record);
  return column.kinds[record] === Kind.EscapedText ? unescape(raw) : raw;
}

/** The field's bytes as text, nothing undone. */
export function rawText(bytes: Uint8Array, column: FieldColumn, record: number): string {
  return bufferOver(bytes).toString('utf8', column.starts[record], column.ends[record]);
}

/** The value of a field. */
export function fieldValue(
  bytes: Uint8Array,
  column: FieldColumn,
  record: number,
  unescape: Unescape,
): Value {
  switch (column.kinds[record]) {
    case Kind.False:
      return false;
    case Kind.True:
      return true;
    case Kind.Number: {
      const known = column.numbers.length === 0 ? NaN : column.numbers[record];
      return Number.isNaN(known) ? numberOf(rawText(bytes, column, record)) : known;
    }
    case Kind.Text:
    case Kind.IllFormedText:
      return rawText(bytes, column, record);
    case Kind.EscapedText:
      return unescape(rawText(bytes, column, record));
    case Kind.List:
      return new JsonList(rawText(bytes, column, record));
    case Kind.Object:
      return new JsonObject(rawText(bytes, column, record));
    default:
      return null;
  }
}
