import { placesOfByte, prefixXor } from './bits';
import { utf8Errors, utf8GoesOn } from './utf8';

/*
 * Where the fields and rows of delimited text end, as RFC 4180 has it: a quote opens a field as its first byte,
 * two quotes inside are one, and the closing quote is followed by a delimiter or line end. So quotes take turns
 * in opening and closing, and a delimiter or line end counts where none is open. Where a quote stands anywhere
 * else, or the text is not UTF-8, marking ends: what such a row is, the plain scanner knows.
 */

/** Bytes that are marked at once, or more where no row ends in them. */
export const ROWS_STRETCH: usize = 16384;
const MOST_BLOCKS: usize = 8192;

/**
 * For each block of the stretch the places of the delimiters and line ends that end a field, and how many there
 * are before it.
 */
const endWords: usize = memory.data(8193 * 8, 16);
const endCounts: usize = memory.data(8193 * 4, 16);
let firstBlock: usize = 0;

/** Addresses of the LFs that end rows, in order, and where they end. */
export const rowEnds: usize = memory.data((16384 + 128) * 4, 16);
export let rowEndsEnd: usize = rowEnds;
/** Addresses of the LFs in quotes, in order, and one past all memory. When there is no room for more, marking ends. */
export const innerFeeds: usize = memory.data((4096 + 65) * 4, 16);
const INNER_ROOM: usize = 4096 * 4;
/** Where marking ended for a quote or text that is not as it should be; 0 where it did not. */
export let oddAt: usize = 0;
/** How far marking came. */
export let rowsMarkedTo: usize = 0;
/** Whether a doubled quote was seen. */
export let hasDoubled: bool = false;

/** Blocks of the stretch that have NUL or a byte past ASCII: looked at together, for here and there one costs more. */
const unusual: usize = memory.data(8193 * 4, 16);

/**
 * Marks from `start`, where a row begins, up to at least `end` or the end of one row, but not past `last`. `quote` is 0
 * for none.
 */
export function markRows(
  start: usize,
  end: usize,
  last: usize,
  delimiter: u8,
  quote: u8,
): void {
  let fieldCount: u32 = 0;
  let rowEnd = rowEnds;
  let inner = innerFeeds;
  oddAt = 0;
  hasDoubled = false;

  let inQuotes: u64 = 0;
  /** 1 where a field begins at the block's first byte, and where a quote was closed right before it. */
  let fieldBegins: u64 = 1;
  let justClosed: u64 = 0;
  let unchecked = unusual;
  const begun = ~u64(0) << u64(start & 63);
  let live = begun;

  let block = start & ~63;
  firstBlock = block;
  let most = min(last, block + (MOST_BLOCKS << 6));
  let stop = min(end, most);
  let word = endWords;
  let before = endCounts;
  while (true) {
    if (block >= stop) {
      if (rowEnd != rowEnds || block >= most) break;
      stop = min(block + 64, most);
    }
    if (last - block < 64) live &= (u64(1) << u64(last - block)) - 1;
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);

    // No quote is sought as NUL, which is odd wherever it stands.
    const quotes = placesOfByte(a, b, c, d, quote) & live;
    const lineFeeds = placesOfByte(a, b, c, d, 0x0a) & live;
    let ends = lineFeeds | (placesOfByte(a, b, c, d, delimiter) & live);
    let odd: u64 = 0;

    if ((quotes | inQuotes | justClosed) != 0) {
      const quoted = prefixXor(quotes) ^ inQuotes;
      inQuotes = u64(i64(quoted) >> 63);
      for (let feeds = lineFeeds & quoted; feeds != 0; feeds &= feeds - 1) {
        store<u32>(inner, u32(block) + u32(ctz(feeds)));
        inner += 4;
        if (inner >= innerFeeds + INNER_ROOM) most = stop = block + 1;
      }
      ends &= ~quoted;
      const opening = quotes & quoted;
      const closing = quotes & ~quoted;
      const afterClosing = (closing << 1) | justClosed;
      justClosed = closing >> 63;
      hasDoubled = hasDoubled || (opening & afterClosing) != 0;
      odd = opening & ~((ends << 1) | fieldBegins | afterClosing);
      let stray = afterClosing & ~(ends | opening);
      if (stray != 0) {
        const beforeLineFeed = (lineFeeds >> 1) | (u64(load<u8>(block, 64) == 0x0a) << 63);
        stray &= ~(placesOfByte(a, b, c, d, 0x0d) & beforeLineFeed);
      }
      odd |= stray;
    }
    fieldBegins = ends >> 63;

    // Below 1 are NUL and, signed, bytes past ASCII.
    const least = i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d));
    store<u32>(unchecked, u32(block));
    unchecked += usize(i8x16.bitmask(i8x16.sub_sat_s(least, i8x16.splat(1))) != 0) << 2;
    live = ~u64(0);

    if (odd != 0) {
      ends &= (odd & (0 - odd)) - 1;
      oddAt = block + usize(ctz(odd));
    }

    // One is written whether there is one or not: which it is, is hard to foretell.
    let newRows = lineFeeds & ends;
    store<u32>(rowEnd, u32(block) + u32(ctz(newRows)));
    rowEnd += usize(newRows != 0) << 2;
    for (newRows &= newRows - 1; newRows != 0; newRows &= newRows - 1) {
      store<u32>(rowEnd, u32(block) + u32(ctz(newRows)));
      rowEnd += 4;
    }
    store<u64>(word, ends);
    store<u32>(before, fieldCount);
    word += 8;
    before += 4;
    fieldCount += u32(popcnt(ends));
    block += 64;
    if (odd != 0) break;
  }
  store<u32>(before, fieldCount);
  store<u32>(inner, ~0);
  checkUnusual(unchecked, start, begun, last);
  while (oddAt != 0 && rowEnd != rowEnds && usize(load<u32>(rowEnd - 4)) >= oddAt) rowEnd -= 4;
  rowEndsEnd = rowEnd;
  rowsMarkedTo = block;
}

