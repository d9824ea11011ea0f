import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  isSpace,
} from '../../../ascii.ts';
import type { JsonRows } from './rows.ts';

/**
 * The first place at or after `from` where a row seems to begin, when nothing is known of the bytes before; `length` if
 * there is none. For members it is where the name begins.
 */
export type RowSeeker = (bytes: Uint8Array, from: number, length: number) => number;

/** The longest name that is looked back over, in bytes. */
const longestName = 4096;

/**
 * Looks for what the rows of a document begin with and what is between them. That is a guess: the same may be found
 * in a string, or deeper in a row. Rows that have nothing in common are not found, but for those that begin a line.
 */
export function createRowSeeker(rows: JsonRows): RowSeeker {
  const { layout } = rows;
  const opening = Buffer.from(rows.opening);
  const separator = rows.separator === undefined ? undefined : Buffer.from(rows.separator);
  const hasCommas = layout !== 'values' || rows.separator?.includes(',') === true;
  let bytes: Uint8Array = new Uint8Array(0);
  let from = 0;

  function backOverSpace(place: number): number {
    while (place > from && isSpace(bytes[place - 1])) place--;
    return place;
  }

  /** The byte before `place`, or -1 where it is not to be looked at. */
  function before(place: number): number {
    return place > from ? bytes[place - 1] : -1;
  }

  /** Where the row begins whose value is at `hit`, if a row can begin there. */
  function beginning(hit: number): number | undefined {
    if (layout !== 'members' && separator !== undefined) {
      const start = hit - separator.length;
      return start >= from && separator.equals(bytes.subarray(start, hit)) ? hit : undefined;
    }
    const begin = layout === 'members' ? nameBefore(hit) : hit;
    if (begin === undefined) return undefined;
    return endsRow(before(backOverSpace(begin))) ? begin : undefined;
  }

  /** Where the name begins whose value is at `hit`. */
  function nameBefore(hit: number): number | undefined {
    const colonAt = backOverSpace(hit) - 1;
    if (bytes[colonAt] !== colon) return undefined;
    const end = backOverSpace(colonAt) - 1;
    if (end <= from || bytes[end] !== quote) return undefined;
    for (let place = end - 1; place >= Math.max(from, end - longestName); place--) {
      if (bytes[place] === quote && bytes[place - 1] !== backslash) return place;
    }
    return undefined;
  }

  /** Lines that begin with a bracket, after one that ends a row. */
  function atLineStart(hit: number): boolean {
    const place = backOverSpace(hit);
    if (!bytes.subarray(place, hit).includes(lineFeed)) return false;
    return endsRow(before(place));
  }

  /** Whether a byte is what stands before a row, but for blanks. */
  function endsRow(byte: number): boolean {
    return hasCommas ? byte === comma : byte === closeBrace || byte === closeBracket;
  }

  return (buffer, start, length) => {
    bytes = buffer;
    from = start;
    const text = Buffer.from(buffer.buffer, buffer.byteOffset, length);
    if (opening.length > 0) {
      for (let hit = text.indexOf(opening, from); hit !== -1; hit = text.indexOf(opening, hit + 1)) {
        const begin = beginning(hit);
        if (begin !== undefined) return begin;
      }
      return length;
    }
    if (layout === 'members') return length;
    for (let feed = text.indexOf(lineFeed, from); feed !== -1; feed = text.indexOf(lineFeed, feed + 1)) {
      let hit = feed + 1;
      while (hit < length && isSpace(bytes[hit])) hit++;
      const opens = bytes[hit] === openBrace || bytes[hit] === openBracket;
      if (hit < length && opens && atLineStart(hit)) return hit;
    }
    return length;
  };
}
