import {
  Column,
  Frame,
  KIND_ESCAPED_TEXT,
  KIND_FALSE,
  KIND_LIST,
  KIND_MISSING,
  KIND_NULL,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_ODD_TEXT,
  KIND_TEXT,
  KIND_TRUE,
  setField,
} from './frame';
import { hasEscapes, markedTo, marksAt, nextMark } from './marks';
import { digitRun, isNotFinite, literalEnd, plainNumber, plainNumberEnd, scalarEnd, wholeEnd } from './scalar';
import { holdsByte, skipSpace } from './text';
import { listEnd, nestedEnd, plainScalarEnd, shortListEnd, stringEnd } from './values';

/*
 * The records of a file mostly have the same names in the same order. A shape is what such records share: the
 * bytes before, between and after their values, byte for byte. A record that was found well formed teaches its
 * shape; a record that has the same bytes around well-formed values is then well formed as well, with the same
 * values for the same paths. Only texts, scalars and lists count as values here: an object in a record is part
 * of its shape, of which is known where it begins and ends.
 *
 * Shapes are kept as a tree of their pieces, for a name may be in some records and not in others.
 */

// @ts-ignore: decorator
@unmanaged
class Piece {
  /** The first 32 bytes, and a quote after the last one. */
  head0: u64;
  head1: u64;
  tail0: u64;
  tail1: u64;
  /** A bit for each of the first 32 bytes that counts. */
  mask: u32;
  length: u32;
  /** All its bytes. */
  text: usize;
  /** Index of the column that takes the value after this piece, plus 1; 0 for none. */
  column: u32;
  /** Likewise the columns that take an object which begins in this piece, and one that ends in it; and where, from its first byte. */
  opens: u32;
  opensAt: u32;
  closes: u32;
  closesAt: u32;
  /** What may stand here instead. */
  other: usize;
  /** What may come after the value. */
  next: usize;
  /** Whether this piece ends the record. */
  last: bool;
  /** Whether a number came after it that was more than digits. */
  fractions: bool;
}

const PIECES: usize = 512;
const PIECE_SIZE: usize = 80;
const TEXTS: usize = 32768;
/** How many pieces may stand in one place before records are taken to have no shape in common. */
const CHOICES: u32 = 8;
/** How many objects may be open in a shape, and lists and objects inside a list. */
const DEPTH: u32 = 32;
/** Nothing that has a shape is nested deeper than this. */
export const SHAPE_DEPTH: u32 = 2 * DEPTH + 1;

/** The first is no piece, but has the beginning of the tree as its `next`. */
const pieces: usize = memory.data(512 * 80, 16);
const texts: usize = memory.data(32768, 16);
let piecesEnd: usize = pieces + PIECE_SIZE;
let textsEnd: usize = texts;

export function forgetShapes(): void {
  piecesEnd = pieces + PIECE_SIZE;
  textsEnd = texts;
  changetype<Piece>(pieces).next = 0;
}

/**
 * The line end after the record at `record`, whose fields are set in `row`, if it has one of the shapes and its
 * values are well formed; else 0, and what is set in `row` means nothing. The marks must begin at or before
 * `record`.
 */
export function matchShape(record: usize, frame: Frame, row: u32, base: usize): usize {
  let at = record;
  let address = changetype<Piece>(pieces).next;
  while (address != 0) {
    const piece = changetype<Piece>(address);
    if (!isAt(piece, at)) {
      address = piece.other;
      continue;
    }
    if (piece.last && load<u8>(at + piece.length) != 0x0a) {
      address = piece.other;
      continue;
    }
    if ((piece.opens | piece.closes) != 0) takeObject(piece, frame, row, base, at);
    at += piece.length;
    if (at >= markedTo) return 0;
    if (piece.last) return at;

    const start = at;
    const byte = load<u8>(at);
    if (byte == 0x22) {
      at = nextMark(at + 1);
      // Branches and not one value: the next piece is looked at without waiting for them.
      if (at >= markedTo) return 0;
      if (load<u8>(at) != 0x22) return 0;
      at++;
    } else if (byte == 0x5b) {
      at = nestedEnd(at, DEPTH);
      if (at == 0) return 0;
    } else {
      at = plainScalarEnd(at, byte);
      if (at == 0) return 0;
      if (byte <= 0x39 && digitRun(start) != u32(at - start)) piece.fractions = true;
    }
    if (piece.column != 0) take(frame, piece.column - 1, row, base, start, at);
    address = piece.next;
  }
  return 0;
}

