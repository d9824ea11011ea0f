import {
  addRecord,
  clearField,
  clearRows,
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
import {
  endsFrom,
  fieldEnd,
  fieldsBefore,
  hasDoubled,
  innerFeeds,
  markRows,
  nextFieldEnd,
  oddAt,
  rowEnds,
  rowEndsEnd,
  ROWS_STRETCH,
  rowsMarkedTo,
} from './rows';
import { beginPlain, endPlain, isShortWhole, numberEnd, plainNumber, plainNumberEnd, shortWhole } from './scalar';
import { hits } from './search';
import { holdsByte, recordEnd } from './text';

const NINE: u8 = 0x39;

/** How a stretch ends with which a scan does not. */
const GO_ON: i32 = -1;
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

/** Number in the stretch of the first field of each of its records. */
const firstFields: usize = memory.data((16384 + 128) * 4, 16);

/** For scans that find fields only in rows that hold a text: the next place of it. */
let hit: usize = hits;
/**
 * `holding` of `scanCsv` where it begins with the first place that was searched last; with 0 every row's fields
 * are found, with more it goes on.
 */
const FROM_FIRST: u32 = 1;
/** The records found in which there is a place, ascending. */
export const heldRows: usize = memory.data(4096 * 4, 16);
export let heldCount: u32 = 0;

/**
 * Scans the rows that begin at indices [from, until) of the `length` bytes at `base`, of which those from a
 * block before to a stretch after may be read, and adds them to the `rows` that are there. `indices` are those
 * of the frame's columns. Rows have `width` fields, 0 for any number. Rows longer than `maxLength` are odd.
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
  if (rows == 0) beginPlain();
  if (holding == FROM_FIRST) {
    hit = hits;
    heldCount = 0;
  }
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
  let start = from;
  while (start < until) {
    markRows(start, start + reach, stop + 1, delimiter, quote);
    const stretch = start;
    const firstRow = csvRows;
    let rows = firstRow;
    let lines = csvLines;
    let inner = innerFeeds;
    /** Fields of the stretch before the row, and whether all rows so far have as many as they should. */
    let fields: u32 = 0;
    let regular = width != 0;
    let status = GO_ON;

    const ends = rowEndsEnd;
    for (let address = rowEnds; address < ends; address += 4) {
      const at = usize(load<u32>(address));
      if (at == stop && (!final || start == stop)) break;
      const end = recordEnd(start, at, stop);
      // What a CR before the source's end is, is seen only without the line end that was put there.
      if (end - start > maxLength || (at == stop && load<u8>(at - 1) == 0x0d)) {
        status = ODD;
        break;
      }
      const fieldsTo = fieldsBefore(at) + 1;
      if (end != start) {
        if (rows == capacity) {
          status = FULL;
          break;
        }
        addRecord(frame, rows, u32(start - base), u32(end - base), lines, 0);
        store<u32>(frame.faultAt + (usize(rows) << 2), 0);
        store<u32>(firstFields + (usize(rows - firstRow) << 2), fields);
        if (fieldsTo - fields != width) {
          regular = false;
          if (width != 0) setRagged(frame, rows, start, end, fields, fieldsTo - fields, width);
        }
        rows++;
      }
      for (; usize(load<u32>(inner)) < at; inner += 4) lines++;
      lines++;
      fields = fieldsTo;
      start = at + 1;
      if (at == stop) {
        lines--;
        start = stop;
        status = DONE;
        break;
      }
      if (start >= until) {
        status = DONE;
        break;
      }
    }

    csvRows = rows;
    csvLines = lines;
    csvNext = u32(start - base);
    if (holding) takeHeld(frame, firstRow, rows, base, indices, quote);
    else takeColumns(frame, firstRow, rows, base, indices, quote, regular ? width : 0);
    if (status != GO_ON) return status;
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

/** Notes that a row has too few fields or too many. */
function setRagged(frame: Frame, row: u32, start: usize, end: usize, first: u32, count: u32, width: u32): void {
  const at = count < width ? end : fieldStart(start, first, width);
  store<u8>(frame.faults + row, count < width ? TOO_FEW_FIELDS : TOO_MANY_FIELDS);
  store<u32>(frame.faultAt + (usize(row) << 2), u32(at - start));
  csvFaulty++;
}

/**
 * Sets the fields of rows [from, to), the first of the stretch and those after it. `width` is how many each
 * has, 0 where that differs.
 */
function takeColumns(frame: Frame, from: u32, to: u32, base: usize, indices: usize, quote: u8, width: u32): void {
  if (width != 0 && areMany(frame, indices, width)) {
    takeMany(frame, from, to, base, indices, quote, width);
    return;
  }
  for (let index: u32 = 0; index < frame.columnCount; index++) {
    const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
    const field = load<u32>(indices + (usize(index) << 2));
    if (width != 0 && field < width) takeColumn(column, frame, from, to, base, field, field == width - 1, quote);
    else for (let row = from; row < to; row++) takeAny(column, frame, row, from, base, field, quote);
  }
}

/** Fewer columns are sooner found one by one. */
const FEW_COLUMNS: u32 = 4;

/** Whether the columns are so many of the fields that all fields are walked through, and in their order. */
function areMany(frame: Frame, indices: usize, width: u32): bool {
  const count = frame.columnCount;
  if (count < FEW_COLUMNS || count * 3 < width) return false;
  for (let index: u32 = 0; index < count; index++) {
    const field = load<u32>(indices + (usize(index) << 2));
    if (field >= width) return false;
    if (index > 0 && field <= load<u32>(indices + (usize(index - 1) << 2))) return false;
  }
  return true;
}

/**
 * Sets fields that all of the rows have: first where they are, row by row, and then what they are, column by column, for the
 * fields of a column are alike.
 */
function takeMany(frame: Frame, from: u32, to: u32, base: usize, indices: usize, quote: u8, width: u32): void {
  const count = frame.columnCount;
  for (let row = from; row < to; row++) {
    const place = usize(row) << 2;
    let start = base + usize(load<u32>(frame.starts + place));
    let field: u32 = 0;
    for (let index: u32 = 0; index < count; index++) {
      const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
      for (const wanted = load<u32>(indices + (usize(index) << 2)); field < wanted; field++) start = nextFieldEnd(start) + 1;
      const end = field == width - 1 ? base + usize(load<u32>(frame.ends + place)) : nextFieldEnd(start);
      store<u32>(column.starts + place, u32(start - base));
      store<u32>(column.ends + place, u32(end - base));
      start = end + 1;
      field++;
    }
  }
  for (let index: u32 = 0; index < count; index++) {
    const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
    for (let row = from; row < to; row++) {
      const place = usize(row) << 2;
      takeField(column, row, base + load<u32>(column.starts + place), base + load<u32>(column.ends + place), base, quote);
    }
  }
}

/** Fields from here on are mostly not in the 64 bytes that a row begins with. */
const NEAR_FIELDS: u32 = 5;

/** Sets a field that all of the rows have. */
function takeColumn(
  column: Column,
  frame: Frame,
  from: u32,
  to: u32,
  base: usize,
  field: u32,
  last: bool,
  quote: u8,
): void {
  const near = field < NEAR_FIELDS;
  for (let row = from; row < to; row++) {
    const record = base + usize(load<u32>(frame.starts + (usize(row) << 2)));
    // Mostly the field ends in the 64 bytes that the row begins with.
    let places = near ? endsFrom(record) : 0;
    for (let before: u32 = 1; before < field; before++) places &= places - 1;
    let start = record;
    if (field != 0) {
      start += usize(ctz(places)) + 1;
      places &= places - 1;
    }
    let end = record + usize(ctz(places));
    if (places == 0) {
      start = fieldStart(record, load<u32>(firstFields + (usize(row - from) << 2)), field);
      end = nextFieldEnd(start);
    }
    if (last) end = base + usize(load<u32>(frame.ends + (usize(row) << 2)));
    takeField(column, row, start, end, base, quote);
  }
}

/** Sets a field that the row may have. */
function takeAny(column: Column, frame: Frame, row: u32, from: u32, base: usize, field: u32, quote: u8): void {
  const record = base + usize(load<u32>(frame.starts + (usize(row) << 2)));
  const recordEnd = base + usize(load<u32>(frame.ends + (usize(row) << 2)));
  const first = load<u32>(firstFields + (usize(row - from) << 2));
  const count = fieldsBefore(recordEnd) + 1 - first;
  if (field >= count) {
    clearField(column, row);
    return;
  }
  const start = fieldStart(record, first, field);
  takeField(column, row, start, field == count - 1 ? recordEnd : nextFieldEnd(start), base, quote);
}

/** Sets the fields of those of the rows that hold a text, and adds them to the held ones. */
function takeHeld(frame: Frame, from: u32, to: u32, base: usize, indices: usize, quote: u8): void {
  clearRows(frame, from, to - from);
  for (let row = from; row < to; row++) {
    const start = base + usize(load<u32>(frame.starts + (usize(row) << 2)));
    const end = base + usize(load<u32>(frame.ends + (usize(row) << 2)));
    while (usize(load<u32>(hit)) < start) hit += 4;
    if (usize(load<u32>(hit)) >= end) continue;
    store<u32>(heldRows + (usize(heldCount++) << 2), row);
    for (let index: u32 = 0; index < frame.columnCount; index++) {
      const column = changetype<Column>(frame.columns + usize(index) * offsetof<Column>());
      takeAny(column, frame, row, from, base, load<u32>(indices + (usize(index) << 2)), quote);
    }
  }
}

/** Where field `index` begins of the row at `start`, whose first field is the stretch's field number `first`. */
// @ts-ignore: decorator
@inline
function fieldStart(start: usize, first: u32, index: u32): usize {
  return index == 0 ? start : fieldEnd(first + index - 1, start) + 1;
}

/** Sets a field of a row. */
// @ts-ignore: decorator
@inline
function takeField(column: Column, row: u32, from: usize, to: usize, base: usize, quote: u8): void {
  let kind = KIND_NULL;
  if (from != to) {
    kind = KIND_TEXT;
    if (quote != 0 && load<u8>(from) == quote) {
      from++;
      to--;
      if (hasDoubled && holdsByte(from, to, quote)) kind = KIND_ESCAPED_TEXT;
    }
  }
  setField(column, row, kind, u32(from - base), u32(to - base));
  if (column.numbers != 0) {
    store<f64>(column.numbers + (usize(row) << 3), kind == KIND_TEXT ? numberIn(from, to) : NaN);
  }
}

/** The number that a field's text without blanks around it is; NaN where it is none that is exact. */
// @ts-ignore: decorator
@inline
function numberIn(from: usize, to: usize): f64 {
  // No number, and no blank before one, begins so.
  if (load<u8>(from) > NINE) return NaN;
  if (isShortWhole(from, to)) return shortWhole(from, to);
  if (plainNumberEnd(from) == to) return plainNumber(from, to);
  while (from < to && isBlank(load<u8>(from))) from++;
  while (to > from && isBlank(load<u8>(to - 1))) to--;
  if (from >= to || numberEnd(from) != to) return NaN;
  endPlain();
  return plainNumber(from, to);
}

// @ts-ignore: decorator
@inline
function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
