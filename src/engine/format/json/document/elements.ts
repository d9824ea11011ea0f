import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  slash,
  space,
  star,
  isSpace,
} from '../../../ascii.ts';
import { GrowingList } from '../../growingList.ts';
import { maxDepth, type RecordsEnd } from '../../record.ts';
import {
  classes,
  closing,
  escaping,
  followsString,
  opening,
  plain,
  quoted,
  textClasses,
} from '../classes.ts';
import { createRowSeeker } from './rowSeeker.ts';
import type { JsonRows } from './rows.ts';

/** Where the rows of a document are in a buffer. All arrays are the finder's own, void when it is used again. */
export interface Elements {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Members: the row's name, without its quotes. */
  readonly nameStarts: Uint32Array;
  readonly nameEnds: Uint32Array;
  /** Line feeds in strings, where none may be; some may be listed twice, or be in no string after all. */
  readonly feedsInText: readonly number[];
  /** Rows that are not as JSON has it, as far as brackets and quotes show. */
  readonly broken: number;
  /** Where the row after the last one begins, or its name; where that is incomplete as well. */
  readonly next: number;
  /** `incomplete`: the last row runs on past the bytes. `ended`: there are no more rows, whatever else there is. */
  readonly state: 'more' | 'incomplete' | 'ended';
  /** Where the rows end, if they have: for rows in a list or an object. */
  readonly end: RowsEnd | undefined;
}

export interface RowsEnd extends RecordsEnd {
  /** Whether the bytes ended before the last row, or what comes after it, was told to be whole. */
  readonly inRow: boolean;
}

export interface ElementTask {
  readonly from: number;
  readonly until: number;
  readonly length: number;
  readonly final: boolean;
}

/**
 * Finds the rows that begin in [from, until), `from` being where one can begin. Comments, where they are allowed, are
 * made blanks in the buffer, and so are trailing commas.
 */
export type ElementFinder = (bytes: Uint8Array, task: ElementTask) => Elements;

/** What reading comes to: all there, cut off by the end of the bytes, or not as JSON has it. */
type Reading = 'whole' | 'cut' | 'broken';

/**
 * Finds where rows begin and end by brackets, quotes and commas alone; what is between them is left to the reader. The
 * brackets of a row must match, and a string must be followed by what can follow one; where that is not so the row is
 * broken, and ends before the next place that looks like a row's beginning.
 */
