import {
  KIND_ESCAPED_TEXT,
  KIND_FALSE,
  KIND_NULL,
  KIND_NUMBER,
  KIND_TEXT,
  KIND_TRUE,
} from './frame';
import { digitsMask, numberEnd, plainNumber } from './scalar';
import { DATE, readTime, timeForm, timeMs, timeNanos, timeYear } from './time';

/*
 * The cells of a column, one for each row: what types they have, and their values once its type is known. `cellKernel.ts` lays
 * out the arrays. What is written in a way that is not frequent is left to the host: `left` gets the rows of those cells.
 */

const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const BIG_I: u8 = 0x49;
const BIG_N: u8 = 0x4e;
const BACKSLASH: u8 = 0x5c;
const SMALL_B: u8 = 0x62;
const SMALL_F: u8 = 0x66;
const SMALL_N: u8 = 0x6e;
const SMALL_R: u8 = 0x72;
const SMALL_T: u8 = 0x74;
const SMALL_U: u8 = 0x75;
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;
const SMALL: u32 = 0x20202020;

const BOOLEANS: u32 = 1;
const NUMBERS: u32 = 2;
const TEXTS: u32 = 4;

/** The cells at hand. */
let kinds: usize = 0;
let starts: usize = 0;
let ends: usize = 0;
export let buffer: usize = 0;
export let count: u32 = 0;

export function beginCells(newKinds: usize, newStarts: usize, newEnds: usize, newBuffer: usize, newCount: u32): void {
  kinds = newKinds;
  starts = newStarts;
  ends = newEnds;
  buffer = newBuffer;
  count = newCount;
}

// @ts-ignore: decorator
@inline
export function kindOf(row: u32): u8 {
  return load<u8>(kinds + row);
}

// @ts-ignore: decorator
@inline
export function startOf(row: u32): usize {
  return buffer + load<u32>(starts + (usize(row) << 2));
}

// @ts-ignore: decorator
@inline
export function endOf(row: u32): usize {
  return buffer + load<u32>(ends + (usize(row) << 2));
}

/**
 * Whether all cells are what delimited text has at its best: texts, and such with quotes in them that are all doubled.
 */
export function areTableCells(quote: u32): bool {
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    if (kind == KIND_TEXT || kind == KIND_NULL) continue;
    if (kind != KIND_ESCAPED_TEXT) return false;
    const end = endOf(row);
    for (let at = startOf(row); at < end; at++) {
      if (load<u8>(at) != quote) continue;
      if (++at == end || load<u8>(at) != quote) return false;
    }
  }
  return true;
}

/** What `surveyCells` has seen: which kinds, of numbers the digits before and after the point, of texts what they read as. */
export let seenKinds: u32 = 0;
export let seenWholes: bool = false;
export let seenFractions: bool = false;
export let seenDigits: u32 = 0;
export let seenScale: u32 = 0;
export let seenForms: u32 = 0;
export let seenNanos: bool = false;
export let seenFarAway: bool = false;
export let seenPlain: bool = false;
export let seenTrue: bool = false;

/** Years whose nanoseconds since 1970 have 64 bits. */
const FIRST_NANO_YEAR: u32 = 1678;
const LAST_NANO_YEAR: u32 = 2261;

/**
 * Looks at the types of cells. Answers how many are left.
 * @param typesInText whether a text that reads as a number or boolean is one, and an empty one is null
 * @param isText whether there are other texts already, so that what texts are does not matter
 */
export function surveyCells(typesInText: bool, isText: bool, left: usize): u32 {
  let others: u32 = 0;
  let seen: u32 = 0;
  let forms: u32 = 0;
  seenWholes = seenFractions = seenNanos = seenFarAway = seenPlain = seenTrue = false;
  seenDigits = seenScale = 0;
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    if (kind <= KIND_NULL) continue;
    if (kind == KIND_TRUE || kind == KIND_FALSE) {
      seen |= BOOLEANS;
      continue;
    }
    const start = startOf(row);
    const end = endOf(row);
    if (kind == KIND_NUMBER) {
      if (isPlain(start, end)) seen |= NUMBERS;
      else store<u32>(left + (usize(others++) << 2), row);
      continue;
    }
    if (kind == KIND_TEXT || kind == KIND_ESCAPED_TEXT) {
      if (isText) continue;
      if (kind == KIND_TEXT) {
        if (typesInText && start == end) continue;
        const first: u8 = start == end ? 0 : load<u8>(start);
        const isDigit = first - ZERO <= 9;
        if (typesInText && (isDigit || first == MINUS) && isPlain(start, end)) {
          seen |= NUMBERS;
          continue;
        }
        if (isDigit && readTime(start, end)) {
          forms |= timeForm;
          if (timeForm != DATE) {
            if (timeNanos % 1000 != 0) seenNanos = true;
            if (timeYear < FIRST_NANO_YEAR || timeYear > LAST_NANO_YEAR) seenFarAway = true;
          }
          continue;
        }
        if (typesInText && isBoolean(start, end)) {
          seenTrue = true;
          continue;
        }
        if (!isDigit && first != MINUS && first != BIG_N && first != BIG_I) {
          seenPlain = isText = true;
          continue;
        }
      }
    }
    store<u32>(left + (usize(others++) << 2), row);
  }
  seenForms = forms;
  seenKinds = seen | (forms != 0 || seenPlain ? TEXTS : 0);
  return others;
}

