import { placesOf, placesOfByte, prefixXor } from './bits';
import { escapeCarry, escapedPlaces } from './escape';

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

const MOST: u32 = 8192;
/** Rows' first byte, the one past their last, and lines before them; indices into the buffer. */
export const rowStarts: usize = memory.data(8192 * 4, 16);
export const rowEnds: usize = memory.data(8192 * 4, 16);
export const rowLines: usize = memory.data(8192 * 4, 16);
/** Members: the row's name, without its quotes. */
export const nameStarts: usize = memory.data(8192 * 4, 16);
export const nameEnds: usize = memory.data(8192 * 4, 16);

export let rowCount: u32 = 0;
/** Index where the row after the last one begins, or its name; where the rows end, that place. */
export let rowsNext: u32 = 0;
/** Line feeds before `rowsNext`; of those, at most so many are inside rows. */
export let rowsLineCount: u32 = 0;
export let rowsFeedsInside: u32 = 0;
/** Bytes between the rows. */
export let rowsGaps: u32 = 0;

/** The next row: where it begins with its name, and where its value does. */
let begin: usize = 0;
let start: usize = 0;
let nameStart: usize = 0;
let nameEnd: usize = 0;
/** Line feeds that were passed up to `begin`, and up to `start`. */
let feedsToBegin: u32 = 0;
let feedsPassed: u32 = 0;
/** Line feeds that were seen between rows. */
let feedsBetween: u32 = 0;
/** Where the last row ends. */
let lastEnd: usize = 0;

// @ts-ignore: decorator
@inline
function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

/** The first byte at or after `at` that is no white space, at most `stop`. Counts line feeds. */
function skipBlank(at: usize, stop: usize): usize {
  while (at < stop) {
    const byte = load<u8>(at);
    if (!isSpace(byte)) break;
    feedsPassed += u32(byte == 0x0a);
    at++;
  }
  return at;
}

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
function beginRow(at: usize, until: usize, stop: usize, final: bool, layout: u32, closer: u8): i32 {
  feedsPassed = 0;
  at = skipBlank(at, stop);
  feedsToBegin = feedsPassed;
  begin = at;
  start = at;
  if (at >= stop) return !final ? INCOMPLETE : layout == VALUES ? ENDED : ODD;
  const byte = load<u8>(at);
  if (layout == VALUES) return byte == 0x7b || byte == 0x5b ? MORE : ODD;
  if (byte == 0x2c || byte == closer) return ODD;
  if (layout == ELEMENTS || at >= until) return MORE;
  if (byte != 0x22) return ODD;
  nameStart = at + 1;
  nameEnd = nameClose(nameStart, stop);
  if (nameEnd == 0) return ODD;
  if (nameEnd >= stop) return final ? ODD : INCOMPLETE;
  at = skipBlank(nameEnd + 1, stop);
  if (at >= stop) return final ? ODD : INCOMPLETE;
  if (load<u8>(at) != 0x3a) return ODD;
  at = skipBlank(at + 1, stop);
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
  const slot = usize(rowCount) << 2;
  if (rowCount != 0) rowsGaps += u32(start - lastEnd);
  lastEnd = end;
  store<u32>(rowStarts + slot, u32(start - base));
  store<u32>(rowEnds + slot, u32(end - base));
  store<u32>(rowLines + slot, lines);
  store<u32>(nameStarts + slot, u32(nameStart - base));
  store<u32>(nameEnds + slot, u32(nameEnd - base));
  rowCount++;
}

/**
 * Finds the rows that begin at indices [from, until) of the `length` bytes at `base`; one can begin at `from`. `closer`
 * ends the list or object, 0 for none.
 */
export function cutRows(
  base: usize,
  length: u32,
  from: u32,
  until: u32,
  final: bool,
  layout: u32,
  closer: u8,
): i32 {
  const stop = base + length;
  const last = base + until;
  rowCount = 0;
  rowsGaps = 0;
  feedsBetween = 0;
  nameStart = base;
  nameEnd = base;

  if (layout != VALUES) {
    // A list or object without a row.
    feedsPassed = 0;
    const first = skipBlank(base + from, stop);
    if (first < stop && load<u8>(first) == closer) return finish(ENDED, first, base, feedsPassed);
  }
  let state = beginRow(base + from, last, stop, final, layout, closer);
  if (state == ENDED || (state == MORE && begin >= last)) return finish(state, begin, base, feedsToBegin);
  if (state != MORE) return state;
  feedsBetween = feedsPassed;
  /** Line feeds before the block at hand, from `from` on; of the row at hand, those before it. */
  let feeds: u32 = 0;
  let rowLine = feedsPassed;

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
    const outside = ~strings & live;
    inString = u64(i64(strings) >> 63);
    let tokens = placesOf(structural(a), structural(b), structural(c), structural(d)) & outside;
    let lineFeeds: u64 = 0;
    const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d));
    if (v128.any_true(i8x16.lt_u(least, i8x16.splat(0x20)))) {
      lineFeeds = placesOfByte(a, b, c, d, 0x0a) & live;
      tokens &= ~placesOf(control(a), control(b), control(c), control(d));
    }
    if (((backslashes & ~strings) | (lineFeeds & strings)) != 0) return ODD;

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
      state = beginRow(layout == VALUES ? end : end + 1, last, stop, final, layout, closer);
      if (state == INCOMPLETE || state == ODD) return state;
      if (state == MORE && begin < last) {
        if (rowCount != MOST && begin != end) {
          rowLine = before + feedsPassed;
          feedsBetween += feedsPassed;
          continue;
        }
        state = FULL;
      }
      feedsBetween += feedsToBegin;
      return finish(state, begin, base, before + feedsToBegin);
    }
    feeds += u32(popcnt(lineFeeds));
    live = ~u64(0);
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

const MOST_GAPS: u32 = 32768;
/** What was between the rows before it was covered. */
const gaps: usize = memory.data(32768, 16);

/** Whether `uncoverRows` can undo `coverRows`. Where it cannot, the caller has to keep the bytes. */
export function canUncover(): bool {
  return rowsFeedsInside == 0 && rowsGaps <= MOST_GAPS;
}

/** Makes lines of the rows found last: line feeds of the bytes between them, blanks of the line feeds inside. */
export function coverRows(base: usize): void {
  if (rowsFeedsInside != 0) blankFeeds(base + load<u32>(rowStarts), lastEnd);
  const kept = canUncover();
  let gap = gaps;
  for (let row: u32 = 1; row < rowCount; row++) {
    const slot = usize(row) << 2;
    const end = base + load<u32>(rowStarts + slot);
    for (let at = base + load<u32>(rowEnds + slot - 4); at < end; at++) {
      if (kept) store<u8>(gap++, load<u8>(at));
      store<u8>(at, 0x0a);
    }
  }
}

export function uncoverRows(base: usize): void {
  let gap = gaps;
  for (let row: u32 = 1; row < rowCount; row++) {
    const slot = usize(row) << 2;
    const end = base + load<u32>(rowStarts + slot);
    for (let at = base + load<u32>(rowEnds + slot - 4); at < end; at++) store<u8>(at, load<u8>(gap++));
  }
}

function blankFeeds(at: usize, end: usize): void {
  const feed = i8x16.splat(0x0a);
  const space = i8x16.splat(0x20);
  for (; at + 16 <= end; at += 16) {
    const bytes = v128.load(at);
    const feeds = i8x16.eq(bytes, feed);
    if (v128.any_true(feeds)) v128.store(at, v128.bitselect(space, bytes, feeds));
  }
  for (; at < end; at++) if (load<u8>(at) == 0x0a) store<u8>(at, 0x20);
}
