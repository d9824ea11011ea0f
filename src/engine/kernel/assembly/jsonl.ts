import { placesOf, placesOfByte, prefixXor, skipRuns, skipsPast } from './bits';
import { escapeCarry, escapedPlaces, firstBadEscape } from './escape';
import { clearRow, Column, DONE, Frame, FULL, INCOMPLETE, SUSPECT } from './frame';
import { closingQuote, findMember, Node, skipSpace, takeValue, valueAt } from './path';
import { scalarEnd } from './scalar';
import { utf8Errors, utf8GoesOn } from './utf8';

/*
 * JSON Lines, 64 bytes at a time. What RFC 8259 says of two neighbouring tokens is checked for all tokens of a block
 * at once, with sets of places:
 *
 * - After the start of a line, `{`, `[`, `,` or `:` a value begins, and values begin nowhere else. Two exceptions:
 *   `}` or `]` right after its opener, and the end of a blank line.
 * - A `:` comes after a string that itself came after `{`, `[` or `,`: so each element between commas is a value
 *   or a name and a value.
 *
 * What remains is done where a bracket opens or closes: they match, and an object has one `:` more than commas
 * while a list has none. Scalars, escapes and UTF-8 are checked one by one.
 *
 * A line end is never part of a JSON string, so no fault reaches past its line. Where anything is wrong the record
 * is marked suspect for the plain scanner to say what, and the scan starts afresh on the next line. Everything
 * here sees a fault at the latest at the line end after it, so the record at the first fault is the right one.
 */

export let count: u32 = 0;
export let suspects: u32 = 0;
export let lineCount: u32 = 0;
/** Index where the next block's first record begins. */
export let next: u32 = 0;

/** What is put aside of a container while one inside it is read. */
// @ts-ignore: decorator
@unmanaged
class Level {
  /** Colons and commas seen in it so far. */
  colons: u32;
  commas: u32;
  /** `Node` for the object's members, or 0. */
  node: usize;
  /** `Column` that the container is the value of, or 0. */
  column: usize;
  /** The closing bracket. */
  close: u32;
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
 * Scans the lines that begin at indices [from, until) of the `length` bytes at `base`, of which those from 16 before to
 * 64 after may be read. `root` is the tree of paths, 0 for none; `lengths` are those of its names. Nothing is
 * nested deeper than `maxDepth`, no record is longer than `maxLength`; both at most what the host has room for.
 */
export function scanJsonl(
  base: usize,
  length: u32,
  from: u32,
  until: u32,
  final: bool,
  frame: Frame,
  root: usize,
  lengths: usize,
  lengthCount: u32,
  levels: usize,
  maxDepth: u32,
  maxLength: u32,
): i32 {
  const stop = base + length;
  const kept = load<u8>(stop);
  store<u8>(stop, 0x0a);
  const status = scanLines(base, stop, base + from, base + until, final, frame, root, lengths, lengthCount, levels, maxDepth, maxLength);
  store<u8>(stop, kept);
  return status;
}

/** There is a line end at `stop`, so that every line has one. */
function scanLines(
  base: usize,
  stop: usize,
  from: usize,
  until: usize,
  final: bool,
  frame: Frame,
  root: usize,
  lengths: usize,
  lengthCount: u32,
  levels: usize,
  maxDepth: u32,
  maxLength: u32,
): i32 {
  const capacity = frame.capacity;
  let row: u32 = 0;
  let bad: u32 = 0;
  let line: u32 = 0;
  /** The line at hand and the block of bytes. */
  let record = from;
  let block = from;

  // What a block leaves to the next one.
  let inString: u64 = 0;
  let escape: u64 = 0;
  let afterOpener: u64 = 1;
  let afterComma: u64 = 0;
  let inName: u64 = 0;
  let afterName: u64 = 0;
  let inScalar: u64 = 0;
  let inSequence = false;

  // The container at hand: level 0 is the line itself.
  let depth: u32 = 0;
  let level = changetype<Level>(levels);
  level.node = 0;
  level.column = 0;
  level.close = 0;
  let node: usize = 0;
  /** Colons and commas up to this block, and up to the container's start. */
  let colonsSoFar: u32 = 0;
  let commasSoFar: u32 = 0;
  let colonsBefore: u32 = 0;
  let commasBefore: u32 = 0;
  /** Where a container begins that is the value of a path, and its node. */
  let wantedAt: usize = 0;
  let wantedNode: usize = 0;

  if (capacity == 0) return FULL;
  clearRow(frame, row);

  while (true) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);

