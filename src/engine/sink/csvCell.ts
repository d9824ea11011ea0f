import { isUtf8 } from 'node:buffer';
import { backslash } from '../ascii.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import { dumpedNull, textsOf } from '../format/csv/nullTexts.ts';

/** How a delimited text is written. */
export interface CsvStyle {
  readonly delimiter: string;
  readonly quote: '"' | "'";
  /** How a quote inside quotes is written: doubled, as RFC 4180 has it, or behind a backslash. */
  readonly escape: 'double' | 'backslash';
  readonly lineEnd: '\n' | '\r\n';
  /** What a comment line begins with; '' where there are none. */
  readonly comment: string;
  /** What is NULL to whoever reads it where no quotes are around it, besides `\\N`. */
  readonly nulls?: readonly string[] | undefined;
  /** Whether whoever reads it skips spaces before a field. */
  readonly skipInitialSpace?: boolean | undefined;
}

/** RFC 4180, and the same with tabs for commas. */
export const commaSeparated: CsvStyle = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  lineEnd: '\r\n',
  comment: '',
};
export const tabSeparated: CsvStyle = { ...commaSeparated, delimiter: '\t' };

/** Writes rows of a delimited text, cell by cell, quoted only where they must be. */
export interface CsvCells {
  /** Begins a row of `width` cells. */
  begin(width: number): void;
  /** A cell without a value: nothing stands between its delimiters. */
  empty(): void;
  /** A cell with the text `bytes[start, end)`; an empty text is a pair of quotes. */
  text(bytes: Uint8Array, start: number, end: number): void;
  /**
   * A cell with what stands in `bytes[start, end)` between quotes, which are doubled there, and so in this style.
   * @returns false, and there is no cell, where a quote is not doubled, the style has other quotes or it is no UTF-8
   */
  doubled(bytes: Uint8Array, start: number, end: number, quote: number): boolean;
  /** Ends the row. */
  end(): void;
}

/**
 * A row that consists of one empty cell is written as a pair of quotes: as an empty line it would be none to most
 * readers.
 */
export function createCsvCells(out: ByteBuilder, style: CsvStyle): CsvCells {
  const delimiter = encoder.encode(style.delimiter);
  const lineEnd = encoder.encode(style.lineEnd);
  const comment = encoder.encode(style.comment);
  const quote = style.quote.charCodeAt(0);
  const escape = style.escape === 'backslash' ? backslash : quote;
  const telling = tellingBytes(style);
  const nullTexts = [dumpedNull, ...(style.nulls ?? [])];
  const nulls = textsOf(nullTexts);
  const longestNull = Math.max(...nullTexts.map((text) => Buffer.byteLength(text)));
  const looksAtStart = style.skipInitialSpace === true || comment.length > 0;
  let width = 0;
  let cells = 0;

  const oneByte = delimiter.length === 1 ? delimiter[0] : undefined;

  function separate(): void {
    if (cells++ === 0) return;
    if (oneByte === undefined) out.copy(delimiter);
    else out.byte(oneByte);
  }

  function pairOfQuotes(): void {
    out.byte(quote);
    out.byte(quote);
  }

  /** Copies a text that needs no quotes; false, and nothing is copied, where it does. */
  function plain(bytes: Uint8Array, start: number, end: number): boolean {
    const to = out.room(end - start);
    let at = out.length;
    for (let from = start; from < end; from++) {
      const byte = bytes[from];
      if (telling[byte] === 1) return false;
      to[at++] = byte;
    }
    if (end - start <= longestNull && nulls?.has(bytes, start, end)) return false;
    if (looksAtStart && isMistaken(bytes, start, end)) return false;
    out.wrote(end - start);
    return true;
  }

  /** Whether a text would be skipped in part or as a whole by how it begins. */
  function isMistaken(bytes: Uint8Array, start: number, end: number): boolean {
    if (style.skipInitialSpace && bytes[start] === 0x20) return true;
    return cells === 1 && comment.length > 0 && beginsWith(bytes, start, end, comment);
  }

  function quoted(bytes: Uint8Array, start: number, end: number): void {
    out.byte(quote);
    let from = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte !== quote && (byte !== backslash || escape !== backslash)) continue;
      out.copy(bytes, from, at);
      out.byte(escape);
      from = at;
    }
    out.copy(bytes, from, end);
    out.byte(quote);
  }

  return {
    begin(cellsInRow) {
      width = cellsInRow;
      cells = 0;
    },
    empty() {
      separate();
      if (width === 1) pairOfQuotes();
    },
    text(bytes, start, end) {
      separate();
      if (start === end) pairOfQuotes();
      else if (!plain(bytes, start, end)) quoted(bytes, start, end);
    },
    doubled(bytes, start, end, quoteOfBytes) {
      if (quoteOfBytes !== quote || escape !== quote) return false;
      const rest = out.room(end - start + delimiter.length + 2);
      let at = out.length;
      if (cells > 0) for (const byte of delimiter) rest[at++] = byte;
      rest[at++] = quote;
      let pairs = 0;
      let all = 0;
      for (let from = start; from < end; from++) {
        const byte = bytes[from];
        rest[at++] = byte;
        all |= byte;
        if (byte !== quote) continue;
        if (++from === end || bytes[from] !== quote) return false;
        rest[at++] = quote;
        pairs++;
      }
      // Without any, it may be one that is written without quotes.
      if (pairs === 0) return false;
      if (all >= 0x80 && !isUtf8(bytes.subarray(start, end))) return false;
      rest[at++] = quote;
      out.wrote(at - out.length);
      cells++;
      return true;
    },
    end() {
      out.copy(lineEnd);
    },
  };
}

/** 1 for each byte that makes quotes necessary. Of a delimiter of several bytes the first is enough. */
function tellingBytes(style: CsvStyle): Uint8Array {
  const telling = new Uint8Array(256);
  for (const byte of [...encoder.encode(style.delimiter).subarray(0, 1), 0x0a, 0x0d]) telling[byte] = 1;
  telling[style.quote.charCodeAt(0)] = 1;
  return telling;
}

function beginsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  return end - start >= prefix.length && prefix.every((byte, index) => bytes[start + index] === byte);
}

const encoder = new TextEncoder();