/**
 * Address of the delimiter or line end that is number `ordinal`, from 0, of those in the stretch. There is one,
 * and not before the block of the byte at `from`. The first steps are taken whether they lead on or not: how
 * many it takes differs from row to row.
 */
// @ts-ignore: decorator
@inline
export function fieldEnd(ordinal: u32, from: usize): usize {
  let block = (from - firstBlock) >> 6;
  block += usize(load<u32>(endCounts + (block << 2), 4) <= ordinal);
  block += usize(load<u32>(endCounts + (block << 2), 4) <= ordinal);
  while (load<u32>(endCounts + (block << 2), 4) <= ordinal) block++;
  let places = load<u64>(endWords + (block << 3));
  let skip = ordinal - load<u32>(endCounts + (block << 2));
  for (; skip > 6; skip--) places &= places - 1;
  places &= places - u64(skip > 0);
  places &= places - u64(skip > 1);
  places &= places - u64(skip > 2);
  places &= places - u64(skip > 3);
  places &= places - u64(skip > 4);
  places &= places - u64(skip > 5);
  return firstBlock + (block << 6) + usize(ctz(places));
}

/** Address of the first delimiter or line end at or after `from` that ends a field of the stretch; there is one. */
// @ts-ignore: decorator
@inline
export function nextFieldEnd(from: usize): usize {
  let block = (from - firstBlock) >> 6;
  let places = load<u64>(endWords + (block << 3)) & (~u64(0) << u64(from & 63));
  while (places == 0) places = load<u64>(endWords + (++block << 3));
  return firstBlock + (block << 6) + usize(ctz(places));
}

/**
 * A bit for each of the 64 bytes from `at` on, which is in the stretch, that is a delimiter or line end that
 * ends a field of it.
 */
// @ts-ignore: decorator
@inline
export function endsFrom(at: usize): u64 {
  const word = endWords + (((at - firstBlock) >> 6) << 3);
  const place = u64(at & 63);
  return (load<u64>(word) >> place) | ((load<u64>(word, 8) << 1) << (63 - place));
}

/** How many of the fields that end in the stretch end before the byte at `at`, which is in it. */
// @ts-ignore: decorator
@inline
export function fieldsBefore(at: usize): u32 {
  const block = (at - firstBlock) >> 6;
  const earlier = load<u64>(endWords + (block << 3)) & ((u64(1) << u64(at & 63)) - 1);
  return load<u32>(endCounts + (block << 2)) + u32(popcnt(earlier));
}

/**
 * Looks through the blocks of `unusual` up to `unchecked` and sets `oddAt` to the first byte that is odd, if it
 * stands before.
 */
function checkUnusual(unchecked: usize, start: usize, begun: u64, last: usize): void {
  store<u32>(unchecked, 0);
  for (let at = unusual; at < unchecked; at += 4) {
    const block = usize(load<u32>(at));
    let odd = utf8Errors(block) | nulls(block);
    if (block == (start & ~63)) odd &= begun;
    if (last - block < 64) odd &= (u64(1) << u64(last - block)) - 1;
    // A next block that is not unusual has nothing that could end the character which this one begins.
    const cut = load<u32>(at, 4) != u32(block + 64) && utf8GoesOn(block + 64);
    if (odd == 0 && !cut) continue;
    const place = odd != 0 ? block + usize(ctz(odd)) : block + 64;
    if (oddAt == 0 || place < oddAt) oddAt = place;
    return;
  }
}

/** The bytes of a block that are NUL. */
// @ts-ignore: decorator
@inline
function nulls(block: usize): u64 {
  return placesOfByte(v128.load(block), v128.load(block, 16), v128.load(block, 32), v128.load(block, 48), 0);
}
