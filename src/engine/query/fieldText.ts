import { minus, zero } from '../ascii.ts';
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

/** Digits of a whole number that a double always holds. */
const exactDigits = 15;

/**
 * The whole number that the bytes of a field are, where they are written as the engine writes it; else NaN. Most numbers
 * are, and need no text.
 */
export function plainWhole(bytes: Uint8Array, { starts, ends }: FieldColumn, record: number): number {
  const start = starts[record];
  const end = ends[record];
  const isNegative = bytes[start] === minus;
  let at = isNegative ? start + 1 : start;
  const digits = end - at;
  if (digits < 1 || digits > exactDigits) return Number.NaN;
  if (bytes[at] === zero) return digits === 1 && !isNegative ? 0 : Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
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
      if (!Number.isNaN(known)) return known;
      const whole = plainWhole(bytes, column, record);
      return Number.isNaN(whole) ? numberOf(rawText(bytes, column, record)) : whole;
    }
    case Kind.Text:
    case Kind.OddText:
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