/** `true` or `false`, in letters of any size. */
function isBoolean(start: usize, end: usize): bool {
  const length = end - start;
  if (length == 4) return (load<u32>(start) | SMALL) == TRUE;
  return length == 5 && (load<u32>(start) | SMALL) == FALS && (load<u8>(start + 4) | 0x20) == 0x65;
}

/** Characters of a decimal that is always what its double's shortest form says. */
const PLAIN_LENGTH: u32 = 15;

/** Whether what stands there is a number of so few digits that its double stands for it, without an exponent; notes its digits. */
function isPlain(start: usize, end: usize): bool {
  if (u32(end - start) > PLAIN_LENGTH || start == end) return false;
  const at = load<u8>(start) == MINUS ? start + 1 : start;
  const length = u32(end - at);
  if (length == 0) return false;
  const others = ~digitsMask(at) & ((1 << length) - 1);
  const whole = others == 0 ? length : u32(ctz(others));
  if (whole == 0 || (whole > 1 && load<u8>(at) == ZERO)) return false;
  if (others == 0) {
    seenWholes = true;
    return true;
  }
  if (load<u8>(at + whole) != DOT || (others & (others - 1)) != 0 || whole + 1 == length) return false;
  let last = end - 1;
  while (load<u8>(last) == ZERO) last--;
  const scale = u32(last - at) - whole;
  if (scale == 0) {
    seenWholes = true;
    return true;
  }
  seenFractions = true;
  if (whole > seenDigits) seenDigits = whole;
  if (scale > seenScale) seenScale = scale;
  return true;
}

/** How many of the cells that were taken last are null. */
export let nullCells: u32 = 0;

/** Before cells are taken. */
export function beginTaking(): void {
  nullCells = 0;
}

/** Of columns that are no texts: notes whether a cell is null, an empty one of delimited text as well. */
// @ts-ignore: decorator
@inline
export function isThere(row: u32, kind: u8, present: usize): bool {
  const is =
    kind > KIND_NULL &&
    (kind != KIND_TEXT || load<u32>(starts + (usize(row) << 2)) != load<u32>(ends + (usize(row) << 2)));
  store<u8>(present + row, u8(is));
  nullCells += u32(!is);
  return is;
}

/** Digits that always are a whole number of 64 bits. */
const MOST_DIGITS: u32 = 18;

/** The whole numbers that cells are, each of 64 bits. Answers how many are left. */
export function takeIntegers(values: usize, present: usize, left: usize): u32 {
  let others: u32 = 0;
  beginTaking();
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    let value: i64 = 0;
    if (isThere(row, kind, present)) {
      const start = startOf(row);
      const end = endOf(row);
      const isNegative = load<u8>(start) == MINUS;
      let at = start + usize(isNegative);
      let isWhole = (kind == KIND_NUMBER || kind == KIND_TEXT) && u32(end - at) - 1 < MOST_DIGITS;
      for (; isWhole && at < end; at++) {
        const digit = load<u8>(at) - ZERO;
        isWhole = digit <= 9;
        value = value * 10 + i64(digit);
      }
      if (isNegative) value = -value;
      if (!isWhole) {
        store<u32>(left + (usize(others++) << 2), row);
        value = 0;
      }
    }
    store<i64>(values + (usize(row) << 3), value);
  }
  return others;
}

/** The doubles that cells are. Answers how many are left. */
export function takeDoubles(values: usize, present: usize, left: usize): u32 {
  let others: u32 = 0;
  beginTaking();
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    let value: f64 = 0;
    if (isThere(row, kind, present)) {
      const start = startOf(row);
      const first = load<u8>(start);
      const end = endOf(row);
      const isNumber = kind == KIND_NUMBER || (kind == KIND_TEXT && numberEnd(start) == end);
      value = isNumber ? plainNumber(start, end) : NaN;
      // Minus zero of JSON is one, that of a text none: the host knows.
      if (value != value || (value == 0 && first == MINUS)) {
        store<u32>(left + (usize(others++) << 2), row);
        value = 0;
      }
    }
    store<f64>(values + (usize(row) << 3), value);
  }
  return others;
}

