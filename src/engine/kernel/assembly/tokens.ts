import { placesOf, placesOfByte, prefixXor, skipRuns, skipsPast, writePlaces } from './bits';
import { escapeCarry, escapedPlaces, firstBadEscape } from './escape';
import { closingQuote, skipSpace } from './text';
import { utf8Errors, utf8GoesOn } from './utf8';

/*
 * The first half of reading JSON Lines: 64 bytes at a time, without a branch where ordinary data has none. It
 * checks what RFC 8259 says of two neighbouring tokens for all tokens of a block at once, with sets of places:
 *
 * - After the start of a line, `{`, `[`, `,` or `:` a value begins, and values begin nowhere else. (Exceptions, which
 *   walk.ts sees: `}` or `]` right after its opener, and the end of a blank line.)
 * - A `:` comes after a string that itself came after `{`, `[` or `,`: so what stands between commas is a value, or a
 *   name and a value.
 *
 * Strings, escapes and UTF-8 are done with here. The other half, walk.ts, goes through the places left in `tape`:
 * brackets, scalars, line ends, and names of interest.
 */

/** Bytes that are marked at once, so that what is found in them stays in the nearest cache. */
export const STRETCH: usize = 4096;

/** A block's colons and commas, and how many there were before it. */
// @ts-ignore: decorator
@unmanaged
export class Separators {
  colons: u64;
  commas: u64;
  colonsBefore: u32;
  commasBefore: u32;
}

/** Addresses of the tokens to walk through, in order. Room for one a byte and for what is written ahead. */
export const tape: usize = memory.data((4096 + 64) * 4, 16);
/** A `Separators` for each block of the stretch. */
export const separators: usize = memory.data((4096 / 64) * 24, 16);
/** The first byte at which the stretch was seen to be malformed; its tokens end there. 0 for none. */
export let faultAt: usize = 0;

// What a block leaves to the next one, all as of the start of a line.
let inString: u64 = 0;
let escape: u64 = 0;
let afterOpener: u64 = 1;
let afterElement: u64 = 0;
let inName: u64 = 0;
let afterName: u64 = 0;
let inScalar: u64 = 0;
let inSequence: bool = false;
/** Where the string that goes on into the next block is known to close; anything before that block where it is not. */
let knownClose: usize = 0;

export function beginLine(): void {
  inString = 0;
  escape = 0;
  afterOpener = 1;
  afterElement = 0;
  inName = 0;
  afterName = 0;
  inScalar = 0;
  inSequence = false;
  knownClose = 0;
}

/**
 * Marks the tokens from `start`, which is where the last stretch ended or a line begins, up to `end` at least, or the
 * first fault. Answers the end of the tape. `lengths` are those of the names of interest.
 */
