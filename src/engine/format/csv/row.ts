import { carriageReturn, lineFeed } from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import type { CsvDialect } from './dialect.ts';
import { textsOf } from './nullTexts.ts';
import { Kind } from '../record.ts';

/**
 * How far past the end of the line on which a quoted field opens (its LF, or its lone CR) the closing quote is
 * looked for, in bytes. A field without a line end in it may be as long as a record may be.
 */
export const quoteReach = 16 * 1024 * 1024;

/** The row that was read last. All indices are into the bytes that were given. */
export interface CsvRow {
  /** One past the row's last byte, its line end not included. */
  end: number;
  /** Where the next row begins. */
  next: number;
  /** Line ends from the row's start to `next`. */
  lines: number;
  /** `None`, `StrayQuote` or `UnclosedQuote`. */
  fault: Fault;
  /** Index of the quote that is the fault. */
  faultAt: number;
  /** Number of fields; the arrays may hold more, left from longer rows. */
  count: number;
  /** First byte of each field, its quote included. */
  readonly places: number[];
  /** The rest as in `FieldColumn`. */
  readonly kinds: Kind[];
  readonly starts: number[];
  readonly ends: number[];
}

export type CsvRead = 'record' | 'skipped' | 'incomplete';

/** Reads one row at a time, by the rules at the top of csv.ts. */
export interface CsvRowReader {
  readonly row: CsvRow;
  /** The bytes that `read` reads from now on, and whether the source ends with them. */
  begin(bytes: Uint8Array, final: boolean): void;
  /** Reads the row, or the empty line or comment line, that begins at `start`, which is not the end of the bytes. */
  read(start: number): CsvRead;
}

/**
 * A reader whose cost is linear in the bytes, whatever they hold: each byte is passed once by the row that it
 * belongs to, and at most once more in search of a closing quote. For whether a quote that is open at some place is
 * closed further down does not depend on where it opened; so once a search has found that it is not, no row within
 * what was searched need search there again.
 */
