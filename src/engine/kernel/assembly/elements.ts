import { placesOf, placesOfByte, prefixXor } from './bits';
import { escapeCarry, escapedPlaces } from './escape';
import {
  blankComment,
  commentEnd,
  countGapFeeds,
  dropTrailingComma,
  gapFeeds,
  hasBlanked,
  isSpace,
  skipGap,
  watchBlanks,
} from './gap';
import { addRow, clearRowTable, MOST_ROWS, rowCount } from './rowTable';

/*
 * Where the rows of a JSON document begin and end: elements of a list, members of an object, or values one after the
 * other. 64 bytes at a time, quotes and escapes are told by sets of places; then only brackets outside of strings are
 * walked through, and commas where no bracket is open. Where anything is not as JSON has it, as far as brackets, quotes
 * and commas show, the walk ends as `ODD`: what such rows are, the plain finder knows.
 */

/** How a cut ends: the next row begins past the last place asked for. */
const MORE: i32 = 0;
/** The last row runs on past the bytes given. */
const INCOMPLETE: i32 = 1;
/** There are more rows in the bytes than there is room for. */
const FULL: i32 = 2;
/** The plain finder has to look. */
const ODD: i32 = 3;
/** There are no more rows. */
const ENDED: i32 = 4;

/** `layout`: what the rows are. */
const ELEMENTS: u32 = 0;
const MEMBERS: u32 = 1;
const VALUES: u32 = 2;

/** Index where the row after the last one begins, or its name; where the rows end, that place. */
export let rowsNext: u32 = 0;
/** Line feeds before `rowsNext`; of those, at most so many are inside rows. */
export let rowsLineCount: u32 = 0;
export let rowsFeedsInside: u32 = 0;

/** The next row: where it begins with its name, and where its value does. */
let begin: usize = 0;
let start: usize = 0;
let nameStart: usize = 0;
let nameEnd: usize = 0;
/** Line feeds that were passed up to `begin`. */
let feedsToBegin: u32 = 0;
/** Line feeds that were seen between rows. */
let feedsBetween: u32 = 0;

/** The closing quote of the name that begins at `at`; `stop` where it does not come, 0 for a line feed in it. */
function nameClose(at: usize, stop: usize): usize {
  while (at < stop) {
    const byte = load<u8>(at);
    if (byte == 0x22) return at;
    if (byte == 0x0a) return 0;
    at += byte == 0x5c ? 2 : 1;
  }
  return stop;
}

/** Looks for a row at or after `at`. Answers MORE where one is to be read, or how the cut ends. */
function beginRow(at: usize, until: usize, stop: usize, final: bool, layout: u32, closer: u8, comments: bool): i32 {
  countGapFeeds();
  watchBlanks();
  at = skipGap(at, stop, comments);
  feedsToBegin = gapFeeds();
  begin = at;
  start = at;
  if (at >= stop) return !final ? INCOMPLETE : layout == VALUES ? ENDED : ODD;
  const byte = load<u8>(at);
  if (layout == VALUES) return byte == 0x7b || byte == 0x5b ? MORE : ODD;
  if (byte == closer) return ENDED;
  if (byte == 0x2c) return ODD;
  if (layout == ELEMENTS || at >= until) return MORE;
  if (byte != 0x22) return ODD;
  nameStart = at + 1;
  nameEnd = nameClose(nameStart, stop);
  if (nameEnd == 0) return ODD;
  if (nameEnd >= stop) return final ? ODD : INCOMPLETE;
  at = skipGap(nameEnd + 1, stop, comments);
  if (at >= stop) return final ? ODD : INCOMPLETE;
  if (load<u8>(at) != 0x3a) return ODD;
  at = skipGap(at + 1, stop, comments);
  if (at >= stop) return final ? ODD : INCOMPLETE;
  if (load<u8>(at) == 0x2c || load<u8>(at) == closer) return ODD;
  start = at;
  return MORE;
}