/** How many lines are matched together: so many that what a piece costs once is little for each. */
export const TOGETHER: u32 = 32;
const places: usize = memory.data(32 * 4, 16);

/**
 * `matchShape` for several lines, piece by piece: the first begins at `record`, each ends at its address in the
 * tape of line ends and the next begins after it. Answers how many of them, from the first on, have the shape
 * of the first one. Each place in a line depends on the one before, so the lines are what a processor can do at
 * the same time.
 */
export function matchTogether(record: usize, ends: usize, count: u32, frame: Frame, row: u32, base: usize): u32 {
  store<u32>(places, u32(record));
  for (let index: u32 = 1; index < count; index++) {
    store<u32>(places + (usize(index) << 2), load<u32>(ends + (usize(index) << 2) - 4) + 1);
  }

  let address = changetype<Piece>(pieces).next;
  while (address != 0) {
    const piece = changetype<Piece>(address);
    const at = usize(load<u32>(places));
    if (!isAt(piece, at)) {
      address = piece.other;
      continue;
    }
    if ((piece.opens | piece.closes) != 0) {
      for (let index: u32 = 0; index < count; index++) {
        takeObject(piece, frame, row + index, base, usize(load<u32>(places + (usize(index) << 2))));
      }
    }
    if (piece.last) return matchEnds(piece, ends, count);
    const byte = load<u8>(at + piece.length);
    if (byte == 0x22) count = matchTexts(piece, count, frame, row, base);
    else if (byte == 0x5b) count = matchLists(piece, count, frame, row, base);
    else count = matchScalars(piece, count, frame, row, base);
    if (count == 0) return 0;
    address = piece.next;
  }
  return 0;
}

/**
 * How many of the lines have this piece and then a text. Where a line ends before the text does, what comes
 * next is past that end, and so is the end that `matchEnds` comes to.
 */
function matchTexts(piece: Piece, count: u32, frame: Frame, row: u32, base: usize): u32 {
  const head = v128.load(changetype<usize>(piece));
  const marks = marksAt;
  const length = piece.length;
  const column = piece.column;
  // The quote that opens the text is compared as well.
  const mask = length < 16 ? (piece.mask << 1) | 1 : 0xffff;
  for (let index: u32 = 0; index < count; index++) {
    const slot = places + (usize(index) << 2);
    const at = usize(load<u32>(slot));
    const same = u32(i8x16.bitmask(i8x16.eq(v128.load(at), head)));
    if ((same & mask) != mask) return index;
    if (length > 15 && !(isAt(piece, at) && load<u8>(at + length) == 0x22)) return index;
    const start = at + length + 1;
    const end = nextMark(start, marks);
    store<u32>(slot, u32(end) + 1);
    if (column != 0) take(frame, column - 1, row + index, base, start - 1, end + 1);
  }
  return count;
}

/**
 * How many of the lines have this piece and then a number or literal. What must come after it is for the next
 * piece to say, so digits need not be looked behind where no more than digits has been seen yet.
 */
function matchScalars(piece: Piece, count: u32, frame: Frame, row: u32, base: usize): u32 {
  const first = load<u8>(usize(load<u32>(places)) + piece.length);
  if (first > 0x39) return matchScalarsOf(LITERALS, piece, count, frame, row, base);
  if (piece.fractions) return matchScalarsOf(NUMBERS, piece, count, frame, row, base);
  return matchScalarsOf(WHOLES, piece, count, frame, row, base);
}

/** What the scalars after a piece mostly are. */
const LITERALS: u32 = 0;
const WHOLES: u32 = 1;
const NUMBERS: u32 = 2;

// @ts-ignore: decorator
@inline
function matchScalarsOf(kind: u32, piece: Piece, count: u32, frame: Frame, row: u32, base: usize): u32 {
  const head = v128.load(changetype<usize>(piece));
  const length = piece.length;
  const column = piece.column;
  const mask = piece.mask & 0xffff;
  for (let index: u32 = 0; index < count; index++) {
    const slot = places + (usize(index) << 2);
    const at = usize(load<u32>(slot));
    const same = u32(i8x16.bitmask(i8x16.eq(v128.load(at), head)));
    if ((same & mask) != mask) return index;
    if (length > 16 && !isAt(piece, at)) return index;
    const start = at + length;
    let end = kind == LITERALS ? literalEnd(start) : kind == WHOLES ? wholeEnd(start) : plainNumberEnd(start);
    if (end == 0) end = kind == LITERALS ? plainNumberEnd(start) : literalEnd(start);
    if (end == 0) end = scalarEnd(start);
    if (end == 0) return index;
    store<u32>(slot, u32(end));
    if (column != 0) takeScalar(frame, column - 1, row + index, base, start, end);
  }
  return count;
}