    // Strings: from the opening quote up to the closing one, which is not in the set.
    let quotes = placesOfByte(a, b, c, d, 0x22);
    const slash = i8x16.splat(0x5c);
    const sa = i8x16.eq(a, slash);
    const sb = i8x16.eq(b, slash);
    const sc = i8x16.eq(c, slash);
    const sd = i8x16.eq(d, slash);
    let faults: u64 = 0;
    let backslashes: u64 = 0;
    if (v128.any_true(v128.or(v128.or(sa, sb), v128.or(sc, sd))) || escape != 0) {
      backslashes = placesOf(sa, sb, sc, sd);
      const escaped = escapedPlaces(backslashes, escape);
      escape = escapeCarry(backslashes, escape);
      quotes &= ~escaped;
      faults = firstBadEscape(block, escaped);
    }
    const strings = prefixXor(quotes) ^ inString;
    inString = u64(i64(strings) >> 63);
    const outside = ~strings;

    // Tokens.
    const lower = i8x16.splat(0x20);
    const la = v128.or(a, lower);
    const lb = v128.or(b, lower);
    const lc = v128.or(c, lower);
    const ld = v128.or(d, lower);
    const opens = placesOfByte(la, lb, lc, ld, 0x7b) & outside;
    const closes = placesOfByte(la, lb, lc, ld, 0x7d) & outside;
    const commas = placesOfByte(a, b, c, d, 0x2c) & outside;
    const colons = placesOfByte(a, b, c, d, 0x3a) & outside;
    let spaces = placesOf(
      i8x16.eq(i8x16.min_u(a, lower), a),
      i8x16.eq(i8x16.min_u(b, lower), b),
      i8x16.eq(i8x16.min_u(c, lower), c),
      i8x16.eq(i8x16.min_u(d, lower), d),
    );

