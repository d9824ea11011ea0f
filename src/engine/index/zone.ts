import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';

/**
 * The range of a column's values in one block: a condition that lies outside it cannot hold there, so the block need
 * not be read ("small materialized aggregates", Moerkotte 1998; "zone maps" in other systems). Gathered while a
 * filter on the column scans the block anyway.
 */
export type Zone =
  | { readonly kind: 'number'; readonly low: number; readonly high: number }
  /** UTF-8, compared by bytes. */
  | { readonly kind: 'text'; readonly low: Uint8Array; readonly high: Uint8Array }
  /** No value at all: nothing but NULL. */
  | { readonly kind: 'empty' }
  /** Values of more than one kind, or too long to be kept: says nothing. */
  | { readonly kind: 'mixed' };

/** What a condition demands of a column's values; both bounds included. */
export type ZoneBounds =
  | { readonly kind: 'number'; readonly low: number; readonly high: number }
  | { readonly kind: 'text'; readonly low: string | undefined; readonly high: string | undefined };

/** Texts longer than this are not kept as bounds. Timestamps, codes and identifiers are shorter. */
const longestText = 64;

const mixed: Zone = { kind: 'mixed' };
const empty: Zone = { kind: 'empty' };

/** The zone of a field of a block, for conditions of a kind. */
export function zoneOf(block: RecordBlock, field: FieldColumn, kind: ZoneBounds['kind']): Zone {
  return kind === 'number' ? numberZone(block, field) : textZone(block, field);
}

function numberZone({ count }: RecordBlock, field: FieldColumn): Zone {
  const bounds = field.ranges?.numbers();
  if (bounds === 'none') return empty;
  if (bounds === 'mixed') return mixed;
  if (bounds) return { kind: 'number', ...bounds };
  const { kinds, numbers } = field;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = numbers[i];
    if (value < low) low = value;
    if (value > high) high = value;
    // A text may read as a number, and a long number has no exact double: both may match unseen.
    if (Number.isNaN(value) && kinds[i] > Kind.Null) return mixed;
  }
  return low > high ? empty : { kind: 'number', low, high };
}

function textZone(block: RecordBlock, field: FieldColumn): Zone {
  const bounds = field.ranges?.texts(longestText) ?? textBounds(block, field);
  if (bounds === 'none') return empty;
  if (bounds === 'mixed') return mixed;
  const textOf = (record: number): Uint8Array => block.bytes.slice(field.starts[record], field.ends[record]);
  return { kind: 'text', low: textOf(bounds.low), high: textOf(bounds.high) };
}

/** As `ColumnRanges.texts`. */
function textBounds(
  { bytes, count }: RecordBlock,
  { kinds, starts, ends }: FieldColumn,
): { low: number; high: number } | 'none' | 'mixed' {
  let low = -1;
  let high = -1;
  // Most texts are told from the bounds by their first byte.
  let lowFirst = 256;
  let highFirst = -1;
  for (let i = 0; i < count; i++) {
    if (kinds[i] <= Kind.Null) continue;
    const start = starts[i];
    const end = ends[i];
    if (kinds[i] !== Kind.Text || end - start > longestText) return 'mixed';
    const first = start < end ? bytes[start] : -1;
    if (first > lowFirst && first < highFirst) continue;
    if (low < 0 || compareRanges(bytes, start, end, starts[low], ends[low]) < 0) {
      low = i;
      lowFirst = first;
    }
    if (high < 0 || compareRanges(bytes, start, end, starts[high], ends[high]) > 0) {
      high = i;
      highFirst = first;
    }
  }
  return low < 0 ? 'none' : { low, high };
}

function compareRanges(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const length = Math.min(aEnd - a, bEnd - b);
  for (let i = 0; i < length; i++) {
    const difference = bytes[a + i] - bytes[b + i];
    if (difference !== 0) return difference;
  }
  return aEnd - a - (bEnd - b);
}

/** Whether no value of the zone can meet the bounds. */
export function excludes(zone: Zone, bounds: ZoneBounds): boolean {
  if (zone.kind === 'empty') return true;
  if (zone.kind === 'number') {
    return bounds.kind === 'number' && (bounds.high < zone.low || bounds.low > zone.high);
  }
  if (zone.kind !== 'text' || bounds.kind !== 'text') return false;
  const below = bounds.high !== undefined && Buffer.compare(Buffer.from(bounds.high), zone.low) < 0;
  return below || (bounds.low !== undefined && Buffer.compare(Buffer.from(bounds.low), zone.high) > 0);
}
