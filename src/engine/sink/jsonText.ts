import type { ByteBuilder } from './byteBuilder.ts';

/** Appends the text `bytes[start, end)` as a JSON string. Bytes that are not UTF-8 are written as they are. */
export function appendJsonString(out: ByteBuilder, bytes: Uint8Array, start = 0, end = bytes.length): void {
  out.byte(quote);
  let from = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x20 && byte !== quote && byte !== backslash) continue;
    out.copy(bytes, from, at);
    appendEscape(out, byte);
    from = at + 1;
  }
  out.copy(bytes, from, end);
  out.byte(quote);
}

/** The text of the JSON string that stands in [start, end), its quotes not included; it must be well formed. */
export function unescapeJson(bytes: Uint8Array, start: number, end: number): string {
  const text: unknown = JSON.parse(`"${decoder.decode(bytes.subarray(start, end))}"`);
  return typeof text === 'string' ? text : '';
}

/**
 * Appends the JSON value `bytes[start, end)`, byte for byte, but on one line: line ends between its parts, and the
 * indentation that goes with them, are left out.
 */
export function appendOnOneLine(out: ByteBuilder, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      inString = !inString;
    } else if (byte === backslash) {
      at++;
    } else if (!inString && (byte === lineFeed || byte === carriageReturn)) {
      out.copy(bytes, from, at);
      while (at + 1 < end && isSpace(bytes[at + 1])) at++;
      from = at + 1;
    }
  }
  out.copy(bytes, from, end);
}

function appendEscape(out: ByteBuilder, byte: number): void {
  out.byte(backslash);
  const short = shortEscapes.get(byte);
  if (short !== undefined) {
    out.byte(short);
    return;
  }
  out.text(`u${byte.toString(16).padStart(4, '0')}`);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === lineFeed || byte === carriageReturn || byte === 0x09;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** The byte after the backslash, by the byte that is escaped (RFC 8259, section 7). */
const shortEscapes = new Map([
  [quote, quote],
  [backslash, backslash],
  [0x08, 0x62],
  [0x0c, 0x66],
  [lineFeed, 0x6e],
  [carriageReturn, 0x72],
  [0x09, 0x74],
]);
