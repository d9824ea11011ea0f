import { backslash, closeBracket, comma, minus, openBracket, quote, space } from '../ascii.ts';

/**
 * Whether a list that is known to be JSON has only items of some types, as far as that is seen at a glance: false for one with
 * lists, objects or escapes inside, and for numbers with more than digits where only integers are allowed.
 */
export function isListOf(types: ReadonlySet<string>, bytes: Uint8Array, start: number, end: number): boolean {
  const [texts, numbers] = [types.has('string'), types.has('number')];
  const integers = numbers || types.has('integer');
  let at = start;
  if (bytes[at] !== openBracket) return false;
  for (at++; at < end; at++) {
    const byte = bytes[at];
    if (byte <= space || byte === comma) continue;
    if (byte === closeBracket) return at === end - 1;
    if (byte === quote) {
      if (!texts) return false;
      for (at++; bytes[at] !== quote; at++) if (at >= end || bytes[at] === backslash) return false;
    } else if (byte === minus || isDigit(byte)) {
      if (!integers) return false;
      while (
        at + 1 < end &&
        bytes[at + 1] > space &&
        bytes[at + 1] !== comma &&
        bytes[at + 1] !== closeBracket
      ) {
        at++;
        if (!numbers && !isDigit(bytes[at])) return false;
      }
    } else {
      return false;
    }
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
