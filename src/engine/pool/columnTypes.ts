import type { ColumnType } from '../../protocol/file.ts';
import { Kind } from '../format/record.ts';

/** What is known of a column's type once a value of type `seen` was found in it. */
export function mergedType(known: ColumnType, seen: ColumnType): ColumnType {
  if (seen === 'unknown' || seen === known) return known;
  return known === 'unknown' ? seen : 'mixed';
}

/** The type that a value of a JSON record gives its column; null and missing ones say nothing. */
export function typeOfKind(kind: number): ColumnType {
  switch (kind) {
    case Kind.False:
    case Kind.True:
      return 'boolean';
    case Kind.Number:
      return 'number';
    case Kind.Text:
    case Kind.EscapedText:
    case Kind.OddText:
      return 'text';
    case Kind.List:
      return 'list';
    case Kind.Object:
      return 'object';
    default:
      return 'unknown';
  }
}