/** The points in time that cells are, since 1970, each of 64 bits. Answers how many are left. @param nanos else microseconds */
export function takeTimes(nanos: bool, values: usize, present: usize, left: usize): u32 {
  let others: u32 = 0;
  beginTaking();
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    let value: i64 = 0;
    if (isThere(row, kind, present)) {
      if (kind == KIND_TEXT && readTime(startOf(row), endOf(row))) {
        value = nanos ? i64(timeMs) * 1_000_000 + i64(timeNanos) : i64(timeMs) * 1000 + i64(timeNanos / 1000);
      } else {
        store<u32>(left + (usize(others++) << 2), row);
      }
    }
    store<i64>(values + (usize(row) << 3), value);
  }
  return others;
}

/** The days since 1970 that cells are, each of 32 bits. Answers how many are left. */
export function takeDates(values: usize, present: usize, left: usize): u32 {
  let others: u32 = 0;
  beginTaking();
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    let value: i32 = 0;
    if (isThere(row, kind, present)) {
      if (kind == KIND_TEXT && readTime(startOf(row), endOf(row)) && timeForm == DATE) {
        value = i32(timeMs / 86_400_000);
      } else {
        store<u32>(left + (usize(others++) << 2), row);
      }
    }
    store<i32>(values + (usize(row) << 2), value);
  }
  return others;
}

/** The booleans that cells are, a byte each. Answers how many are left. */
export function takeBooleans(values: usize, present: usize, left: usize): u32 {
  let others: u32 = 0;
  beginTaking();
  for (let row: u32 = 0; row < count; row++) {
    const kind = kindOf(row);
    let value: u8 = 0;
    if (isThere(row, kind, present)) {
      if (kind == KIND_TRUE || kind == KIND_FALSE || kind == KIND_TEXT) {
        value = u8((load<u8>(startOf(row)) | 0x20) == SMALL_T);
      } else {
        store<u32>(left + (usize(others++) << 2), row);
      }
    }
    store<u8>(values + row, value);
  }
  return others;
}

/** Bytes of the texts that `takeTexts` has written. */
export let textBytes: u32 = 0;

/**
 * Copies the texts of cells to `target`, from the row `from` on, and writes to `textEnds` where each ends there. Answers the
 * first row that is left: the others are not looked at then. Up to 16 bytes behind the last are written.
 * @param quote of delimited text, in which each is doubled; 0 of JSON, whose texts are left that have numbers of characters
 * @param room bytes at `target`
 */
export function takeTexts(from: u32, quote: u32, target: usize, room: u32, textEnds: usize, present: usize): u32 {
  const targetEnd = target + room;
  let to = target;
  beginTaking();
  let row = from;
  for (; row < count; row++) {
    const kind = kindOf(row);
    if (kind > KIND_NULL) {
      const isEscaped = kind == KIND_ESCAPED_TEXT;
      if (kind == KIND_NUMBER || kind > KIND_ESCAPED_TEXT) break;
      const start = startOf(row);
      const end = endOf(row);
      if (to + (end - start) > targetEnd) break;
      if (isEscaped && quote == 0) {
        const after = unescape(start, end, to);
        if (after == 0) break;
        to = after;
      } else if (isEscaped) {
        for (let at = start; at < end; at++) {
          const byte = load<u8>(at);
          store<u8>(to++, byte);
          if (byte == quote) at++;
        }
      } else {
        for (let done: usize = 0; done < end - start; done += 16) v128.store(to + done, v128.load(start + done));
        to += end - start;
      }
      store<u8>(present + row, 1);
    } else {
      store<u8>(present + row, 0);
      nullCells++;
    }
    store<u32>(textEnds + (usize(row) << 2), u32(to - target));
  }
  textBytes = u32(to - target);
  return row;
}

/** Copies a text of JSON without its escapes. Answers where it ends there; 0 where it has the number of a character. */
function unescape(start: usize, end: usize, target: usize): usize {
  let to = target;
  for (let at = start; at < end; at++) {
    let byte = load<u8>(at);
    if (byte == BACKSLASH) {
      byte = load<u8>(++at);
      if (byte == SMALL_U) return 0;
      if (byte == SMALL_N) byte = 0x0a;
      else if (byte == SMALL_T) byte = 0x09;
      else if (byte == SMALL_R) byte = 0x0d;
      else if (byte == SMALL_B) byte = 0x08;
      else if (byte == SMALL_F) byte = 0x0c;
    }
    store<u8>(to++, byte);
  }
  return to;
}
