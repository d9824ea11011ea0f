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
  const nulls = textsOf([dumpedNull, ...(style.nulls ?? [])]);
  let width = 0;
  let cells = 0;

  function separate(): void {
    if (cells++ > 0) out.copy(delimiter);
  }

  function pairOfQuotes(): void {
    out.byte(quote);
    out.byte(quote);
  }

  function mustQuote(bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if (telling[bytes[at] ?? 0] === 1) return true;
    }
    if (nulls?.has(bytes, start, end)) return true;
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
      else if (mustQuote(bytes, start, end)) quoted(bytes, start, end);
      else out.copy(bytes, start, end);
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
