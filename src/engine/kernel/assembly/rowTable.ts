/*
 * Rows of a JSON document as elements.ts cuts them, and lines made of them for the scanner of lines.
 */

/** Rows in one cut, at most. */
export const MOST_ROWS: u32 = 8192;
/** Rows' first byte, the one past their last, and lines before them; indices into the buffer. */
export const rowStarts: usize = memory.data(8192 * 4, 16);
export const rowEnds: usize = memory.data(8192 * 4, 16);
export const rowLines: usize = memory.data(8192 * 4, 16);
/** Members: the row's name, without its quotes. */
export const nameStarts: usize = memory.data(8192 * 4, 16);
export const nameEnds: usize = memory.data(8192 * 4, 16);
/** How far right of its place a row was laid. */
export const rowShifts: usize = memory.data(8192 * 4, 16);

export let rowCount: u32 = 0;
/** Whether there is exactly one byte between each row and the next. */
export let rowsApart: bool = true;

export function clearRowTable(): void {
  rowCount = 0;
  rowsApart = true;
}

// @ts-ignore: decorator
@inline
export function addRow(start: u32, end: u32, line: u32, nameStart: u32, nameEnd: u32): void {
  const slot = usize(rowCount) << 2;
  if (rowCount != 0) rowsApart = rowsApart && start == load<u32>(rowEnds + slot - 4) + 1;
  store<u32>(rowStarts + slot, start);
  store<u32>(rowEnds + slot, end);
  store<u32>(rowLines + slot, line);
  store<u32>(nameStarts + slot, nameStart);
  store<u32>(nameEnds + slot, nameEnd);
  rowCount++;
}

/** What was between the rows before it was covered. */
const covered: usize = memory.data(8192, 16);

/** Makes a line end of the one byte between each row and the next. */
export function coverGaps(base: usize): void {
  for (let row: u32 = 1; row < rowCount; row++) {
    const gap = base + load<u32>(rowEnds + (usize(row - 1) << 2));
    store<u8>(covered + row, load<u8>(gap));
    store<u8>(gap, 0x0a);
  }
}

export function uncoverGaps(base: usize): void {
  for (let row: u32 = 1; row < rowCount; row++) {
    store<u8>(base + load<u32>(rowEnds + (usize(row - 1) << 2)), load<u8>(covered + row));
  }
}

/**
 * Copies the rows to index `target` and on, a line each: with blanks for line feeds in them, and a line feed
 * after them. Up to 15 bytes after the last one are overwritten. Answers the index after the last row.
 */
export function layRows(base: usize, target: u32): u32 {
  let to = base + target;
  for (let row: u32 = 0; row < rowCount; row++) {
    const slot = usize(row) << 2;
    const start = base + load<u32>(rowStarts + slot);
    const length = base + load<u32>(rowEnds + slot) - start;
    store<u32>(rowShifts + slot, u32(to - start));
    copyBlanked(to, start, length);
    to += length;
    store<u8>(to, 0x0a);
    to++;
  }
  return u32(to - base) - 1;
}

// @ts-ignore: decorator
@inline
function copyBlanked(to: usize, from: usize, length: usize): void {
  const feed = i8x16.splat(0x0a);
  const space = i8x16.splat(0x20);
  for (let at: usize = 0; at < length; at += 16) {
    const bytes = v128.load(from + at);
    v128.store(to + at, v128.bitselect(space, bytes, i8x16.eq(bytes, feed)));
  }
}
