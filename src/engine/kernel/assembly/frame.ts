/*
 * What the host lays out in memory for a scan, and where the records that are found go. All addresses; the
 * loader (kernel.ts) writes the same layout.
 */

/** The four arrays of a `FieldColumn`. */
// @ts-ignore: decorator
@unmanaged
export class Column {
  kinds: usize;
  starts: usize;
  ends: usize;
  /** 0 where numbers were not asked for. */
  numbers: usize;
}

/** The arrays of a `RecordBlock`, with room for `capacity` records each. */
// @ts-ignore: decorator
@unmanaged
export class Frame {
  capacity: u32;
  starts: usize;
  ends: usize;
  lines: usize;
  faults: usize;
  /** For CSV, where in the record each fault is. */
  faultAt: usize;
  columnCount: u32;
  /** `columnCount` of `Column`, one after the other. */
  columns: usize;
}

export const KIND_MISSING: u8 = 0;
export const KIND_NULL: u8 = 1;
export const KIND_FALSE: u8 = 2;
export const KIND_TRUE: u8 = 3;
export const KIND_NUMBER: u8 = 4;
export const KIND_TEXT: u8 = 5;
export const KIND_ESCAPED_TEXT: u8 = 6;
export const KIND_LIST: u8 = 7;
export const KIND_OBJECT: u8 = 8;
export const KIND_ODD_TEXT: u8 = 9;

/** In `faults`: something is wrong or out of the ordinary; the plain scanner is to read this record. */
export const SUSPECT: u8 = 255;

/** How a scan ends. */
export const DONE: i32 = 0;
/** The last record runs past the bytes given. */
export const INCOMPLETE: i32 = 1;
/** `capacity` is too small for the records of this block. */
export const FULL: i32 = 2;

/** All fields of a record missing. */
export function clearRow(frame: Frame, row: u32): void {
  const end = frame.columns + usize(frame.columnCount) * offsetof<Column>();
  for (let at = frame.columns; at < end; at += offsetof<Column>()) {
    clearField(changetype<Column>(at), row);
  }
}

/**
 * All fields of `count` records missing. Sets those of up to seven more as well, for which there must be room
 * in memory.
 */
export function clearRows(frame: Frame, row: u32, count: u32): void {
  const end = frame.columns + usize(frame.columnCount) * offsetof<Column>();
  const zero = i8x16.splat(0);
  for (let at = frame.columns; at < end; at += offsetof<Column>()) {
    const column = changetype<Column>(at);
    for (let index = usize(row), last = usize(row + count); index < last; index += 8) {
      store<u64>(column.kinds + index, 0);
      v128.store(column.starts + (index << 2), zero);
      v128.store(column.starts + (index << 2), zero, 16);
      v128.store(column.ends + (index << 2), zero);
      v128.store(column.ends + (index << 2), zero, 16);
    }
    if (column.numbers == 0) continue;
    for (let index = usize(row), last = usize(row + count); index < last; index += 2) {
      v128.store(column.numbers + (index << 3), f64x2.splat(NaN));
    }
  }
}

// @ts-ignore: decorator
@inline
export function clearField(column: Column, row: u32): void {
  store<u8>(column.kinds + row, KIND_MISSING);
  setRange(column, row, 0, 0);
  if (column.numbers != 0) store<f64>(column.numbers + (usize(row) << 3), NaN);
}

// @ts-ignore: decorator
@inline
export function setField(column: Column, row: u32, kind: u8, start: u32, end: u32): void {
  store<u8>(column.kinds + row, kind);
  setRange(column, row, start, end);
}

// @ts-ignore: decorator
@inline
export function setRange(column: Column, row: u32, start: u32, end: u32): void {
  store<u32>(column.starts + (usize(row) << 2), start);
  store<u32>(column.ends + (usize(row) << 2), end);
}

// @ts-ignore: decorator
@inline
export function setNumber(column: Column, row: u32, number: f64): void {
  if (column.numbers != 0) store<f64>(column.numbers + (usize(row) << 3), number);
}

// @ts-ignore: decorator
@inline
export function addRecord(frame: Frame, row: u32, start: u32, end: u32, line: u32, fault: u8): void {
  store<u32>(frame.starts + (usize(row) << 2), start);
  store<u32>(frame.ends + (usize(row) << 2), end);
  store<u32>(frame.lines + (usize(row) << 2), line);
  store<u8>(frame.faults + row, fault);
}
