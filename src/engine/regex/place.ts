import type { ByteEncoding } from './program.ts';
import type { Assertion } from './syntax.ts';

/**
 * What stands beside a place: nothing, as at either end of the text, or a byte, in the middle of a character or
 * not.
 */
export const Side = { Edge: 0, Line: 1, Word: 2, Middle: 3, Other: 4 } as const;
export type Side = (typeof Side)[keyof typeof Side];

export function sideOf(byte: number, encoding: ByteEncoding = 'utf8'): Side {
  if (byte === 0x0a) return Side.Line;
  if (byte >= 0x80 && byte <= 0xbf && encoding === 'utf8') return Side.Middle;
  const isWord =
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x5f ||
    (byte >= 0x61 && byte <= 0x7a);
  return isWord ? Side.Word : Side.Other;
}

/** Whether an assertion holds between what is before and what is after. */
export function holds(assertion: Assertion, before: Side, after: Side): boolean {
  switch (assertion) {
    case 'begin':
      return before === Side.Edge;
    case 'end':
      return after === Side.Edge;
    case 'lineBegin':
      return before === Side.Edge || before === Side.Line;
    case 'lineEnd':
      return after === Side.Edge || after === Side.Line;
    case 'boundary':
      return (before === Side.Word) !== (after === Side.Word);
    case 'inside':
      return (before === Side.Word) === (after === Side.Word) && after !== Side.Middle;
  }
}
