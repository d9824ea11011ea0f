import { addRecord, clearRow, Column, Frame, SUSPECT } from './frame';
import { findMember, Node, takeValue, valueAt } from './path';
import { endsScalar, scalarEnd } from './scalar';
import { recordEnd, skipSpace, skipSpaceBack } from './text';
import { beginLine, faultAt, markTokens, Separators, separators, STRETCH, tape } from './tokens';

/*
 * Any JSON. tokens.ts marks the tokens of a stretch; here they are walked through: scalars are read, brackets are
 * matched, records end. Where a bracket closes, an object has one colon more than commas and a list has none.
 *
 * A line end is never part of a JSON string, so no fault reaches past its line. Where anything is wrong the record
 * is marked suspect for the plain scanner to say what, and both halves start afresh on the next line. A fault is seen
 * at the latest at the line end after it, so the record at the first fault is the right one.
 */

/** What is to be scanned, as `scanJsonl` was told. There is a line end at `stop`, so that every line has one. */
let base: usize = 0;
let stop: usize = 0;
let final: bool = false;
let frame: Frame = changetype<Frame>(0);
let root: usize = 0;
let lengths: usize = 0;
let lengthCount: u32 = 0;
let levels: usize = 0;
let maxDepth: u32 = 0;
let maxLength: u32 = 0;

/** Records found so far, and how many of them are suspect. */
export let rows: u32 = 0;
export let suspects: u32 = 0;
/** Lines so far, and where the next one begins. */
export let lines: u32 = 0;
export let nextLine: usize = 0;

/** How a walk ends: where it was told to. */
export const WALKED: i32 = 0;
/** At the last byte. */
export const ENDED: i32 = 1;
/** The last line runs past the bytes given. */
export const CUT: i32 = 2;
/** There is no room for more records. */
export const FILLED: i32 = 3;

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

export function beginWalk(
  newBase: usize,
  newStop: usize,
  isFinal: bool,
  newFrame: Frame,
  newRoot: usize,
  newLengths: usize,
  newLengthCount: u32,
  newLevels: usize,
  newMaxDepth: u32,
  newMaxLength: u32,
  from: usize,
): void {
  base = newBase;
  stop = newStop;
  final = isFinal;
  frame = newFrame;
  root = newRoot;
  lengths = newLengths;
  lengthCount = newLengthCount;
  levels = newLevels;
  maxDepth = newMaxDepth;
  maxLength = newMaxLength;
  rows = 0;
  suspects = 0;
  lines = 0;
  nextLine = from;
}

/** Adds the record that ends at the line end `at`. */
// @ts-ignore: decorator
@inline
function endRecord(at: usize, suspect: bool): void {
  const end = recordEnd(nextLine, at, stop);
  if (end - nextLine > maxLength) suspect = true;
  addRecord(frame, rows, u32(nextLine - base), u32(end - base), lines, suspect ? SUSPECT : 0);
  suspects += u32(suspect);
  rows++;
}

/**
 * Walks through the lines from `from` on that begin before `until`. None of them is known to go on past `end`, which is
 * as far as tokens are marked; where that is not known, `end` is past the last byte. The row at hand is clear.
 */
