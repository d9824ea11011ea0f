import { backslash } from '../../ascii.ts';
import type { CsvDialect } from './dialect.ts';
import { dumpedNull, type Texts } from './nullTexts.ts';
import { createCsvRowReader } from './row.ts';
import { Kind, type FieldColumn, type FieldRequest } from '../record.ts';

/** What is needed of a `FieldColumn`. */
type NullableColumn = Pick<FieldColumn, 'kinds' | 'starts' | 'ends' | 'numbers'>;

/** Makes NULL of the fields that are written as the dialect writes NULL, and leaves them without a text as empty ones are. */
export function readNulls(
  { bytes, fields }: { readonly bytes: Uint8Array; readonly fields: readonly NullableColumn[] },
  requests: readonly FieldRequest[],
  nulls: Texts,
  { quote }: CsvDialect,
): void {
  const quoteCode = quote === '' ? -1 : quote.charCodeAt(0);
  for (const [index, { path }] of requests.entries()) {
    if (typeof path[0] !== 'number') continue;
    const { kinds, starts, ends, numbers } = fields[index];
    for (let record = 0; record < kinds.length; record++) {
      if (kinds[record] !== Kind.Text || !nulls.has(bytes, starts[record], ends[record])) continue;
      if (bytes[starts[record] - 1] === quoteCode) continue;
      kinds[record] = Kind.Null;
      ends[record] = starts[record];
      if (record < numbers.length) numbers[record] = NaN;
    }
  }
}

/**
 * What is NULL besides empty fields, by what the user says; an empty list says that nothing is.
 * @param found what the file says
 */
export function nullsOf(told: CsvDialect['nulls'], found: readonly string[] = []): readonly string[] {
  return told?.length === 0 ? [] : [...new Set([dumpedNull, ...found, ...(told ?? [])])];
}

/** Whether a field in the rows of `head[from, ...)` is NULL as databases write it. */
export function hasDumpedNull(head: Uint8Array, from: number, final: boolean, dialect: CsvDialect): boolean {
  if (!Buffer.from(head.buffer, head.byteOffset, head.length).includes(dumpedNull, from)) return false;
  const reader = createCsvRowReader({ ...dialect, nulls: [dumpedNull] });
  const { row } = reader;
  reader.begin(head, final);
  for (let at = from; at < head.length; at = row.next) {
    const read = reader.read(at);
    if (read === 'incomplete') break;
    if (read === 'skipped') continue;
    for (let field = 0; field < row.count; field++) {
      if (row.kinds[field] === Kind.Null && head[row.places[field]] === backslash) return true;
    }
  }
  return false;
}
