import { backslash, carriageReturn, lineFeed, quote, smallU, isSpace } from '../ascii.ts';
import type { ByteBuilder } from '../byteBuilder.ts';

/** Appends the text `bytes[start, end)` as a JSON string. Bytes that are not UTF-8 are written as they are. */
export function appendJsonString(out: ByteBuilder, bytes: Uint8Array, start = 0, end = bytes.length): void {
  out.byte(quote);
  let from = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x20 && byte !== quote && byte !== backslash) continue;
    out.copy(bytes, from, at);
    appendEscape(out, byte);
    from = at + 1;
  }
  out.copy(bytes, from, end);
  out.byte(quote);
}

/**
 * Appends the text of the JSON string that stands in [start, end), its quotes not included; it must be well formed.
 * What is no Unicode (a lone surrogate) becomes U+FFFD.
 */
export function appendUnescaped(out: ByteBuilder, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  let at = start;
  while (at < end) {
    if (bytes[at] !== backslash) {
      at++;
      continue;
    }
    out.copy(bytes, from, at);
    const escape = bytes[at + 1];
    at += 2;
    if (escape === smallU) {
      let unit = hexAt(bytes, at);
      at += 4;
      if (unit >= 0xd800 && unit < 0xdc00 && bytes[at] === backslash && bytes[at + 1] === smallU) {
        const low = hexAt(bytes, at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
      }
      out.text(String.fromCodePoint(unit));
    } else {
      out.byte(unescapes[escape]);
    }
    from = at;
  }
  out.copy(bytes, from, end);
}

function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 16 + hexDigit(bytes[i]);
  return value;
}

/** The value of a hexadecimal digit: in ASCII, letters are 9 past the value of their low four bits. */
function hexDigit(byte: number): number {
  return byte < 0x40 ? byte & 0xf : (byte & 0xf) + 9;
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

/** The byte after the backslash, by the byte that is escaped (RFC 8259, section 7). */
export const shortEscapes: ReadonlyMap<number, number> = new Map([
  [quote, quote],
  [backslash, backslash],
  [0x08, 0x62],
  [0x0c, 0x66],
  [lineFeed, 0x6e],
  [carriageReturn, 0x72],
  [0x09, 0x74],
]);
/** The byte that is meant, by the byte after the backslash. */
const unescapes = new Uint8Array(256);
unescapes[0x2f] = 0x2f;
for (const [byte, letter] of shortEscapes) unescapes[letter] = byte;