/** Adds the row at hand, which ends before the white space before `end`. */
// @ts-ignore: decorator
@inline
function endRow(base: usize, end: usize, lines: u32): void {
  while (isSpace(load<u8>(end - 1))) end--;
  addRow(u32(start - base), u32(end - base), lines, u32(nameStart - base), u32(nameEnd - base));
}

/**
 * Finds the rows that begin at indices [from, until) of the `length` bytes at `base`; one can begin at `from`. `closer`
 * ends the list or object, 0 for none. With `comments`, comments and trailing commas become blanks on the way.
 */
export function cutRows(
  base: usize,
  length: u32,
  from: u32,
  until: u32,
  final: bool,
  layout: u32,
  closer: u8,
  comments: bool,
): i32 {
  const stop = base + length;
  const last = base + until;
  clearRowTable();
  feedsBetween = 0;
  nameStart = base;
  nameEnd = base;

  let state = beginRow(base + from, last, stop, final, layout, closer, comments);
  if (state == ENDED || (state == MORE && begin >= last)) return finish(state, begin, base, feedsToBegin);
  if (state != MORE) return state;
  feedsBetween = gapFeeds();
  /** Line feeds before the block at hand, from `from` on; of the row at hand, those before it. */
  let feeds: u32 = 0;
  let rowLine = gapFeeds();

  let depth: u32 = 0;
  /** A bit for each open bracket, the innermost lowest: whether it is a brace. */
  let braces: u64 = 0;
  let inString: u64 = 0;
  let escape: u64 = 0;
  let afterString: u64 = 0;
  let live = ~u64(0) << u64((base + from) & 63);

  for (let block = (base + from) & ~63; block < stop; block += 64) {
    if (stop - block < 64) live &= (u64(1) << u64(stop - block)) - 1;
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);

    let quotes = placesOfByte(a, b, c, d, 0x22) & live;
    let backslashes: u64 = 0;
    if (escape != 0 || hasByte(a, b, c, d, 0x5c)) {
      backslashes = placesOfByte(a, b, c, d, 0x5c) & live;
      quotes &= ~escapedPlaces(backslashes, escape);
      escape = escapeCarry(backslashes, escape);
    }
    const strings = prefixXor(quotes) ^ inString;
    let outside = ~strings & live;
    /** A comment: what comes after it is looked at again when it is blanks. */
    let comment: u64 = 0;
    if (comments) {
      const slashes = placesOfByte(a, b, c, d, 0x2f) & outside;
      comment = slashes & (0 - slashes);
      if (comment != 0) {
        live &= comment - 1;
        outside &= live;
      }
    }
    inString = u64(i64(strings) >> 63);
    let tokens = placesOf(structural(a), structural(b), structural(c), structural(d)) & outside;
    let lineFeeds: u64 = 0;
    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d));
    if (v128.any_true(i8x16.lt_u(least, i8x16.splat(0x20)))) {
      lineFeeds = placesOfByte(a, b, c, d, 0x0a) & live;
      tokens &= ~placesOf(control(a), control(b), control(c), control(d));
    }
    if ((((backslashes & ~strings) | (lineFeeds & strings)) & live) != 0) return ODD;

    const closing = quotes & ~strings;
    const afterStrings = ((closing << 1) | afterString) & live;
    afterString = closing >> 63;
    let odd = afterStrings & ~tokens;
    while (odd != 0) {
      const byte = load<u8>(block + usize(ctz(odd)));
      if (!isSpace(byte) && byte != 0x2f) return ODD;
      odd &= odd - 1;
    }

    // Of the tokens, brackets are those with this bit.
    let again: usize = 0;
    const brackets = tokens & placesOf(i8x16.shl(a, 1), i8x16.shl(b, 1), i8x16.shl(c, 1), i8x16.shl(d, 1));
    while (true) {
      const left = depth == 0 ? tokens : tokens & brackets;
      if (left == 0) break;
      const bit = left & (0 - left);
      const at = block + usize(ctz(left));
      // Up to here.
      tokens &= ~(bit | (bit - 1));
      const byte = load<u8>(at);
      let end = at;
      if ((byte & 0x42) == 0x42) {
        if (depth == 64 || (bit & afterStrings) != 0) return ODD;
        // A second value in the row.
        if (depth == 0 && layout != VALUES && at != start) return ODD;
        braces = (braces << 1) | u64((byte >> 5) & 1);
        depth++;
        continue;
      }
      if ((byte & 0x40) != 0) {
        if (depth == 0) {
          if (byte != closer) return ODD;
          endRow(base, at, rowLine);
          return finish(ENDED, at, base, feeds + u32(popcnt(lineFeeds & (bit - 1))));
        }
        if (((u64(byte >> 5) ^ braces) & 1) != 0) return ODD;
        if (comments) dropTrailingComma(at);
        braces >>= 1;
        depth--;
        if (depth != 0 || layout != VALUES) continue;
        end = at + 1;
      } else {
        if (byte != 0x2c) continue;
        if (layout == VALUES) return ODD;
      }

      endRow(base, end, rowLine);
      const before = feeds + u32(popcnt(lineFeeds & (bit - 1)));
      state = beginRow(layout == VALUES ? end : end + 1, last, stop, final, layout, closer, comments);
      if (state == INCOMPLETE || state == ODD) return state;
      // A comma with nothing after it.
      if (state == ENDED && layout != VALUES && !comments) return ODD;
      if (state == MORE && begin < last) {
        if (rowCount != MOST_ROWS) {
          rowLine = before + gapFeeds();
          feedsBetween += gapFeeds();
          if (!hasBlanked()) continue;
          again = start;
          break;
        }
        state = FULL;
      }
      feedsBetween += feedsToBegin;
      return finish(state, begin, base, before + feedsToBegin);
    }
    if (again != 0) {
      feeds = rowLine;
    } else {
      feeds += u32(popcnt(lineFeeds));
      if (comment == 0) {
        live = ~u64(0);
        continue;
      }
      again = block + usize(ctz(comment));
      const end = commentEnd(again, stop);
      if (end == 0) return ODD;
      if (end > stop) return final ? ODD : INCOMPLETE;
      blankComment(again, end);
    }
    // Outside of any string, at a byte that the block had not come to.
    block = (again & ~63) - 64;
    live = ~u64(0) << u64(again & 63);
    inString = 0;
    escape = 0;
    afterString = 0;
  }
  return final ? ODD : INCOMPLETE;
}

