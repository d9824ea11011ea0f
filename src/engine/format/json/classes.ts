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
} from '../../ascii.ts';

/** What a byte of a JSON document means to who looks for the ends of values. */
export const plain = 0;
export const quoted = 1;
export const opening = 2;
export const closing = 3;
export const commenting = 4;
export const escaping = 5;
export const feeding = 6;

function table(entries: readonly (readonly [byte: number, value: number])[]): Uint8Array {
  const values = new Uint8Array(256);
  for (const [byte, value] of entries) values[byte] = value;
  return values;
}

/** Outside of strings. */
export const classes = table([
  [quote, quoted],
  [openBrace, opening],
  [openBracket, opening],
  [closeBrace, closing],
  [closeBracket, closing],
  [slash, commenting],
]);

/** In strings. */
export const textClasses = table([
  [quote, quoted],
  [0x5c, escaping],
  [lineFeed, feeding],
]);

/** 1 for what can stand after a string. */
export const followsString = table(
  [comma, colon, closeBrace, closeBracket, 0x20, 0x0a, 0x0d, 0x09, slash].map((byte) => [byte, 1]),
);
