import { markedTo, nextMark } from './marks';
import { digitRun, endsScalar, scalarEnd } from './scalar';
import { skipSpace } from './text';

/*
 * Where JSON values end whose quotes and line ends are marked: 0 where one is not well formed, or its end is not marked.
 */

/** `scalarEnd`, quick for whole numbers and decimals of up to 15 bytes. */
// @ts-ignore: decorator
@inline
export function plainScalarEnd(at: usize, byte: u8): usize {
  const length = digitRun(at);
  const after = load<u8>(at + length);
  if (length != 0 && length < 16 && (byte != 0x30 || length == 1) && endsScalar(after)) return at + length;
  const end = scalarEnd(at);
  return end != 0 && endsScalar(load<u8>(end)) ? end : 0;
}

/**
 * Where the value at `at` ends, nested no deeper than `depth`; 0 where it is not well formed or its end is not
 * marked.
 */
export function nestedEnd(at: usize, depth: u32): usize {
  const byte = load<u8>(at);
  if (byte == 0x22) return stringEnd(at);
  if (byte == 0x5b) return listEnd(at, depth);
  if (byte == 0x7b) return objectEnd(at, depth);
  const end = scalarEnd(at);
  return end < markedTo ? end : 0;
}

/**
 * Where the list at `at` ends if it is the commonest kind: of no more than two texts, with nothing or a space
 * between them; else 0. How many there are changes from line to line, so all that could be are looked at and no
 * branch depends on it.
 */
// @ts-ignore: decorator
@inline
export function shortListEnd(at: usize): usize {
  const first = load<u8>(at, 1);
  const firstEnd = nextMark(at + 2);
  const between = load<u8>(firstEnd, 1);
  const second = firstEnd + 2 + usize(load<u8>(firstEnd, 2) == 0x20);
  const secondEnd = nextMark(second + 1);
  const one = u32(first == 0x22) & u32(load<u8>(firstEnd) == 0x22);
  const two = u32(between == 0x2c) & u32(load<u8>(second) == 0x22) & u32(load<u8>(secondEnd) == 0x22);
  const closed = u32(between == 0x5d) | (two & u32(load<u8>(secondEnd, 1) == 0x5d));
  const textsEnd = select(firstEnd + 2, secondEnd + 2, between == 0x5d);
  const end = select(at + 2, select(textsEnd, 0, (one & closed) != 0), first == 0x5d);
  return end <= markedTo ? end : 0;
}

export function listEnd(at: usize, depth: u32): usize {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x5d) return at + 1;
  while (depth != 0) {
    at = nestedEnd(at, depth - 1);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == 0x5d) return at + 1;
    if (byte != 0x2c) return 0;
    at = skipSpace(at + 1);
  }
  return 0;
}

function objectEnd(at: usize, depth: u32): usize {
  at = skipSpace(at + 1);
  if (load<u8>(at) == 0x7d) return at + 1;
  while (depth != 0) {
    if (load<u8>(at) != 0x22) return 0;
    at = stringEnd(at);
    if (at == 0) return 0;
    at = skipSpace(at);
    if (load<u8>(at) != 0x3a) return 0;
    at = nestedEnd(skipSpace(at + 1), depth - 1);
    if (at == 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte == 0x7d) return at + 1;
    if (byte != 0x2c) return 0;
    at = skipSpace(at + 1);
  }
  return 0;
}

/** Past the quote that closes the string at `at`; 0 where there is none. */
// @ts-ignore: decorator
@inline
export function stringEnd(at: usize): usize {
  if (at >= markedTo) return 0;
  const close = nextMark(at + 1);
  return load<u8>(close) == 0x22 && close < markedTo ? close + 1 : 0;
}
