/*
 * Rows of JSON, a line each, made of columns. `weaveKernel.ts` lays out the columns.
 */

/** What the values of a column are: bytes of texts, bytes of JSON, or whole numbers. */
const TEXT: u32 = 0;
const JSON_TEXT: u32 = 1;
const INT32: u32 = 2;
// And INT64.

// @ts-ignore: decorator
@unmanaged
class WovenColumn {
  kind: u32;
  /** The bytes before each value: a brace or comma, the name, a colon. */
  key: usize;
  keyLength: u32;
  values: usize;
  /** Of texts and JSON: where each begins, counted as `base`, and where the last one ends. */
  offsets: usize;
  /** The offset of the first of the bytes at `values`. */
  base: u32;
  /** A bit for each row, the lowest first: 0 where there is no value. 0 where all have one. */
  present: usize;
}

const NULL: u32 = 0x6c6c756e;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const ZERO: u8 = 0x30;
/** Digits of a whole number of 64 bits, with its sign; bytes of an escape; and of what may be written past the end. */
const LONGEST_NUMBER: usize = 20;
const LONGEST_ESCAPE: usize = 6;
const SLACK: usize = 16;

/** How many bytes `weaveRows` has written, and the most that the row takes for which there was no room. */
export let wovenBytes: u32 = 0;
export let neededBytes: u32 = 0;

/** Writes the rows [from, to) to `target`, as long as there is room. Answers the first row that there is no room for. */
export function weaveRows(columns: usize, count: u32, from: u32, to: u32, target: usize, room: u32): u32 {
  const end = target + room - SLACK;
  const last = columns + usize(count) * offsetof<WovenColumn>();
  let at = target;
  let row = from;
  for (; row < to; row++) {
    const most = mostBytes(columns, last, row);
    if (at + most > end) {
      neededBytes = u32(most + SLACK);
      break;
    }
    for (let column = columns; column < last; column += offsetof<WovenColumn>()) {
      at = writeCell(changetype<WovenColumn>(column), row, at);
    }
    store<u16>(at, 0x0a7d);
    at += 2;
  }
  wovenBytes = u32(at - target);
  return row;
}

function mostBytes(columns: usize, last: usize, row: u32): usize {
  let most: usize = 2;
  for (let address = columns; address < last; address += offsetof<WovenColumn>()) {
    const column = changetype<WovenColumn>(address);
    most += column.keyLength + LONGEST_NUMBER;
    if (column.kind > JSON_TEXT) continue;
    const offset = column.offsets + (usize(row) << 2);
    const length = usize(load<u32>(offset, 4) - load<u32>(offset));
    most += column.kind == TEXT ? length * LONGEST_ESCAPE : length;
  }
  return most;
}

function writeCell(column: WovenColumn, row: u32, at: usize): usize {
  at = copy(column.key, column.key + column.keyLength, at);
  const present = column.present;
  if (present != 0 && ((load<u8>(present + (row >> 3)) >> (row & 7)) & 1) == 0) {
    store<u32>(at, NULL);
    return at + 4;
  }
  if (column.kind > JSON_TEXT) {
    const value =
      column.kind == INT32
        ? i64(load<i32>(column.values + (usize(row) << 2)))
        : load<i64>(column.values + (usize(row) << 3));
    return writeNumber(value, at);
  }
  const offset = column.offsets + (usize(row) << 2);
  const start = column.values + load<u32>(offset) - column.base;
  const end = column.values + load<u32>(offset, 4) - column.base;
  if (column.kind == JSON_TEXT) return copy(start, end, at);
  store<u8>(at, QUOTE);
  at = writeText(start, end, at + 1);
  store<u8>(at, QUOTE);
  return at + 1;
}

// @ts-ignore: decorator
@inline
function copy(start: usize, end: usize, to: usize): usize {
  for (let done: usize = 0; done < end - start; done += 16) v128.store(to + done, v128.load(start + done));
  return to + (end - start);
}

/** With quotes, backslashes and control characters escaped, as RFC 8259 wants it. */
function writeText(start: usize, end: usize, to: usize): usize {
  let at = start;
  while (at < end) {
    const bytes = v128.load(at);
    const odd = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH))),
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
    );
    const places = u32(i8x16.bitmask(odd));
    const plain = min<usize>(places == 0 ? 16 : usize(ctz(places)), end - at);
    v128.store(to, bytes);
    to += plain;
    at += plain;
    if (at < end && plain < 16) to = writeEscape(load<u8>(at++), to);
  }
  return to;
}

function writeEscape(byte: u8, to: usize): usize {
  store<u8>(to, BACKSLASH);
  let short: u8 = 0;
  if (byte >= 0x20) short = byte;
  else if (byte == 0x08) short = 0x62;
  else if (byte == 0x09) short = 0x74;
  else if (byte == 0x0a) short = 0x6e;
  else if (byte == 0x0c) short = 0x66;
  else if (byte == 0x0d) short = 0x72;
  if (short != 0) {
    store<u8>(to, short, 1);
    return to + 2;
  }
  store<u32>(to, 0x30303075, 1);
  store<u8>(to, ZERO + (byte >> 4), 4);
  const low = byte & 15;
  store<u8>(to, low < 10 ? ZERO + low : 0x57 + low, 5);
  return to + 6;
}

function writeNumber(value: i64, to: usize): usize {
  let rest = value < 0 ? u64(0) - u64(value) : u64(value);
  if (value < 0) store<u8>(to++, 0x2d);
  let digits: usize = 1;
  for (let others = rest; others >= 10; others /= 10) digits++;
  for (let at = to + digits; at > to; ) {
    const next = rest / 10;
    store<u8>(--at, ZERO + u8(rest - next * 10));
    rest = next;
  }
  return to + digits;
}
