import {
  addRecord,
  clearField,
  Column,
  DONE,
  Frame,
  FULL,
  INCOMPLETE,
  KIND_ESCAPED_TEXT,
  KIND_NULL,
  KIND_TEXT,
  setField,
} from './frame';
import { fieldEnd, hasDoubled, markRows, nextFieldEnd, oddAt, RowEnd, rowEnds, rowEndsEnd, ROWS_STRETCH, rowsMarkedTo } from './rows';
import { isShortWhole, numberEnd, plainNumber, shortWhole } from './scalar';
import { hits } from './search';
import { holdsByte, recordEnd } from './text';

/** The row at `csvNext` is one that RFC 4180 does not know: the plain scanner is to read it. */
export const ODD: i32 = 3;

/** `Fault` codes. */
const TOO_FEW_FIELDS: u8 = 10;
const TOO_MANY_FIELDS: u8 = 11;

/** Records and lines found so far, and how many of the records have a fault. */
export let csvRows: u32 = 0;
export let csvFaulty: u32 = 0;
export let csvLines: u32 = 0;
/** Index where the next row begins. */
export let csvNext: u32 = 0;

/** Bytes to mark next: few where a row was odd, for the next one may be as well. */
let reach: usize = ROWS_STRETCH;
const LEAST_REACH: usize = 512;

/** For scans that find fields only in rows that hold a text: the next place of it. */
let hit: usize = hits;
/** `holding` of `scanCsv` where it begins with the first place that was searched last; with 0 every row's fields are found, with more it goes on. */
const FROM_FIRST: u32 = 1;

/**
 * Scans the rows that begin at indices [from, until) of the `length` bytes at `base`, of which those from a block before to
 * a stretch after may be read, and adds them to the `rows` that are there. `indices` are those of the frame's columns. Rows have `width` fields, 0 for any number. Rows
 * longer than `maxLength` are odd.
 */
export function scanCsv(
  base: usize,
  length: u32,
  from: u32,
  until: u32,
  final: bool,
  frame: Frame,
  indices: usize,
  width: u32,
  delimiter: u8,
  quote: u8,
  maxLength: u32,
  rows: u32,
  faulty: u32,
  lines: u32,
  holding: u32,
): i32 {
  if (holding == FROM_FIRST) hit = hits;
  const stop = base + length;
  const kept = load<u8>(stop);
  store<u8>(stop, 0x0a);
  csvRows = rows;
  csvFaulty = faulty;
  csvLines = lines;
  const status = scanRows(
    base,
    base + from,
    base + until,
    stop,
    final,
    frame,
    indices,
    width,
    delimiter,
    quote,
    maxLength,
    holding != 0,
  );
  store<u8>(stop, kept);
  return status;
}

/** There is a line end at `stop`, so that every row has one. */
function scanRows(
  base: usize,
  from: usize,
  until: usize,
  stop: usize,
  final: bool,
  frame: Frame,
  indices: usize,
  width: u32,
  delimiter: u8,
  quote: u8,
  maxLength: u32,
  holding: bool,
): i32 {
  const capacity = frame.capacity;
  const columnsEnd = frame.columns + usize(frame.columnCount) * offsetof<Column>();
  let start = from;
  while (start < until) {
    markRows(start, start + reach, stop + 1, delimiter, quote);
    const ends = rowEndsEnd;
    /** Fields and LFs of the stretch before the row. */
    let fields: u32 = 0;
    let lineFeeds: u32 = 0;
    const stretch = start;

    for (let address = rowEnds; address < ends; address += offsetof<RowEnd>()) {
      const rowEnd = changetype<RowEnd>(address);
      const at = rowEnd.at;
      if (at == stop && (!final || start == stop)) break;
      const end = recordEnd(start, at, stop);
      // What a CR before the source's end is, is seen only without the line end that was put there.
      if (end - start > maxLength || (at == stop && load<u8>(at - 1) == 0x0d)) {
        csvNext = u32(start - base);
        return ODD;
      }
      const count = rowEnd.fields - fields;
      if (end != start) {
        if (csvRows == capacity) return FULL;
        let fault: u8 = 0;
        let faultAt: u32 = 0;
        if (count != width && width != 0) {
          fault = count < width ? TOO_FEW_FIELDS : TOO_MANY_FIELDS;
          faultAt = u32((count < width ? end : fieldStart(start, fields, width)) - start);
          csvFaulty++;
        }
        addRecord(frame, csvRows, u32(start - base), u32(end - base), csvLines, fault);
        store<u32>(frame.faultAt + (usize(csvRows) << 2), faultAt);
        if (holding) while (usize(load<u32>(hit)) < start) hit += 4;
        const taken = !holding || usize(load<u32>(hit)) < end;
        let index = indices;
        for (let column = frame.columns; column < columnsEnd; column += offsetof<Column>()) {
          const field = load<u32>(index);
          index += 4;
          if (!taken || field >= count) {
            clearField(changetype<Column>(column), csvRows);
            continue;
          }
          const from = fieldStart(start, fields, field);
          const to = field == count - 1 ? end : nextFieldEnd(from);
          takeField(changetype<Column>(column), from, to, base, quote);
        }
        csvRows++;
      }
      csvLines += rowEnd.lineFeeds - lineFeeds;
      fields = rowEnd.fields;
      lineFeeds = rowEnd.lineFeeds;
      start = at + 1;
      if (at == stop) {
        csvLines--;
        csvNext = u32(stop - base);
        return DONE;
      }
      if (start >= until) {
        csvNext = u32(start - base);
        return DONE;
      }
    }

    csvNext = u32(start - base);
    if (oddAt != 0) {
      reach = LEAST_REACH;
      return ODD;
    }
    reach = min(reach * 2, ROWS_STRETCH);
    if (start != stretch) continue;
    // No row ends in the stretch.
    if (start == stop) return DONE;
    if (!final && rowsMarkedTo > stop && stop - start <= maxLength) return INCOMPLETE;
    return ODD;
  }
  csvNext = u32(start - base);
  return DONE;
}

/** Where field `index` begins of the row at `start`, whose first field is the stretch's field number `first`. */
// @ts-ignore: decorator
@inline
function fieldStart(start: usize, first: u32, index: u32): usize {
  return index == 0 ? start : fieldEnd(first + index - 1, start) + 1;
}

/** Sets a field of the row at hand. */
// @ts-ignore: decorator
@inline
function takeField(column: Column, from: usize, to: usize, base: usize, quote: u8): void {
  let kind = KIND_NULL;
  if (from != to) {
    kind = KIND_TEXT;
    if (quote != 0 && load<u8>(from) == quote) {
      from++;
      to--;
      if (hasDoubled && holdsByte(from, to, quote)) kind = KIND_ESCAPED_TEXT;
    }
  }
  setField(column, csvRows, kind, u32(from - base), u32(to - base));
  if (column.numbers != 0) {
    store<f64>(column.numbers + (usize(csvRows) << 3), kind == KIND_TEXT ? numberIn(from, to) : NaN);
  }
}

/** The number that a field's text without blanks around it is; NaN where it is none that is exact. */
// @ts-ignore: decorator
@inline
function numberIn(from: usize, to: usize): f64 {
  if (isShortWhole(from, to)) return shortWhole(from, to);
  while (from < to && isBlank(load<u8>(from))) from++;
  while (to > from && isBlank(load<u8>(to - 1))) to--;
  return from < to && numberEnd(from) == to ? plainNumber(from, to) : NaN;
}

// @ts-ignore: decorator
@inline
function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