export function createCsvRowReader(dialect: CsvDialect, reach: number = quoteReach): CsvRowReader {
  const delimiter = encoder.encode(dialect.delimiter);
  const comment = encoder.encode(dialect.comment);
  const delimiter0 = delimiter.at(0) ?? none;
  const comment0 = comment.at(0) ?? none;
  const quote = dialect.quote === '' ? none : dialect.quote.charCodeAt(0);
  const backslash = dialect.escape === 'backslash' ? 0x5c : none;
  const loneCr = dialect.lineEnd === 'any';
  const nulls = textsOf(dialect.nulls);
  const runs = dialect.runs === true;
  const skipSpace = dialect.skipInitialSpace === true;

  let bytes: Uint8Array = new Uint8Array(0);
  let final = true;
  /** A quote that is open anywhere in [openFrom, openTo) does not close before `openTo`, */
  let openFrom = 0;
  let openTo = 0;
  /** nor after it. */
  let openForGood = false;
  /** The first line end at or after any place in [lineEndKnownFrom, lineEndKnown] is at `lineEndKnown`. */
  let lineEndKnownFrom = 0;
  let lineEndKnown = -1;

  const places: number[] = [];
  const kinds: Kind[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const row: CsvRow = {
    end: 0,
    next: 0,
    lines: 0,
    fault: Fault.None,
    faultAt: 0,
    count: 0,
    places,
    kinds,
    starts,
    ends,
  };

  /** Bytes of the line end at `at`: 0 where there is none, -1 where the bytes do not tell. */
  function lineEndAt(at: number): number {
    const byte = bytes[at];
    if (byte === lineFeed) return 1;
    if (byte !== carriageReturn) return 0;
    if (at + 1 === bytes.length && !final) return -1;
    if (bytes[at + 1] === lineFeed) return 2;
    return loneCr ? 1 : 0;
  }

  /** 1 where `text` stands at `at`, 0 where not, -1 where the bytes do not tell. */
  function textAt(text: Uint8Array, at: number): number {
    for (let index = 0; index < text.length; index++) {
      if (at + index >= bytes.length) return final ? 0 : -1;
      if (bytes[at + index] !== text[index]) return 0;
    }
    return 1;
  }

  /** Positive where a field can end at `at`, 0 where not, -1 where the bytes do not tell. */
  function fieldEndAt(at: number): number {
    if (at >= bytes.length) return final ? 1 : -1;
    return bytes[at] === delimiter0 ? textAt(delimiter, at) : lineEndAt(at);
  }

  function addField(place: number, kind: Kind, start: number, end: number): void {
    places[row.count] = place;
    kinds[row.count] = kind;
    starts[row.count] = start;
    ends[row.count] = end;
    row.count++;
  }

  /** The first fault of a row stands, but a quote that never closes goes before all. */
  function setFault(fault: Fault, at: number): void {
    if (row.fault === Fault.UnclosedQuote || (row.fault !== Fault.None && fault === Fault.StrayQuote)) return;
    row.fault = fault;
    row.faultAt = at;
  }

  function endRow(end: number, next: number): 'record' {
    row.end = end;
    row.next = next;
    if (next > end) row.lines++;
    return 'record';
  }

  function skipLine(start: number): CsvRead {
    for (let at = start; at < bytes.length; at++) {
      const length = lineEndAt(at);
      if (length < 0) return 'incomplete';
      if (length > 0) {
        endRow(at, at + length);
        return 'skipped';
      }
    }
    if (!final) return 'incomplete';
    endRow(bytes.length, bytes.length);
    return 'skipped';
  }

  /** Where the first line end at or after `from` is: its LF or lone CR; the bytes' length where there is none. */
  function lineEndFrom(from: number): number {
    if (from < lineEndKnownFrom || from > lineEndKnown) {
      let at = from;
      while (at < bytes.length && bytes[at] !== lineFeed && !(loneCr && bytes[at] === carriageReturn)) at++;
      lineEndKnownFrom = from;
      lineEndKnown = at;
    }
    return lineEndKnown;
  }

  /** Whether the quote at `at` stands behind a backslash that is not itself escaped. */
  function isEscaped(from: number, at: number): boolean {
    let first = at;
    while (first > from && bytes[first - 1] === backslash) first--;
    return (at - first) % 2 === 1;
  }

  /** Where the spaces that the dialect skips begin, of those that end at `at`. */
  function beforeSpaces(from: number, at: number): number {
    while (skipSpace && at > from && bytes[at - 1] === space) at--;
    return at;
  }

  function pastSpaces(at: number): number {
    while (skipSpace && bytes[at] === space) at++;
    return at;
  }

  function isAfterLineEnd(at: number): boolean {
    return bytes[at - 1] === lineFeed || (loneCr && bytes[at - 1] === carriageReturn);
  }

  function isAfterDelimiter(from: number, at: number): boolean {
    return at - delimiter.length >= from && textAt(delimiter, at - delimiter.length) === 1;
  }

  /**
   * Looks from `at` for the quote that closes the field that the quote at `opening` opens; `from` is past the run
   * of quotes there, and `at` is at or past `from`, and not in the middle of a run.
   */
  function findClosing(opening: number, from: number, at: number, limit: number): Closing {
    let strayAt = none;
    let escaped = false;
    for (;;) {
      at = bytes.indexOf(quote, at);
      if (at === -1 || at >= limit) {
        const given = bytes.length >= limit;
        return {
          found: given || final ? 'nothing' : 'untold',
          at: given ? limit : bytes.length,
          strayAt,
          escaped,
        };
      }
      if (backslash !== none && isEscaped(from, at)) {
        at++;
        continue;
      }
      let runEnd = at + 1;
      while (bytes[runEnd] === quote) runEnd++;
      if (runEnd - at > 1) escaped = true;
      if ((runEnd - at) % 2 === 1) {
        if (runEnd > limit) return { found: 'nothing', at, strayAt, escaped };
        const ending = fieldEndAt(runEnd);
        if (ending < 0) return { found: 'untold', at, strayAt, escaped };
        if (ending > 0) return { found: 'closing', at: runEnd - 1, strayAt, escaped };
        const place = beforeSpaces(from, at);
        if (isAfterDelimiter(from, place)) {
          const before = place - delimiter.length - 1;
          if (before === opening || bytes[before] !== quote)
            return { found: 'opening', at, strayAt, escaped };
          return { found: 'closing', at: before, strayAt: before, escaped };
        }
        if (isAfterLineEnd(place)) return { found: 'opening', at, strayAt, escaped };
        if (strayAt === none) strayAt = runEnd - 1;
      }
      at = runEnd;
    }
  }

  /** The quote that closes the field that the quote at `start` opens, if it does. */
  function closingOf(start: number): Closing {
    let from = start + 1;
    while (bytes[from] === quote) from++;
    const run = from - start - 1;
    let strayAt = none;
    if (run % 2 === 1) {
      const ending = fieldEndAt(from);
      if (ending < 0) return { found: 'untold', at: from, strayAt, escaped: false };
      if (ending > 0) return { found: 'closing', at: from - 1, strayAt, escaped: run > 1 };
      strayAt = from - 1;
    }

    const limit = lineEndFrom(start) + reach;
    const known = from >= openFrom && from < openTo;
    if (known && (openForGood || openTo >= limit))
      return { found: 'nothing', at: openTo, strayAt, escaped: false };
    let closing = findClosing(start, from, known ? openTo : from, limit);
    if (closing.found === 'closing' && known) closing = findClosing(start, from, from, limit);
    if (closing.found === 'opening' || closing.found === 'nothing') {
      if (!known) openFrom = from;
      openTo = closing.at;
      openForGood = closing.found === 'opening' || bytes.length < limit;
    }
    return {
      found: closing.found,
      at: closing.at,
      strayAt: strayAt === none ? closing.strayAt : strayAt,
      escaped: closing.escaped || run > 1,
    };
  }

  function countLineEnds(start: number, end: number): void {
    for (let at = lineEndFrom(start); at < end; at = lineEndFrom(at + 1)) {
      row.lines++;
      if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) at++;
    }
  }

  /** Reads the field whose quote is at `start`; answers the index past it, -1 where the bytes do not tell. */
  function readQuoted(start: number): number {
    const { found, at, strayAt, escaped } = closingOf(start);
    if (found === 'untold') return -1;
    if (found !== 'closing') {
      setFault(Fault.UnclosedQuote, start);
      return readUnquoted(start);
    }
    if (strayAt !== none) setFault(Fault.StrayQuote, strayAt);
    const hasBackslash = backslash !== none && bytes.subarray(start + 1, at).includes(backslash);
    addField(start, escaped || hasBackslash ? Kind.EscapedText : Kind.Text, start + 1, at);
    countLineEnds(start, at);
    return at + 1;
  }

  /** Reads the unquoted field at `start`; answers where it ends, -1 where the bytes do not tell. */
  function readUnquoted(start: number): number {
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === delimiter0 || byte === lineFeed || byte === carriageReturn) {
        const ending = fieldEndAt(at);
        if (ending < 0) return -1;
        if (ending > 0) break;
      } else if (byte === quote) {
        setFault(Fault.StrayQuote, at);
      }
    }
    if (at === bytes.length && !final) return -1;
    if (nulls?.has(bytes, start, at)) addField(start, Kind.Null, start, start);
    else addField(start, at === start ? Kind.Null : Kind.Text, start, at);
    return at;
  }

  function pastRun(at: number): number {
    while (textAt(delimiter, at) === 1) at += delimiter.length;
    return at;
  }

  function read(start: number): CsvRead {
    row.lines = 0;
    row.count = 0;
    row.fault = Fault.None;
    row.faultAt = 0;

    const empty = lineEndAt(start);
    if (empty < 0) return 'incomplete';
    if (empty > 0) return skipLine(start);
    if (bytes[start] === comment0) {
      const match = textAt(comment, start);
      if (match < 0) return 'incomplete';
      if (match > 0) return skipLine(start);
    }

    for (let at = pastSpaces(runs ? pastRun(start) : start); ;) {
      const end = bytes[at] === quote ? readQuoted(at) : readUnquoted(at);
      if (end < 0) return 'incomplete';
      if (end === bytes.length) return endRow(end, end);
      const length = lineEndAt(end);
      if (length > 0) return endRow(end, end + length);
      at = pastSpaces(end + delimiter.length);
      if (!runs) continue;
      at = pastRun(at);
      if (at >= bytes.length) return final ? endRow(at, at) : 'incomplete';
      const trailing = lineEndAt(at);
      if (trailing < 0) return 'incomplete';
      if (trailing > 0) return endRow(at, at + trailing);
    }
  }

  return {
    row,
    begin(newBytes, isFinal) {
      bytes = newBytes;
      final = isFinal;
      openFrom = openTo = 0;
      openForGood = false;
      lineEndKnown = -1;
    },
    read,
  };
}

const encoder = new TextEncoder();
const space = 0x20;
/** No byte's value. */
const none = -1;

interface Closing {
  /**
   * `closing` quote, a quote that `opening`s another field, `nothing` of the two, or `untold` by the bytes. With
   * the latter two, `at` is how far was looked.
   */
  readonly found: 'closing' | 'opening' | 'nothing' | 'untold';
  readonly at: number;
  /** The first quote that is neither: text; -1 if there is none. */
  readonly strayAt: number;
  /** Whether a doubled quote was met. */
  readonly escaped: boolean;
}