export function markTokens(start: usize, end: usize, withNames: bool, lengths: usize, lengthCount: u32): usize {
  let tapeEnd = tape;
  let separator = separators;
  let colonCount: u32 = 0;
  let commaCount: u32 = 0;
  faultAt = 0;

  for (let block = start; block < end; block += 64) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    let faults: u64 = 0;

    // Strings: from the opening quote up to the closing one, which is not in the set.
    let quotes = placesOfByte(a, b, c, d, 0x22);
    let backslashes: u64 = 0;
    if (escape != 0 || hasByte(a, b, c, d, 0x5c)) {
      backslashes = placesOfByte(a, b, c, d, 0x5c);
      const escaped = escapedPlaces(backslashes, escape);
      escape = escapeCarry(backslashes, escape);
      quotes &= ~escaped;
      faults = firstBadEscape(block, escaped);
    }
    const strings = prefixXor(quotes) ^ inString;
    const outside = ~strings;
    inString = u64(i64(strings) >> 63);

    const space = i8x16.splat(0x20);
    const controls = placesOf(below(a, 0x1f), below(b, 0x1f), below(c, 0x1f), below(d, 0x1f));
    const blanks = placesOfByte(a, b, c, d, 0x20);
    const lineEnds = placesOfByte(a, b, c, d, 0x0a);
    if (controls != lineEnds) {
      faults |= controls & ~(lineEnds | placesOfByte(a, b, c, d, 0x0d) | placesOfByte(a, b, c, d, 0x09));
    }
    faults |= controls & strings;
    if (inSequence || i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) != 0) {
      faults |= utf8Errors(block);
      inSequence = utf8GoesOn(block + 64);
    }

    const la = v128.or(a, space);
    const lb = v128.or(b, space);
    const lc = v128.or(c, space);
    const ld = v128.or(d, space);
    const opens = placesOfByte(la, lb, lc, ld, 0x7b) & outside;
    const closes = placesOfByte(la, lb, lc, ld, 0x7d) & outside;
    const commas = placesOfByte(a, b, c, d, 0x2c) & outside;
    const colons = placesOfByte(a, b, c, d, 0x3a) & outside;
    const spaces = (controls | blanks) & outside & ~lineEnds;
    const scalars = ~(strings | quotes | opens | closes | commas | colons | spaces | lineEnds);
    const scalarStarts = scalars & ~((scalars << 1) | inScalar);
    inScalar = scalars >> 63;
    const stringStarts = quotes & strings;
    const valueStarts = stringStarts | scalarStarts | opens;

    // Where a value is due, and where a string that begins there may be a name.
    const elements = opens | commas;
    const openers = elements | colons | lineEnds;
    let due = (openers << 1) | afterOpener;
    let maybeName = (elements << 1) | afterElement;
    afterOpener = openers >> 63;
    afterElement = elements >> 63;
    if (spaces != 0) {
      afterOpener |= skipsPast(due, spaces);
      afterElement |= skipsPast(maybeName, spaces);
      due = skipRuns(due, spaces);
      maybeName = skipRuns(maybeName, spaces);
    }

    // Where a name ends, and where its colon is due.
    const names = stringStarts & maybeName;
    const passed = names + strings;
    const passedAll = passed + inName;
    inName = u64(passed < strings) | u64(passedAll < passed);
    const nameEnds = passedAll & outside;
    let colonDue = (nameEnds << 1) | afterName;
    afterName = nameEnds >> 63;
    if (spaces != 0) {
      afterName |= skipsPast(colonDue, spaces);
      colonDue = skipRuns(colonDue, spaces);
    }
    faults |= (due & (commas | colons)) | (valueStarts & ~due) | (colons & ~colonDue);

    let tokens = scalarStarts | opens | closes | lineEnds;
    if (withNames) {
      tokens |= names & namesOfLengths(quotes, lengths, lengthCount);
      if (backslashes != 0) {
        faults |= escapedName(block, backslashes & strings & ~passedAll, nameEnds, usize(escape));
      }
    }

    store<u64>(separator, colons);
    store<u64>(separator, commas, 8);
    store<u32>(separator, colonCount, 16);
    store<u32>(separator, commaCount, 20);
    separator += offsetof<Separators>();
    colonCount += u32(popcnt(colons));
    commaCount += u32(popcnt(commas));

    if (faults != 0) {
      tokens &= (faults & (0 - faults)) - 1;
      faultAt = block + usize(ctz(faults));
      return writePlaces(tapeEnd, block, tokens);
    }
    tapeEnd = writePlaces(tapeEnd, block, tokens);
  }
  return tapeEnd;
}

// @ts-ignore: decorator
@inline
function hasByte(a: v128, b: v128, c: v128, d: v128, byte: u8): bool {
  const wanted = i8x16.splat(byte);
  return v128.any_true(
    v128.or(
      v128.or(i8x16.eq(a, wanted), i8x16.eq(b, wanted)),
      v128.or(i8x16.eq(c, wanted), i8x16.eq(d, wanted)),
    ),
  );
}

/** The bytes that are `limit` or less. */
// @ts-ignore: decorator
@inline
function below(bytes: v128, limit: u8): v128 {
  return i8x16.eq(i8x16.min_u(bytes, i8x16.splat(limit)), bytes);
}

/** The opening quotes that have a closing quote at the distance of a name of interest, or may have. */
// @ts-ignore: decorator
@inline
function namesOfLengths(quotes: u64, lengths: usize, lengthCount: u32): u64 {
  let places: u64 = 0;
  for (let index: u32 = 0; index < lengthCount; index++) {
    const distance = u64(load<u32>(lengths + (usize(index) << 2))) + 1;
    // A closing quote past the block's end cannot be seen yet.
    places |= distance > 63 ? ~u64(0) : (quotes >> distance) | ~(~u64(0) >> distance);
  }
  return places;
}

/**
 * The first of `backslashes`, which stand in strings that may be names, whose string is one; as a bit. Such a name
 * has to be unescaped before it is compared.
 */
function escapedName(block: usize, backslashes: u64, nameEnds: u64, escape: usize): u64 {
  while (backslashes != 0) {
    const bit = backslashes & (0 - backslashes);
    const ends = nameEnds & ~(bit - 1);
    if (ends == 0) {
      // It ends in a later block, whose first byte may be escaped. It is looked for once, not again in each block.
      if (knownClose < block + 64) knownClose = closingQuote(block + 64 + escape);
      return isName(knownClose) ? bit : 0;
    }
    if (isName(block + usize(ctz(ends)))) return bit;
    backslashes &= ~((ends & (0 - ends)) - 1);
  }
  return 0;
}

/** Whether the string that the quote at `close` closes is followed by a colon. */
// @ts-ignore: decorator
@inline
function isName(close: usize): bool {
  return load<u8>(skipSpace(close + 1)) == 0x3a;
}
