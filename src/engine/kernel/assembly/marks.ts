import { placesOf, placesOfByte } from './bits';
import { escapeCarry, escapedPlaces, firstBadEscape } from './escape';
import { utf8Errors } from './utf8';

/*
 * A bit for each byte of a stretch: set for the quotes that open or close a JSON string and for line ends. What
 * is inside strings is checked on the way: escapes, control characters, UTF-8.
 */

/** Bytes that are marked at once: so many that they and their marks stay in the nearest cache. */
export const MARKED: usize = 16384;

/** Past the end of the stretch stand marks enough for whoever looks there. */
const marks: usize = memory.data(16384 / 8 + 8 + 64, 16);
/** The marks of the byte at address n are at `marksAt + (n >> 3)`. */
export let marksAt: usize = 0;
/** The marks are good up to here: the end of the stretch, or the first byte at which something is wrong. */
export let markedTo: usize = 0;
/** Whether there is a backslash in the stretch. */
export let hasEscapes: bool = false;

/** Addresses of the line ends in the stretch, in order, and where they end. */
export const lineEnds: usize = memory.data((16384 + 64) * 4, 16);
export let lineEndsEnd: usize = lineEnds;

/**
 * Blocks of the stretch in which text that is not UTF-8 would show. They are looked at together: here and there
 * one costs more.
 */
const notAscii: usize = memory.data((16384 / 64 + 2) * 4, 16);

/** Marks the bytes from `start`, where a line begins, up to `end`. */
export function markStretch(start: usize, end: usize): void {
  hasEscapes = false;
  marksAt = marks - ((start & ~63) >> 3);
  let target = marks;
  let escape: u64 = 0;
  let unchecked = notAscii;
  let tape = lineEnds;

  /** The places at or after `start`. */
  const begun = ~u64(0) << u64(start & 63);
  let live = begun;
  let fault: usize = end;
  for (let block = start & ~63; block < end; block += 64) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);

    const quote = i8x16.splat(0x22);
    const lineFeed = i8x16.splat(0x0a);
    const endA = i8x16.eq(a, lineFeed);
    const endB = i8x16.eq(b, lineFeed);
    const endC = i8x16.eq(c, lineFeed);
    const endD = i8x16.eq(d, lineFeed);
    let places = placesOf(i8x16.eq(a, quote), i8x16.eq(b, quote), i8x16.eq(c, quote), i8x16.eq(d, quote));
    const ends = placesOf(endA, endB, endC, endD) & live;
    tape = writeLineEnds(tape, block, ends);

    let faults: u64 = 0;
    const slash = i8x16.splat(0x5c);
    const slashes = v128.or(
      v128.or(i8x16.eq(a, slash), i8x16.eq(b, slash)),
      v128.or(i8x16.eq(c, slash), i8x16.eq(d, slash)),
    );
    if (v128.any_true(slashes) || escape != 0) {
      hasEscapes = true;
      const backslashes = placesOfByte(a, b, c, d, 0x5c) & live;
      const escaped = escapedPlaces(backslashes, escape);
      escape = escapeCarry(backslashes, escape);
      places &= ~escaped;
      faults = firstBadEscape(block, escaped);
    }

    // Control characters other than line ends, and bytes past ASCII.
    const least = i8x16.min_u(
      i8x16.min_u(v128.or(a, endA), v128.or(b, endB)),
      i8x16.min_u(v128.or(c, endC), v128.or(d, endD)),
    );
    if (v128.any_true(i8x16.eq(i8x16.min_u(least, i8x16.splat(0x1f)), least))) {
      faults |= controls(block, a, b, c, d);
    }
    store<u32>(unchecked, u32(block));
    const high = i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) | (load<u32>(block - 4) & 0x80808000);
    unchecked += usize(high != 0) << 2;

    store<u64>(target, (places & live) | ends);
    target += 8;
    faults &= live;
    live = ~u64(0);
    if (faults != 0) {
      // What the block has past `end` is none of the stretch.
      fault = min(end, block + usize(ctz(faults)));
      break;
    }
  }

  const first = start & ~63;
  for (let at = notAscii; at < unchecked; at += 4) {
    const block = usize(load<u32>(at));
    const faults = utf8Errors(block) & (block == first ? begun : ~u64(0));
    if (faults == 0) continue;
    fault = min(fault, block + usize(ctz(faults)));
    target = marks + ((block - first) >> 3) + 8;
    break;
  }
  endMarks(target, fault, tape);
}

/**
 * Appends the addresses of the places to the tape: two whether there are so many or not, a guess that is mostly
 * right.
 */
// @ts-ignore: decorator
@inline
function writeLineEnds(tape: usize, block: usize, places: u64): usize {
  const end = tape + (usize(popcnt(places)) << 2);
  store<u32>(tape, u32(block) + u32(ctz(places)));
  places &= places - 1;
  store<u32>(tape, u32(block) + u32(ctz(places)), 4);
  for (let at = tape + 8; at < end; at += 4) {
    places &= places - 1;
    store<u32>(at, u32(block) + u32(ctz(places)));
  }
  return end;
}

/** Ends the marks at `end`: whoever looks for the next one finds one there or soon after. */
function endMarks(target: usize, end: usize, tape: usize): void {
  markedTo = end;
  while (tape > lineEnds && usize(load<u32>(tape - 4)) >= end) tape -= 4;
  lineEndsEnd = tape;
  store<u64>(target, ~u64(0));
}

/** Control characters but for line ends, LF or CRLF. */
function controls(block: usize, a: v128, b: v128, c: v128, d: v128): u64 {
  const space = i8x16.splat(0x20);
  const all = placesOf(i8x16.lt_u(a, space), i8x16.lt_u(b, space), i8x16.lt_u(c, space), i8x16.lt_u(d, space));
  const lineFeeds = placesOfByte(a, b, c, d, 0x0a);
  const beforeLineFeed = (lineFeeds >> 1) | (u64(load<u8>(block, 64) == 0x0a) << 63);
  return all & ~(lineFeeds | (beforeLineFeed & placesOfByte(a, b, c, d, 0x0d)));
}

/** The first marked byte at or after `at`, which is in the stretch; past `markedTo` if there is none before it. */
// @ts-ignore: decorator
@inline
export function nextMark(at: usize, marks: usize = marksAt): usize {
  const window = load<u64>(marks + (at >> 3)) >> u64(at & 7);
  return window != 0 ? at + usize(ctz(window)) : farMark(at);
}

/** `nextMark` for a byte with no mark in the next 57. */
export function farMark(at: usize): usize {
  let place = at & ~7;
  let window = load<u64>(marksAt + (place >> 3)) & (~u64(0) << u64(at & 7));
  while (window == 0) {
    place += 64;
    window = load<u64>(marksAt + (place >> 3));
  }
  return place + usize(ctz(window));
}