/** The bytes that are `{ } [ ] , :`, or a control character, by what they must be for their lowest bits. */
// @ts-ignore: decorator
@inline
function structural(bytes: v128): v128 {
  const wanted = i8x16.swizzle(
    i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0x3a, 0x7b, 0x2c, 0x7d, -1, -1),
    v128.and(bytes, i8x16.splat(0x0f)),
  );
  return i8x16.eq(v128.or(bytes, i8x16.splat(0x20)), wanted);
}

// @ts-ignore: decorator
@inline
function control(bytes: v128): v128 {
  return i8x16.lt_u(bytes, i8x16.splat(0x20));
}

// @ts-ignore: decorator
@inline
function hasByte(a: v128, b: v128, c: v128, d: v128, byte: u8): bool {
  const wanted = i8x16.splat(byte);
  const ab = v128.or(i8x16.eq(a, wanted), i8x16.eq(b, wanted));
  return v128.any_true(v128.or(ab, v128.or(i8x16.eq(c, wanted), i8x16.eq(d, wanted))));
}

// @ts-ignore: decorator
@inline
function finish(state: i32, next: usize, base: usize, lines: u32): i32 {
  rowsNext = u32(next - base);
  rowsLineCount = lines;
  rowsFeedsInside = lines - feedsBetween;
  return state;
}
