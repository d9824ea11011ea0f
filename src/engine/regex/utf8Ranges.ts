import type { CodePoints } from './codePoints.ts';

/** A range of bytes, both ends included. */
export type ByteRange = readonly [from: number, to: number];

/**
 * The UTF-8 of a set of code points as sequences of byte ranges: any byte of each range in turn. The split follows
 * the algorithm of the `utf8-ranges` crate, which is Ken Thompson's. Half surrogate pairs have no UTF-8.
 */
export function utf8Ranges(set: CodePoints): ByteRange[][] {
  const sequences: ByteRange[][] = [];
  for (const [from, to] of set) {
    if (from < 0xd800 && to > 0xdfff) {
      split(from, 0xd7ff, sequences);
      split(0xe000, to, sequences);
    } else {
      split(from, to, sequences);
    }
  }
  return sequences;
}

/** The same in Latin-1, where a byte is a code point. */
export function latin1Ranges(set: CodePoints): ByteRange[][] {
  return set.filter(([from]) => from <= 0xff).map(([from, to]) => [[from, Math.min(to, 0xff)]]);
}

/** Largest code points of one, two and three bytes. */
const lengthEnds = [0x7f, 0x7ff, 0xffff];

function split(from: number, to: number, sequences: ByteRange[][]): void {
  if (from > to) return;
  for (const end of lengthEnds) {
    if (from <= end && to > end) {
      split(from, end, sequences);
      split(end + 1, to, sequences);
      return;
    }
  }
  // All but the last byte must be the same, or the bytes behind must run over their whole range.
  if (to > 0x7f) {
    for (let continuation = 1; continuation < 4; continuation++) {
      const mask = (1 << (6 * continuation)) - 1;
      if ((from & ~mask) === (to & ~mask)) continue;
      if ((from & mask) !== 0) {
        split(from, from | mask, sequences);
        split((from | mask) + 1, to, sequences);
        return;
      }
      if ((to & mask) !== mask) {
        split(from, (to & ~mask) - 1, sequences);
        split(to & ~mask, to, sequences);
        return;
      }
    }
  }
  const low = encode(from);
  const high = encode(to);
  sequences.push(low.map((byte, at) => [byte, high[at]]));
}

function encode(point: number): number[] {
  if (point <= 0x7f) return [point];
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point <= 0x7ff) return [0xc0 | (point >> 6), tail(0)];
  if (point <= 0xffff) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}
