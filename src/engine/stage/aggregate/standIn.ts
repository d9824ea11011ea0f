import { createHash } from 'node:crypto';
import { backslash } from '../../ascii.ts';
import { Kind } from '../../format/record.ts';
import { JsonList, JsonObject } from '../../query/value/json.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { writeKey } from '../held/key.ts';
import { valueOf, type Cell, type FieldVector } from '../vector.ts';

/** A value of more than this (UTF-16 units of a text, bytes of another value's key) is known by its digest. */
const longest = 64 * 1024;

/** A key takes at most so many times the bytes of its JSON text: a digit and a comma become ten bytes. */
const keyGrowth = 6;

/** What a digest begins with; a text that begins so gets one more before it, so that no two values have one stand-in. */
const mark = '\0';

/** Where it only counts which values are equal: the cell, or a short text that stands for its long value. */
export function standIn(cell: Cell): Cell {
  const value = valueOf(cell);
  if (typeof value === 'string') {
    if (value.length > longest) return digest(value);
    return value.startsWith(mark) ? mark + value : cell;
  }
  if (value instanceof JsonObject || value instanceof JsonList) {
    // Equal values may be written in texts of different lengths, but they have one key.
    if (value.text !== undefined && value.text.length * keyGrowth <= longest) return cell;
    const key = new ByteWriter();
    writeKey(key, value);
    return key.length > longest ? digest(key.view()) : cell;
  }
  return cell;
}

/** Whether a value of the selected rows may have another stand-in than itself. */
export function hasStandIns({ selection, count }: Batch, { bytes, column }: FieldVector): boolean {
  for (let i = 0; i < count; i++) if (isStoodFor(bytes, column, selection[i])) return true;
  return false;
}

/** Whether a value may have another stand-in than itself. */
export function isStoodFor(
  bytes: Uint8Array,
  { kinds, starts, ends }: Pick<FieldVector['column'], 'kinds' | 'starts' | 'ends'>,
  row: number,
): boolean {
  switch (kinds[row]) {
    case Kind.Text:
    case Kind.EscapedText: {
      const first = bytes[starts[row]];
      return ends[row] - starts[row] > longest || first === 0 || first === backslash;
    }
    case Kind.List:
    case Kind.Object:
      return (ends[row] - starts[row]) * keyGrowth > longest;
    default:
      return false;
  }
}

function digest(content: string | Uint8Array): string {
  const kind = typeof content === 'string' ? 't' : 'k';
  return `${mark}${kind}${createHash('sha256').update(content).digest('base64')}`;
}