export function walkLines(from: usize, until: usize, end: usize): i32 {
  const capacity = frame.capacity;
  let record = from;
  let stretch = from;

  // The container at hand; level 0 is the line itself.
  let depth: u32 = 0;
  let level = changetype<Level>(levels);
  level.node = 0;
  level.column = 0;
  level.close = 0;
  let node: usize = 0;
  /** Colons and commas before the container, counted from the stretch's start and so below 0 for an earlier one. */
  let colonsBefore: u32 = 0;
  let commasBefore: u32 = 0;
  /** Where a container begins that is the value of a path, and its node. */
  let wantedAt: usize = 0;
  let wantedNode: usize = 0;
  beginLine();

  while (true) {
    const tapeEnd = markTokens(stretch, min(stretch + STRETCH, end), root != 0, lengths, lengthCount);
    let fault = faultAt;

    for (let entry = tape; entry < tapeEnd; entry += 4) {
      const at = usize(load<u32>(entry));
      const byte = load<u8>(at);

      if (byte == 0x22) {
        if (node == 0) continue;
        const member = findMember(node, at);
        if (member == 0) continue;
        takeValue(member, valueAt, base, rows);
        wantedAt = valueAt;
        wantedNode = member;
        continue;
      }

      const kind = byte | 0x20;
      if (kind != 0x7b && kind != 0x7d && byte != 0x0a) {
        const close = scalarEnd(at);
        if (close == 0 || !endsScalar(load<u8>(close))) {
          fault = at;
          break;
        }
        continue;
      }

      const place = at - stretch;
      const separator = changetype<Separators>(separators + (place >> 6) * offsetof<Separators>());
      const earlier = (u64(1) << (place & 63)) - 1;
      const colonsHere = separator.colonsBefore + u32(popcnt(separator.colons & earlier));
      const commasHere = separator.commasBefore + u32(popcnt(separator.commas & earlier));

      if (kind == 0x7b) {
        if (depth == maxDepth) {
          fault = at;
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

      if (kind == 0x7d) {
        const before = load<u8>(skipSpaceBack(at));
        const colonsIn = colonsHere - colonsBefore;
        const commasIn = commasHere - commasBefore;
        const complete =
          before != 0x2c && before != 0x3a && (byte == 0x7d ? colonsIn == commasIn + 1 : colonsIn == 0);
        if (byte != level.close || (!complete && before != byte - 2)) {
          fault = at;
          break;
        }
        if (level.column != 0) {
          store<u32>(changetype<Column>(level.column).ends + (usize(rows) << 2), u32(at + 1 - base));
        }
        depth--;
        level = changetype<Level>(changetype<usize>(level) - offsetof<Level>());
        node = level.node;
        colonsBefore = colonsHere - level.colons;
        commasBefore = commasHere - level.commas;
        continue;
      }

      nextLine = record;
      if (at == stop && (!final || record == stop)) return record < stop ? CUT : ENDED;
      if (depth != 0 || commasHere != commasBefore || colonsHere != colonsBefore) {
        fault = at;
        break;
      }
      if (load<u8>(record) > 0x20 || skipSpace(record) != at) {
        endRecord(at, false);
        if (rows == capacity) return FILLED;
        clearRow(frame, rows);
      }
      lines++;
      record = at + 1;
      colonsBefore = colonsHere;
      commasBefore = commasHere;
      nextLine = record;
      if (at == stop) return ENDED;
      if (record >= until) return WALKED;
    }

    if (fault == 0) {
      const last = changetype<Separators>(separators + (STRETCH / 64 - 1) * offsetof<Separators>());
      colonsBefore -= last.colonsBefore + u32(popcnt(last.colons));
      commasBefore -= last.commasBefore + u32(popcnt(last.commas));
      stretch += STRETCH;
      continue;
    }

    // The record at the first fault is suspect; the line after it is a new beginning. (A blank line can seem at
    // fault for half a character before it.)
    let at = fault;
    while (load<u8>(at) != 0x0a) at++;
    nextLine = record;
    if (at == stop && !final) return CUT;
    if (skipSpace(record) != at) {
      endRecord(at, true);
      if (rows == capacity) return FILLED;
      clearRow(frame, rows);
    }
    lines++;
    record = at + 1;
    nextLine = record;
    if (at == stop) return ENDED;
    if (record >= until) return WALKED;
    stretch = record;
    depth = 0;
    level = changetype<Level>(levels);
    node = 0;
    colonsBefore = 0;
    commasBefore = 0;
    beginLine();
  }
  return unreachable();
}

/**
 * Passes the well-formed record that ends at the line end `at`, which is not the last byte's. Answers false when there
 * is no room for more.
 */
export function passRecord(at: usize): bool {
  endRecord(at, false);
  lines++;
  nextLine = at + 1;
  return rows < frame.capacity;
}

/**
 * Passes well-formed records that follow one another, each in a line: those that begin before `until` of the
 * ones that end at the first `count` addresses of `ends`. There is room for them, and the last byte's line is
 * not among them. Answers how many they are.
 */
export function passRecords(ends: usize, count: u32, until: usize): u32 {
  let record = nextLine;
  let index: u32 = 0;
  for (; index < count && record < until; index++) {
    const at = usize(load<u32>(ends + (usize(index) << 2)));
    const end = recordEnd(record, at, stop);
    const suspect = u32(end - record > maxLength);
    addRecord(frame, rows + index, u32(record - base), u32(end - base), lines + index, u8(0 - suspect));
    suspects += suspect;
    record = at + 1;
  }
  rows += index;
  lines += index;
  nextLine = record;
  return index;
}
