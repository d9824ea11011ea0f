import { clearRow, clearRows, DONE, Frame, FULL, INCOMPLETE } from './frame';
import { lineEnds, lineEndsEnd, MARKED, markedTo, markStretch } from './marks';
import { beginPlain } from './scalar';
import { learnShape, matchShape, matchTogether, SHAPE_DEPTH, TOGETHER } from './shape';
import { beginWalk, CUT, FILLED, lines, nextLine, passRecord, passRecords, rows, suspects, WALKED, walkLines } from './walk';

/*
 * JSON Lines: by shape where records have the same shape as others before them (shape.ts), token by token
 * where not (walk.ts).
 */

/**
 * Trust in shapes: each record that has one adds to it, each that has none takes away. Without it they are not
 * tried.
 */
const MOST_TRUST: i32 = 64;
let trust: i32 = MOST_TRUST;
/** Bytes that are walked through token by token once trust is gone, before shapes get another chance. */
const WITHOUT_TRUST: usize = 65536;

/** Where the next block's first record begins. */
export let next: u32 = 0;

/**
 * Scans the lines that begin at indices [from, until) of the `length` bytes at `base`, of which those from 16 before to
 * a stretch after may be read. `root` is the tree of paths, 0 for none; `lengths` are those of its names. Nothing is
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
  beginWalk(base, stop, final, frame, root, lengths, lengthCount, levels, maxDepth, maxLength, base + from);
  clearRow(frame, 0);
  beginPlain();
  const status = scanLines(base, base + from, base + until, stop, frame, maxDepth >= SHAPE_DEPTH);
  store<u8>(stop, kept);
  next = u32(min(nextLine, stop) - base);
  return status == FILLED ? FULL : status == CUT && nextLine < base + until ? INCOMPLETE : DONE;
}

function scanLines(base: usize, from: usize, until: usize, stop: usize, frame: Frame, withShapes: bool): i32 {
  let line = from;
  while (line < until) {
    if (withShapes && trust > 0) {
      const status = scanShapes(base, line, until, stop, frame);
      if (status != WALKED) return status;
    } else {
      const status = walkLines(line, min(until, line + WITHOUT_TRUST), stop + 1);
      if (status != WALKED) return status;
      trust = MOST_TRUST / 2;
    }
    line = nextLine;
  }
  return WALKED;
}

/** Scans a stretch of lines that mostly have a known shape, at least one line. */
function scanShapes(base: usize, from: usize, until: usize, stop: usize, frame: Frame): i32 {
  let line = from;
  markStretch(line, min(line + MARKED, stop));
  const linesEnd = lineEndsEnd;
  /** Whether the last lines that were matched together had the same shape. */
  let alike = true;
  let entry = lineEnds;
  while (entry < linesEnd) {
    const left = min(u32(linesEnd - entry) >> 2, frame.capacity - rows);
    if (alike && left > 1) {
      const tried = min(left, TOGETHER);
      clearRows(frame, rows, tried);
      const matched = matchTogether(line, entry, tried, frame, rows, base);
      const passed = passRecords(entry, matched, until);
      if (rows == frame.capacity) return FILLED;
      entry += usize(passed) << 2;
      line = nextLine;
      if (line >= until) return WALKED;
      alike = matched == tried;
      if (alike) {
        trust = MOST_TRUST;
        continue;
      }
    }

    const end = usize(load<u32>(entry));
    clearRow(frame, rows);
    if (matchShape(line, frame, rows, base) != 0) {
      if (!passRecord(end)) return FILLED;
      trust = min(trust + 1, MOST_TRUST);
      alike = true;
    } else {
      clearRow(frame, rows);
      const row = rows;
      const suspected = suspects;
      const status = walkLines(line, line + 1, end + 1);
      if (status != WALKED) return status;
      if (rows > row && suspects == suspected) learnShape(line, end, frame, row, base);
      if (--trust == 0) return WALKED;
    }
    entry += 4;
    line = end + 1;
    if (line >= until) return WALKED;
  }
  // What is left has no line end in the stretch, or a fault before it.
  if (line != from && markedTo == min(from + MARKED, stop)) return WALKED;
  clearRow(frame, rows);
  return walkLines(line, line + 1, stop + 1);
}
