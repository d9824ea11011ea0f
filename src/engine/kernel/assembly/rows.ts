import { placesOf, placesOfByte, prefixXor } from './bits';
import { utf8Errors } from './utf8';

/*
 * Where the fields and rows of delimited text end, as RFC 4180 has it: a quote opens a field as its first byte, two
 * quotes inside are one, and the closing quote is followed by a delimiter or line end. So quotes take turns in opening and
 * closing, and a delimiter or line end counts where none is open. Where a quote stands anywhere else, or the text is not UTF-8, marking
 * ends: what such a row is, the plain scanner knows.
 */

/** Bytes that are marked at once, or more where no row ends in them. */
export const ROWS_STRETCH: usize = 16384;
const MOST_BLOCKS: usize = 8192;
const MOST_ROWS: usize = 4096;

/** For each block of the stretch the places of the delimiters and line ends that end a field, and how many there are before it. */
const endWords: usize = memory.data(8192 * 8, 16);
const endCounts: usize = memory.data(8193 * 4, 16);
let firstBlock: usize = 0;

/** A row's end. */
// @ts-ignore: decorator
@unmanaged
export class RowEnd {
  /** Address of its LF. */
  at: usize;
  /** Fields, and LFs in and out of quotes, from the stretch's start to here. */
  fields: u32;
  lineFeeds: u32;
}

/** `RowEnd`, one after the other. */
export const rowEnds: usize = memory.data((4096 + 80) * 12, 16);
export let rowEndsEnd: usize = rowEnds;
/** Where marking ended for a quote or text that is not as it should be; 0 where it did not. */
export let oddAt: usize = 0;
/** How far marking came. */
export let rowsMarkedTo: usize = 0;
/** Whether a doubled quote was seen. */
export let hasDoubled: bool = false;

/**
 * Blocks of the stretch in which NUL or text that is not UTF-8 would show: looked at together, for here and there one costs
 * more. When it is full, marking ends.
 */
const unusual: usize = memory.data(1024 * 4, 16);
const MOST_UNUSUAL: usize = 1024 * 4;

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
  let lineFeedCount: u32 = 0;
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
  const mostBlock = block + (MOST_BLOCKS << 6);
  let word = endWords;
  let before = endCounts;
  for (; block < last; block += 64) {
    if (block >= end && (rowEnd != rowEnds || block >= mostBlock)) break;
    if (unchecked == unusual + MOST_UNUSUAL) {
      if (!passesCheck(unchecked, start, begun, last)) break;
      unchecked = unusual;
    }
    if (rowEnd >= rowEnds + MOST_ROWS * offsetof<RowEnd>()) break;
    if (last - block < 64) live &= (u64(1) << u64(last - block)) - 1;
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);

    const quotes = quote == 0 ? 0 : placesOfByte(a, b, c, d, quote) & live;
    const lineFeeds = placesOfByte(a, b, c, d, 0x0a) & live;
    let ends = lineFeeds | (placesOfByte(a, b, c, d, delimiter) & live);
    let odd: u64 = 0;

    if ((quotes | inQuotes | justClosed) != 0) {
      const quoted = prefixXor(quotes) ^ inQuotes;
      inQuotes = u64(i64(quoted) >> 63);
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

    // NUL, and bytes past ASCII: one signed comparison finds that there are none.
    store<u32>(unchecked, u32(block));
    const least = i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d));
    const strange = u32(v128.any_true(i8x16.le_s(least, i8x16.splat(0)))) | (load<u32>(block - 4) & 0x80808000);
    unchecked += usize(strange != 0) << 2;
    live = ~u64(0);

    if (odd != 0) {
      ends &= (odd & (0 - odd)) - 1;
      oddAt = block + usize(ctz(odd));
    }

    let newRows = lineFeeds & ends;
    while (newRows != 0) {
      const upTo = newRows ^ (newRows - 1);
      const row = changetype<RowEnd>(rowEnd);
      row.at = block + usize(ctz(newRows));
      row.fields = fieldCount + u32(popcnt(ends & upTo));
      row.lineFeeds = lineFeedCount + u32(popcnt(lineFeeds & upTo));
      rowEnd += offsetof<RowEnd>();
      newRows &= newRows - 1;
    }
    lineFeedCount += u32(popcnt(lineFeeds));
    store<u64>(word, ends);
    store<u32>(before, fieldCount);
    word += 8;
    before += 4;
    fieldCount += u32(popcnt(ends));
    if (odd != 0) break;
  }
  store<u32>(before, fieldCount);
  passesCheck(unchecked, start, begun, last);
  while (oddAt != 0 && rowEnd != rowEnds && load<usize>(rowEnd - offsetof<RowEnd>()) >= oddAt) {
    rowEnd -= offsetof<RowEnd>();
  }
  rowEndsEnd = rowEnd;
  rowsMarkedTo = block;
}

/**
 * Address of the delimiter or line end that is number `ordinal`, from 0, of those in the stretch. There is one, and not before
 * the block of the byte at `from`. The first steps are taken whether they lead on or not: how many it takes differs from row to row.
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
  places = skip > 0 ? places & (places - 1) : places;
  places = skip > 1 ? places & (places - 1) : places;
  places = skip > 2 ? places & (places - 1) : places;
  places = skip > 3 ? places & (places - 1) : places;
  places = skip > 4 ? places & (places - 1) : places;
  places = skip > 5 ? places & (places - 1) : places;
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

/** Looks through the blocks of `unusual` up to `unchecked` and sets `oddAt` to the first byte that is odd, if it stands before; answers whether there is none. */
function passesCheck(unchecked: usize, start: usize, begun: u64, last: usize): bool {
  const zero = i8x16.splat(0);
  for (let at = unusual; at < unchecked; at += 4) {
    const block = usize(load<u32>(at));
    let odd = utf8Errors(block);
    odd |= placesOf(
      i8x16.eq(v128.load(block), zero),
      i8x16.eq(v128.load(block, 16), zero),
      i8x16.eq(v128.load(block, 32), zero),
      i8x16.eq(v128.load(block, 48), zero),
    );
    if (block == (start & ~63)) odd &= begun;
    if (last - block < 64) odd &= (u64(1) << u64(last - block)) - 1;
    if (odd == 0) continue;
    const place = block + usize(ctz(odd));
    if (oddAt == 0 || place < oddAt) oddAt = place;
    return false;
  }
  return true;
}
