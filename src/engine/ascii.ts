/** Bytes by their names, for those who read or write text as bytes. */
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const quote = 0x22;
export const star = 0x2a;
export const plus = 0x2b;
export const comma = 0x2c;
export const minus = 0x2d;
export const dot = 0x2e;
export const slash = 0x2f;
export const zero = 0x30;
export const colon = 0x3a;
export const equals = 0x3d;
export const bigE = 0x45;
export const bigI = 0x49;
export const bigN = 0x4e;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const smallA = 0x61;
export const smallE = 0x65;
export const smallF = 0x66;
export const smallN = 0x6e;
export const smallT = 0x74;
export const smallU = 0x75;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

export function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

/** White space as JSON has it. */
export function isSpace(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === 0x09;
}
