import { Fault } from '../fault.ts';
import type { CsvDialect } from './dialect.ts';
import { Kind } from './record.ts';

/**
 * How far past the end of the line on which a quoted field opens its closing quote is looked for, in bytes. A
 * field without a line end in it may be as long as a record may be.
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
 * belongs to, and at most once more in search of a closing quote. For whether a quote that is still open at the
 * start of a line closes does not depend on where it opened; so once a search has found that it does not, all
 * rows that cross a line end further down, within what was searched, need not search again.
 */
export function createCsvRowReader(dialect: CsvDialect, reach: number = quoteReach): CsvRowReader {
  const delimiter = encoder.encode(dialect.delimiter);
  const comment = encoder.encode(dialect.comment);
  const delimiter0 = delimiter.at(0) ?? none;
  const comment0 = comment.at(0) ?? none;
  const quote = dialect.quote === '' ? none : dialect.quote.charCodeAt(0);
  const backslash = dialect.escape === 'backslash' ? 0x5c : none;
  const loneCr = dialect.lineEnd === 'any';

  let bytes: Uint8Array = new Uint8Array(0);
  let final = true;
  /** A quote that is open at the start of a line in [openFrom, openTo) does not close before `openTo`, */
  let openFrom = 0;
  let openTo = 0;
  /** nor after it. */
  let openForGood = false;

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
    if (byte === lf) return 1;
    if (byte !== cr) return 0;
    if (at + 1 === bytes.length && !final) return -1;
    if (bytes[at + 1] === lf) return 2;
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

  function stray(at: number): void {
    if (row.fault !== Fault.None) return;
    row.fault = Fault.StrayQuote;
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

  function isOpeningAfter(lineStart: number, at: number): boolean {
    if (at === lineStart) return true;
    const before = bytes[at - 1];
    if (before === lf || (loneCr && before === cr)) return true;
    return at - delimiter.length >= lineStart && textAt(delimiter, at - delimiter.length) === 1;
  }

  /** Whether the quote at `at` stands behind a backslash that is not itself escaped. */
  function isEscaped(lineStart: number, at: number): boolean {
    let from = at;
    while (from > lineStart && bytes[from - 1] === backslash) from--;
    return (at - from) % 2 === 1;
  }

  /** What becomes of a quote that is open where the line at `lineStart` begins. */
  function fateOfQuote(lineStart: number): 'closes' | 'open' | 'untold' {
    const limit = lineStart + reach;
    const known = lineStart >= openFrom && lineStart < openTo;
    if (known && (openForGood || openTo >= limit)) return 'open';
    const from = known ? openFrom : lineStart;

    function open(to: number, forGood: boolean): 'open' {
      openFrom = from;
      openTo = to;
      openForGood = forGood;
      return 'open';
    }

    let at = known ? openTo : lineStart;
    for (;;) {
      at = bytes.indexOf(quote, at);
      if (at === -1 || at >= limit) {
        if (bytes.length >= limit) return open(limit, false);
        return final ? open(bytes.length + 1, true) : 'untold';
      }
      if (backslash !== none && isEscaped(lineStart, at)) {
        at++;
        continue;
      }
      let runEnd = at + 1;
      while (bytes[runEnd] === quote) runEnd++;
      if ((runEnd - at) % 2 === 1) {
        if (runEnd > limit) return open(at, false);
        const ending = fieldEndAt(runEnd);
        if (ending < 0) return 'untold';
        if (ending > 0) return 'closes';
        if (isOpeningAfter(lineStart, at)) return open(at, true);
      }
      at = runEnd;
    }
  }

  /**
   * Reads the quoted field whose quote is at `start`; answers the index past its closing quote, -1 where the bytes
   * do not tell, or `ended` where it never closes: then the row has been ended.
   */
  function readQuoted(start: number): number {
    let escaped = false;
    let crossed = false;
    for (let at = start + 1; at < bytes.length;) {
      const byte = bytes[at];
      if (byte === quote) {
        if (at + 1 === bytes.length && !final) return -1;
        if (bytes[at + 1] === quote) {
          escaped = true;
          at += 2;
          continue;
        }
        const ending = fieldEndAt(at + 1);
        if (ending < 0) return -1;
        if (ending > 0) {
          addField(start, escaped ? Kind.EscapedText : Kind.Text, start + 1, at);
          return at + 1;
        }
        stray(at);
        at++;
      } else if (byte === backslash) {
        if (at + 1 === bytes.length && !final) return -1;
        const escapes = bytes[at + 1] === quote || bytes[at + 1] === backslash;
        escaped ||= escapes;
        at += escapes ? 2 : 1;
      } else if (byte === lf || byte === cr) {
        const length = lineEndAt(at);
        if (length < 0) return -1;
        if (length > 0 && !crossed) {
          const fate = fateOfQuote(at + length);
          if (fate === 'untold') return -1;
          if (fate === 'open') return unclosed(start, at, at + length);
          crossed = true;
        }
        if (length > 0) row.lines++;
        at += Math.max(length, 1);
      } else {
        at++;
      }
    }
    return final ? unclosed(start, bytes.length, bytes.length) : -1;
  }

  function unclosed(quoteAt: number, end: number, next: number): number {
    addField(quoteAt, Kind.Text, quoteAt, end);
    row.fault = Fault.UnclosedQuote;
    row.faultAt = quoteAt;
    endRow(end, next);
    return ended;
  }

  /** Reads the unquoted field at `start`; answers where it ends, -1 where the bytes do not tell. */
  function readUnquoted(start: number): number {
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === delimiter0 || byte === lf || byte === cr) {
        const ending = fieldEndAt(at);
        if (ending < 0) return -1;
        if (ending > 0) break;
      } else if (byte === quote) {
        stray(at);
      }
    }
    if (at === bytes.length && !final) return -1;
    addField(start, at === start ? Kind.Null : Kind.Text, start, at);
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

    for (let at = start; ;) {
      const end = bytes[at] === quote ? readQuoted(at) : readUnquoted(at);
      if (end === ended) return 'record';
      if (end < 0) return 'incomplete';
      if (end === bytes.length) return endRow(end, end);
      const length = lineEndAt(end);
      if (length > 0) return endRow(end, end + length);
      at = end + delimiter.length;
    }
  }

  return {
    row,
    begin(newBytes, isFinal) {
      bytes = newBytes;
      final = isFinal;
      openFrom = openTo = 0;
      openForGood = false;
    },
    read,
  };
}

const encoder = new TextEncoder();
const lf = 0x0a;
const cr = 0x0d;
/** No byte's value. */
const none = -1;
/** What `readQuoted` answers where the field has ended the row. */
const ended = -2;