    // Line ends, other control characters, bytes past ASCII: one signed comparison finds that there are none.
    let lineEnds: u64 = 0;
    const least = i8x16.min_s(i8x16.min_s(a, b), i8x16.min_s(c, d));
    if (v128.any_true(i8x16.lt_s(least, lower)) || inSequence) {
      lineEnds = placesOfByte(a, b, c, d, 0x0a);
      const blanks = placesOfByte(a, b, c, d, 0x20);
      const controls = spaces & ~blanks;
      faults |= controls & strings;
      if (controls != lineEnds) {
        faults |= controls & ~(lineEnds | placesOfByte(a, b, c, d, 0x0d) | placesOfByte(a, b, c, d, 0x09));
      }
      if (inSequence || i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) != 0) {
        faults |= utf8Errors(block);
        inSequence = utf8GoesOn(block + 64);
      }
    }
    spaces &= outside & ~lineEnds;

    const scalars = ~(strings | quotes | opens | closes | commas | colons | spaces | lineEnds);
    let scalarStarts = scalars & ~((scalars << 1) | inScalar);
    inScalar = scalars >> 63;
    const stringStarts = quotes & strings;
    const valueStarts = stringStarts | scalarStarts | opens;

    // Where a value is due, and where a string that begins there may be a name.
    const openers = opens | commas | colons | lineEnds;
    const elements = opens | commas;
    let due = (openers << 1) | afterOpener;
    let maybeName = (elements << 1) | afterComma;
    afterOpener = openers >> 63;
    afterComma = elements >> 63;
    if (spaces != 0) {
      afterOpener |= skipsPast(due, spaces);
      afterComma |= skipsPast(maybeName, spaces);
      due = skipRuns(due, spaces);
      maybeName = skipRuns(maybeName, spaces);
    }
    const names = stringStarts & maybeName;
    const passed = names + strings;
    const passedAll = passed + inName;
    inName = u64(passed < strings) | u64(passedAll < passed);
    const nameEnds = passedAll & ~strings;
    let colonDue = (nameEnds << 1) | afterName;
    afterName = nameEnds >> 63;
    if (spaces != 0) {
      afterName |= skipsPast(colonDue, spaces);
      colonDue = skipRuns(colonDue, spaces);
    }
    faults |= (due & (commas | colons)) | (valueStarts & ~due) | (colons & ~colonDue);

    let events = opens | closes | lineEnds;
    if (root != 0) {
      events |= names & namesOfLengths(quotes, lengths, lengthCount);
      if (backslashes != 0) {
        faults |= escapedName(block, backslashes & strings & ~passedAll, nameEnds, usize(escape));
      }
    }

    // Scalars, up to the first fault.
    scalarStarts &= (faults & (0 - faults)) - 1;
    while (scalarStarts != 0) {
      const end = scalarEnd(block + usize(ctz(scalarStarts)));
      if (end == 0 || !endsScalar(load<u8>(end))) {
        faults |= scalarStarts & (0 - scalarStarts);
        break;
      }
      scalarStarts &= scalarStarts - 1;
    }

    // Brackets, line ends and names, in order and up to the first fault.
    events &= (faults & (0 - faults)) - 1;
    while (events != 0) {
      const bit = events & (0 - events);
      const at = block + usize(ctz(events));
      events ^= bit;

      const byte = load<u8>(at);
      if (byte == 0x22) {
        if (node == 0) continue;
        const member = findMember(node, at);
        if (member == 0) continue;
        takeValue(member, valueAt, base, row);
        wantedAt = valueAt;
        wantedNode = member;
        continue;
      }

      const colonsHere = colonsSoFar + u32(popcnt(colons & (bit - 1)));
      const commasHere = commasSoFar + u32(popcnt(commas & (bit - 1)));
      if ((opens & bit) != 0) {
        if (depth == maxDepth) {
          faults = bit;
          break;
        }
        level.colons = colonsHere - colonsBefore;
        level.commas = commasHere - commasBefore;
        colonsBefore = colonsHere;
        commasBefore = commasHere;
        level = changetype<Level>(changetype<usize>(level) + offsetof<Level>());
        level.close = byte + 2;
        level.column = 0;
        node = 0;
        if (depth == 0) {
          if (byte == 0x7b) node = root;
        } else if (at == wantedAt) {
          level.column = changetype<Node>(wantedNode).column;
          if (byte == 0x7b && changetype<Node>(wantedNode).keyCount != 0) node = wantedNode;
        }
        level.node = node;
        depth++;
        continue;
      }

      if ((closes & bit) != 0) {
        const colonsIn = colonsHere - colonsBefore;
        const commasIn = commasHere - commasBefore;
        const empty = (due & bit) != 0;
        const complete = empty
          ? load<u8>(lastToken(at)) == byte - 2
          : byte == 0x7d
            ? colonsIn == commasIn + 1
            : colonsIn == 0;
        if (depth == 0 || byte != level.close || !complete) {
          faults = bit;
          break;
        }
        if (level.column != 0) {
          store<u32>(changetype<Column>(level.column).ends + (usize(row) << 2), u32(at + 1 - base));
        }
        depth--;
        level = changetype<Level>(changetype<usize>(level) - offsetof<Level>());
        node = level.node;
        colonsBefore = colonsHere - level.colons;
        commasBefore = commasHere - level.commas;
        continue;
      }

      // A line end.
      if (at == stop && (!final || record == stop)) {
        return finish(row, bad, line, u32(record - base), record < stop && record < until);
      }
      const blank = (due & bit) != 0;
      if (blank ? skipSpace(record) != at : depth != 0 || commasHere != commasBefore || colonsHere != colonsBefore) {
        faults = bit;
        break;
      }
      if (!blank) {
        const end = lineEnd(record, at, stop);
        let fault: u8 = 0;
        if (end - record > maxLength) {
          fault = SUSPECT;
          bad++;
        }
        addRecord(frame, row, u32(record - base), u32(end - base), line, fault);
        if (++row == capacity) return FULL;
        clearRow(frame, row);
      }
      line++;
      record = at + 1;
      colonsBefore = colonsHere;
      commasBefore = commasHere;
      if (at == stop) return finish(row, bad, line, u32(stop - base), false);
      if (record >= until) return finish(row, bad, line, u32(record - base), false);
    }

    if (faults == 0) {
      colonsSoFar += u32(popcnt(colons));
      commasSoFar += u32(popcnt(commas));
      block += 64;
      continue;
    }

    // The record at the first fault is suspect; the line after it is a new beginning. (A blank line can seem at
    // fault for half a character before it.)
    let at = block + usize(ctz(faults));
    while (load<u8>(at) != 0x0a) at++;
    if (at == stop && !final) return finish(row, bad, line, u32(record - base), record < until);
    if (skipSpace(record) != at) {
      const end = lineEnd(record, at, stop);
      addRecord(frame, row, u32(record - base), u32(end - base), line, SUSPECT);
      bad++;
      if (++row == capacity) return FULL;
      clearRow(frame, row);
    }
    line++;
    record = at + 1;
    if (at == stop) return finish(row, bad, line, u32(stop - base), false);
    if (record >= until) return finish(row, bad, line, u32(record - base), false);
    block = record;
    inString = 0;
    escape = 0;
    afterOpener = 1;
    afterComma = 0;
    inName = 0;
    afterName = 0;
    inScalar = 0;
    inSequence = false;
    depth = 0;
    level = changetype<Level>(levels);
    node = 0;
    colonsBefore = colonsSoFar;
    commasBefore = commasSoFar;
  }
  return unreachable();
}

