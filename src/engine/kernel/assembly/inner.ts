import { beginTaking, buffer, count, endOf, isThere, kindOf, startOf } from './cells';
import {
  KIND_ESCAPED_TEXT,
  KIND_LIST,
  KIND_MISSING,
  KIND_OBJECT,
  KIND_TEXT,
} from './frame';
import { endsScalar, scalarKind } from './scalar';
import { closingQuote, wasEscaped } from './text';

/*
 * What stands inside of the cells at hand (cells.ts): the members of objects as columns of their own, and the items of lists one
 * after the other. All cells are known to be well formed.
 */

const QUOTE: u8 = 0x22;
const SPACE: u8 = 0x20;
const COMMA: u8 = 0x2c;
const OPEN_LIST: u8 = 0x5b;
const CLOSE_LIST: u8 = 0x5d;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;

/** Cells that are there and hold nothing of what was looked for. */
export let otherCells: u32 = 0;

/** The value that was read last. */
let valueKind: u8 = 0;
let valueStart: usize = 0;
let valueEnd: usize = 0;

/**
 * Finds the members of objects, from the row `from` on: each key has a column of `room` places, of which the first is that of
 * `from`. Answers how many of the rows are left, as they have keys that are not among these, or are written in another way.
 * @param keys of each key its length and where it stands as it is written, with the closing quote
 */
export function takeMembers(
  from: u32,
  to: u32,
  keys: usize,
  keyCount: u32,
  room: u32,
  memberKinds: usize,
  memberStarts: usize,
  memberEnds: usize,
  present: usize,
  left: usize,
): u32 {
  let leftCount: u32 = 0;
  beginTaking();
  otherCells = 0;
  memory.fill(memberKinds, KIND_MISSING, usize(keyCount) * usize(room));
  for (let row = from; row < to; row++) {
    const kind = kindOf(row);
    if (!isThere(row, kind, present)) continue;
    if (kind != KIND_OBJECT) {
      otherCells++;
      continue;
    }
    const at = row - from;
    if (takeObject(startOf(row), endOf(row), keys, keyCount, room, at, memberKinds, memberStarts, memberEnds)) continue;
    for (let key: u32 = 0; key < keyCount; key++) store<u8>(memberKinds + usize(key * room + at), KIND_MISSING);
    store<u32>(left + (usize(leftCount++) << 2), row);
  }
  return leftCount;
}

function takeObject(
  start: usize,
  end: usize,
  keys: usize,
  keyCount: u32,
  room: u32,
  row: u32,
  memberKinds: usize,
  memberStarts: usize,
  memberEnds: usize,
): bool {
  let at = afterSpace(start + 1, end);
  if (at < end && load<u8>(at) == CLOSE_OBJECT) return true;
  let expected: u32 = 0;
  while (at < end) {
    at++;
    let key = expected;
    while (key < keyCount && !isKey(keys, key, at)) key++;
    if (key == keyCount) {
      key = 0;
      while (key < expected && !isKey(keys, key, at)) key++;
      if (key == expected) return false;
    }
    at = afterSpace(at + usize(load<u32>(keys + (usize(key) << 3))), end);
    const after = readValue(afterSpace(at + 1, end), end);
    if (after == 0) return false;
    const place = usize(key * room + row);
    store<u8>(memberKinds + place, valueKind);
    store<u32>(memberStarts + (place << 2), u32(valueStart - buffer));
    store<u32>(memberEnds + (place << 2), u32(valueEnd - buffer));
    expected = key + 1;
    at = afterSpace(after, end);
    if (at < end && load<u8>(at) == CLOSE_OBJECT) return true;
    at = afterSpace(at + 1, end);
  }
  return false;
}

// @ts-ignore: decorator
@inline
function isKey(keys: usize, key: u32, at: usize): bool {
  const length = load<u32>(keys + (usize(key) << 3));
  const text = usize(load<u32>(keys + (usize(key) << 3), 4));
  if (length > 16) return memory.compare(at, text, length) == 0;
  const same = u32(i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(text))));
  const mask: u32 = (1 << length) - 1;
  return (same & mask) == mask;
}

/** How many items `takeItems` has found. */
export let itemCount: u32 = 0;

/**
 * Finds the items of lists, from the row `from` on, as long as there is room for them. Answers the first row that there was no
 * room for.
 * @param listEnds gets for each row how many items there are up to its end
 */
export function takeItems(
  from: u32,
  room: u32,
  itemKinds: usize,
  itemStarts: usize,
  itemEnds: usize,
  listEnds: usize,
  present: usize,
): u32 {
  beginTaking();
  otherCells = 0;
  itemCount = 0;
  for (let row = from; row < count; row++) {
    const kind = kindOf(row);
    if (isThere(row, kind, present)) {
      if (kind != KIND_LIST) {
        otherCells++;
      } else {
        const end = endOf(row);
        let items = itemCount;
        let at = afterSpace(startOf(row) + 1, end);
        while (at < end && load<u8>(at) != CLOSE_LIST) {
          const after = items == room ? 0 : readValue(at, end);
          if (after == 0) return row;
          store<u8>(itemKinds + items, valueKind);
          store<u32>(itemStarts + (usize(items) << 2), u32(valueStart - buffer));
          store<u32>(itemEnds + (usize(items) << 2), u32(valueEnd - buffer));
          items++;
          at = afterSpace(after, end);
          if (at < end && load<u8>(at) == COMMA) at = afterSpace(at + 1, end);
        }
        itemCount = items;
      }
    }
    store<u32>(listEnds + (usize(row) << 2), itemCount);
  }
  return count;
}

/** Reads the value at `at`, which ends before `end`. Answers where it ends, a text with its quote; 0 where it does not. */
function readValue(at: usize, end: usize): usize {
  const first = load<u8>(at);
  if (first == QUOTE) {
    valueStart = at + 1;
    valueEnd = closingQuote(at + 1);
    valueKind = wasEscaped ? KIND_ESCAPED_TEXT : KIND_TEXT;
    return valueEnd < end && load<u8>(valueEnd) == QUOTE ? valueEnd + 1 : 0;
  }
  valueStart = at;
  if (first == OPEN_OBJECT || first == OPEN_LIST) {
    valueKind = first == OPEN_OBJECT ? KIND_OBJECT : KIND_LIST;
    at = bracketEnd(at, end);
  } else {
    valueKind = scalarKind(at, first);
    while (at < end && !endsScalar(load<u8>(at))) at++;
  }
  valueEnd = at;
  return at < end && at > valueStart ? at : 0;
}

function bracketEnd(at: usize, end: usize): usize {
  let depth = 0;
  while (at < end) {
    const byte = load<u8>(at++);
    if (byte == QUOTE) at = closingQuote(at) + 1;
    else if (byte == OPEN_OBJECT || byte == OPEN_LIST) depth++;
    else if ((byte == CLOSE_OBJECT || byte == CLOSE_LIST) && --depth == 0) return at;
  }
  return end;
}

/** White space may be of several lines here. */
// @ts-ignore: decorator
@inline
function afterSpace(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) <= SPACE) at++;
  return at;
}