/** How many of the lines have this piece and then a list. */
function matchLists(piece: Piece, count: u32, frame: Frame, row: u32, base: usize): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const slot = places + (usize(index) << 2);
    const at = usize(load<u32>(slot));
    if (!isAt(piece, at)) return index;
    const start = at + piece.length;
    if (load<u8>(start) != 0x5b) return index;
    let end = shortListEnd(start);
    if (end == 0) end = listEnd(start, DEPTH);
    if (end == 0) return index;
    store<u32>(slot, u32(end));
    if (piece.column != 0) take(frame, piece.column - 1, row + index, base, start, end);
  }
  return count;
}

/** How many of the lines have this piece and end there. */
function matchEnds(piece: Piece, ends: usize, count: u32): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const at = usize(load<u32>(places + (usize(index) << 2)));
    if (!isAt(piece, at) || at + piece.length != usize(load<u32>(ends + (usize(index) << 2)))) return index;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function isAt(piece: Piece, at: usize): bool {
  const address = changetype<usize>(piece);
  const head = u32(i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(address))));
  if (piece.length <= 16) return (head & piece.mask) == piece.mask;
  const tail = u32(i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(address, 16))));
  if (((head | (tail << 16)) & piece.mask) != piece.mask) return false;
  return piece.length <= 32 || memory.compare(at + 32, piece.text + 32, piece.length - 32) == 0;
}

/** Sets a field to the value from `start` to `end`. */
function take(frame: Frame, index: u32, row: u32, base: usize, start: usize, end: usize): void {
  const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
  const first = load<u8>(start);
  if (first == 0x22) {
    const kind = hasEscapes && holdsByte(start + 1, end - 1, 0x5c) ? KIND_ESCAPED_TEXT : KIND_TEXT;
    setField(column, row, kind, u32(start + 1 - base), u32(end - 1 - base));
    return;
  }
  if (first == 0x5b) setField(column, row, KIND_LIST, u32(start - base), u32(end - base));
  else takeScalar(frame, index, row, base, start, end);
}

/** Sets what begins or ends in the piece that stands at `at`, if it does. */
// @ts-ignore: decorator
@inline
function takeObject(piece: Piece, frame: Frame, row: u32, base: usize, at: usize): void {
  if (piece.opens != 0) {
    const column = changetype<Column>(frame.columns + usize(piece.opens - 1) * offsetof<Column>());
    setField(column, row, KIND_OBJECT, u32(at - base) + piece.opensAt, 0);
  }
  if (piece.closes != 0) {
    const column = changetype<Column>(frame.columns + usize(piece.closes - 1) * offsetof<Column>());
    store<u32>(column.ends + (usize(row) << 2), u32(at - base) + piece.closesAt);
  }
}

// @ts-ignore: decorator
@inline
function takeScalar(frame: Frame, index: u32, row: u32, base: usize, start: usize, end: usize): void {
  const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
  const first = load<u8>(start);
  let kind = KIND_NUMBER;
  if (first == 0x74) kind = KIND_TRUE;
  else if (first == 0x66) kind = KIND_FALSE;
  else if (first == 0x6e) kind = KIND_NULL;
  else if (isNotFinite(start, first)) kind = KIND_ODD_TEXT;
  else if (column.numbers != 0) store<f64>(column.numbers + (usize(row) << 3), plainNumber(start, end));
  setField(column, row, kind, u32(start - base), u32(end - base));
}

/**
 * Learns the shape of the well-formed record between `record` and its line end `end`, which are marked; its fields
 * are set in `row`. Where the record has no shape that helps, or there is no room for it, nothing is learned.
 */