/** Where the record ends whose line is ended by the LF at `at`: a CR before it belongs to the line end. */
// @ts-ignore: decorator
@inline
function lineEnd(record: usize, at: usize, stop: usize): usize {
  return at > record && at != stop && load<u8>(at - 1) == 0x0d ? at - 1 : at;
}

function finish(rows: u32, bad: u32, lines: u32, to: u32, incomplete: bool): i32 {
  count = rows;
  suspects = bad;
  lineCount = lines;
  next = to;
  return incomplete ? INCOMPLETE : DONE;
}

// @ts-ignore: decorator
@inline
function addRecord(frame: Frame, row: u32, start: u32, end: u32, line: u32, fault: u8): void {
  store<u32>(frame.starts + (usize(row) << 2), start);
  store<u32>(frame.ends + (usize(row) << 2), end);
  store<u32>(frame.lines + (usize(row) << 2), line);
  store<u8>(frame.faults + row, fault);
}

/** Whether a number or literal can end before this byte: white space, punctuation; quotes are no concern of it. */
// @ts-ignore: decorator
@inline
function endsScalar(byte: u8): bool {
  return byte == 0x2c || byte == 0x7d || byte == 0x5d || byte == 0x0a || byte == 0x20 || byte == 0x0d || byte == 0x09;
}

/** The last byte before `at` that is not white space. */
function lastToken(at: usize): usize {
  let byte = load<u8>(--at);
  while (byte == 0x20 || byte == 0x09 || byte == 0x0d) byte = load<u8>(--at);
  return at;
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
      // It ends in a later block, whose first byte may be escaped.
      return isName(closingQuote(block + 64 + escape)) ? bit : 0;
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