export function createElementFinder(rows: JsonRows): ElementFinder {
  const { layout, comments } = rows;
  const closer = layout === 'elements' ? closeBracket : layout === 'members' ? closeBrace : -1;
  const seekRow = createRowSeeker(rows);
  const usual = Buffer.from(rows.opening);
  const brackets = new GrowingList();
  const starts = new GrowingList();
  const ends = new GrowingList();
  const nameStarts = new GrowingList();
  const nameEnds = new GrowingList();
  let feedsInText: number[] = [];
  let broken = 0;

  let bytes: Uint8Array = new Uint8Array(0);
  let length = 0;
  let final = false;
  let at = 0;
  let rowStart = 0;
  /** Where the string begins that was read last: what is broken is no earlier. */
  let lastString = 0;

  /** Goes on to what is no space and no comment. */
  function skipGap(): Reading {
    for (;;) {
      while (at < length && (isSpace(bytes[at]) || (bytes[at] === recordSeparator && layout === 'values')))
        at++;
      if (at >= length) return 'cut';
      if (!comments || bytes[at] !== slash) return 'whole';
      const reading = readComment();
      if (reading !== 'whole') return reading;
    }
  }

  /** Makes the comment at `at` blanks; its line feeds stay. */
  function readComment(): Reading {
    if (at + 1 >= length) return 'cut';
    const toLineEnd = bytes[at + 1] === slash;
    if (!toLineEnd && bytes[at + 1] !== star) return 'broken';
    let end = at + 2;
    for (;;) {
      end = bytes.indexOf(toLineEnd ? lineFeed : slash, end);
      if (end === -1 || end >= length) return 'cut';
      if (toLineEnd) break;
      end++;
      if (end > at + 3 && bytes[end - 2] === star) break;
    }
    for (; at < end; at++) if (bytes[at] !== lineFeed) bytes[at] = space;
    return 'whole';
  }

  /** Reads the value at `at`: a container, a string, or all up to a space or a token. */
  function readValue(): Reading {
    const byte = bytes[at];
    if (byte === quote) return readString();
    if (byte === openBrace || byte === openBracket) return readContainer();
    do at++;
    while (at < length && classes[bytes[at]] === plain && !isSpace(bytes[at]) && bytes[at] !== comma);
    return at < length ? 'whole' : 'cut';
  }

  function readString(): Reading {
    lastString = at++;
    for (; at < length; at++) {
      const kind = textClasses[bytes[at]];
      if (kind === plain) continue;
      if (kind === quoted) {
        at++;
        return 'whole';
      }
      if (kind === escaping) at++;
      else feedsInText.push(at);
    }
    return 'cut';
  }

  function readContainer(): Reading {
    brackets.count = 0;
    /** Open brackets past `maxDepth`. Its reader refuses such a row, so that which brackets they are is not held. */
    let deeper = 0;
    while (at < length) {
      const kind = classes[bytes[at]];
      if (kind === plain) {
        at++;
      } else if (kind === quoted) {
        const reading = readString();
        if (reading !== 'whole') return reading;
        if (at < length && followsString[bytes[at]] === 0) return 'broken';
      } else if (kind === opening) {
        // A closing bracket is two above its opening one.
        if (brackets.count > maxDepth) deeper++;
        else brackets.push(bytes[at] + 2);
        at++;
      } else if (kind === closing) {
        if (deeper > 0) {
          deeper--;
        } else if (brackets.pop() !== bytes[at]) {
          // The bracket that is too much or missing can be anywhere in the row.
          lastString = rowStart;
          return 'broken';
        }
        if (comments) dropTrailingComma();
        at++;
        if (brackets.count === 0) return 'whole';
      } else if (comments) {
        const reading = readComment();
        if (reading !== 'whole') return reading;
      } else {
        at++;
      }
    }
    return 'cut';
  }

  function dropTrailingComma(): void {
    let place = at - 1;
    while (isSpace(bytes[place])) place--;
    if (bytes[place] === comma) bytes[place] = space;
  }

  /** Reads `"name":` and the blanks after it. */
  function readName(): Reading {
    if (bytes[at] !== quote) return 'broken';
    const start = at + 1;
    const reading = readString();
    if (reading !== 'whole') return reading;
    const end = at - 1;
    if (skipGap() !== 'whole') return 'cut';
    if (bytes[at] !== colon) return 'broken';
    at++;
    nameStarts.push(start);
    nameEnds.push(end);
    return skipGap();
  }

  /**
   * Reads a row's value to its end, which is before the blanks after it. Several values without a comma between them
   * are one row, which its reader will find at fault; but one that rows seem to begin in is a bracket too much.
   */
  function readRow(): Reading {
    const start = at;
    for (;;) {
      const from = at;
      const reading = readValue();
      if (from > start && layout !== 'values' && reading !== 'broken') {
        const read = Math.min(at, length);
        if (seekRow(bytes, from, read) < read) {
          lastString = from;
          return 'broken';
        }
      }
      if (reading !== 'whole' || layout === 'values') return reading;
      const end = at;
      if (skipGap() === 'cut') {
        // The row is there, whatever should come after it; but one unlike the others may hold them all, by a bracket
        // that is too much.
        if (!final || !begins(start)) return 'cut';
        at = end;
        return 'whole';
      }
      if (bytes[at] === comma || bytes[at] === closer) {
        at = end;
        return 'whole';
      }
    }
  }

  /** Whether the row at `start` begins as rows do. */
  function begins(start: number): boolean {
    return usual.equals(bytes.subarray(start, start + usual.length));
  }

  function backOverSpace(place: number): number {
    while (place > 0 && isSpace(bytes[place - 1])) place--;
    return place;
  }

  /** Where a row ends that is broken and that is followed by one at `next`. */
  function endBefore(start: number, next: number): number {
    let end = backOverSpace(next);
    if (layout !== 'values' && bytes[end - 1] === comma) end = backOverSpace(end - 1);
    return Math.max(end, start + 1);
  }

  /** Reads the row at `at`; false where the bytes end in it and the source does not. */
  function addRow(): boolean {
    const begin = at;
    rowStart = at;
    lastString = at;
    let reading = layout === 'members' ? readName() : 'whole';
    const named = reading === 'whole';
    const start = named ? at : begin;
    if (named) reading = readRow();
    let end = at;
    if (reading === 'cut' && final && layout !== 'values') {
      reading = 'broken';
      lastString = rowStart;
    }
    if (reading === 'broken') {
      broken++;
      const next = seekRow(bytes, Math.max(lastString, begin + 1), length);
      if (next === length && !final) return false;
      end = next === length ? Math.max(start + 1, backOverSpace(length)) : endBefore(start, next);
      at = Math.max(next, end);
    } else if (reading === 'cut') {
      if (!final) return false;
      at = length;
      end = Math.max(start + 1, backOverSpace(length));
    }
    if (layout === 'members' && nameStarts.count === starts.count) {
      nameStarts.push(start);
      nameEnds.push(start);
    }
    starts.push(start);
    ends.push(end);
    return true;
  }

  return (buffer, task) => {
    bytes = buffer;
    ({ length, final } = task);
    at = task.from;
    feedsInText = [];
    broken = 0;
    for (const list of [starts, ends, nameStarts, nameEnds]) list.count = 0;

    /** Whether the row that was read last ran to the end of the bytes. */
    let inRow = false;
    const rowsEnd = (place: number, afterComma: boolean): RowsEnd | undefined =>
      layout === 'values' ? undefined : { at: place, afterComma: afterComma && !comments, inRow };

    const finish = (state: Elements['state'], next: number, end?: RowsEnd): Elements => ({
      count: starts.count,
      starts: starts.values,
      ends: ends.values,
      nameStarts: nameStarts.values,
      nameEnds: nameEnds.values,
      feedsInText,
      broken,
      next,
      state,
      end,
    });

    // A row can begin at `from`; after a row a comma comes first.
    let expectsComma = false;
    let afterComma = false;
    for (;;) {
      const gap = at;
      if (skipGap() === 'cut') {
        if (!final) return finish('incomplete', gap);
        return finish('ended', length, rowsEnd(Math.max(task.from, backOverSpace(length)), afterComma));
      }
      const byte = bytes[at];
      if (byte === closer) return finish('ended', at, rowsEnd(at, afterComma));
      if (expectsComma && byte === comma) {
        expectsComma = false;
        afterComma = true;
        at++;
        continue;
      }
      if (at >= task.until) return finish('more', at);
      if (byte === comma && layout !== 'values') {
        // An element that is not there: the comma after it stands for it.
        for (const list of [starts, nameStarts, nameEnds]) list.push(at);
        ends.push(++at);
        afterComma = true;
        continue;
      }
      const begin = at;
      if (!addRow()) return finish('incomplete', begin);
      afterComma = false;
      inRow = at === length;
      // A broken row's comma was passed with it. Values may have commas between them: a list without its brackets.
      expectsComma = ends.values[ends.count - 1] === at;
    }
  };
}

/** Before each text of a JSON text sequence (RFC 7464). */
const recordSeparator = 0x1e;