export function learnShape(record: usize, end: usize, frame: Frame, row: u32, base: usize): void {
  if (load<u8>(skipSpace(record)) != 0x7b || !holdColumns(frame, row)) return;
  let link = changetype<Piece>(pieces);
  let start = record;
  let at = record;
  let nameDue = true;
  let depth: u32 = 0;
  while (depth <= DEPTH) {
    // From one value to the next, or to the record's end.
    opens = closes = 0;
    let byte: u8 = 0;
    for (; at < end; at++) {
      byte = load<u8>(at);
      if (byte == 0x22) {
        if (!nameDue) break;
        at = stringEnd(at) - 1;
        nameDue = false;
      } else if (byte == 0x7b) {
        nameDue = true;
        if (depth == DEPTH || !openObject(depth, u32(at - base), u32(at - start))) return;
        depth++;
      } else if (byte == 0x7d) {
        depth--;
        if (!closeObject(depth, u32(at + 1 - start))) return;
      } else if (byte == 0x2c) {
        nameDue = true;
      } else if (byte != 0x3a && byte != 0x20 && byte != 0x09 && byte != 0x0d) {
        break;
      }
    }
    const column = at < end ? columnAt(u32(at - base) + u32(byte == 0x22)) : 0;
    const last = at >= end;
    link = addPiece(link, start, at, column, last);
    if (changetype<usize>(link) == 0 || last) return;
    at = nestedEnd(at, DEPTH);
    if (at == 0) return;
    start = at;
  }
}

/** What is said of objects in the piece that is learned: see `Piece`. */
let opens: u32 = 0;
let opensAt: u32 = 0;
let closes: u32 = 0;
let closesAt: u32 = 0;
/** The columns of the objects that are open. */
const openColumns: usize = memory.data(32 * 4, 16);

/** Notes an object that begins. Answers false where the piece has one already. */
function openObject(depth: u32, start: u32, offset: u32): bool {
  const column = columnAt(start);
  store<u32>(openColumns + (usize(depth) << 2), column);
  if (column == 0) return true;
  if (opens != 0) return false;
  opens = column;
  opensAt = offset;
  return true;
}

/** The same of one that ends. */
function closeObject(depth: u32, offset: u32): bool {
  const column = load<u32>(openColumns + (usize(depth) << 2));
  if (column == 0) return true;
  if (closes != 0) return false;
  closes = column;
  closesAt = offset;
  return true;
}

/** The columns that the record has, of which the shape is learned: where the value of each begins, and its index plus 1. */
const heldStarts: usize = memory.data(512 * 4, 16);
const heldColumns: usize = memory.data(512 * 4, 16);
let heldCount: u32 = 0;

/** Finds the columns that a row has. Answers false where they are more than there are pieces. */
function holdColumns(frame: Frame, row: u32): bool {
  heldCount = 0;
  for (let index: u32 = 0; index < frame.columnCount; index++) {
    const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
    const kind = load<u8>(column.kinds + row);
    if (kind == KIND_MISSING) continue;
    if (heldCount == u32(PIECES)) return false;
    store<u32>(heldStarts + (usize(heldCount) << 2), load<u32>(column.starts + (usize(row) << 2)));
    store<u32>(heldColumns + (usize(heldCount) << 2), index + 1);
    heldCount++;
  }
  return true;
}

/** The column, plus 1, whose value begins at `start`; 0 for none. */
function columnAt(start: u32): u32 {
  for (let held: u32 = 0; held < heldCount; held++) {
    if (load<u32>(heldStarts + (usize(held) << 2)) == start) return load<u32>(heldColumns + (usize(held) << 2));
  }
  return 0;
}

/** The piece of these bytes that may come after `before`: one that is there, or a new one if there is room. */
function addPiece(before: Piece, start: usize, end: usize, column: u32, last: bool): Piece {
  const length = u32(end - start);
  let choices: u32 = 0;
  for (let address = before.next; address != 0; address = changetype<Piece>(address).other) {
    const piece = changetype<Piece>(address);
    const same = piece.length == length && piece.column == column && piece.last == last;
    const holds = piece.opens == opens && piece.closes == closes;
    if (same && holds && memory.compare(piece.text, start, length) == 0) return piece;
    choices++;
  }
  if (
    choices == CHOICES ||
    piecesEnd == pieces + PIECES * PIECE_SIZE ||
    textsEnd + length > texts + TEXTS
  ) {
    return changetype<Piece>(0);
  }

  const piece = changetype<Piece>(piecesEnd);
  memory.fill(piecesEnd, 0, PIECE_SIZE);
  memory.copy(piecesEnd, start, min(length, 32));
  if (length < 32) store<u8>(piecesEnd + length, 0x22);
  memory.copy(textsEnd, start, length);
  piece.mask = length < 32 ? (1 << length) - 1 : ~0;
  piece.length = length;
  piece.text = textsEnd;
  piece.column = column;
  piece.opens = opens;
  piece.opensAt = opensAt;
  piece.closes = closes;
  piece.closesAt = closesAt;
  piece.last = last;
  piece.other = before.next;
  before.next = piecesEnd;
  piecesEnd += PIECE_SIZE;
  textsEnd += length;
  return piece;
}
