import {
  KIND_FALSE,
  KIND_LIST,
  KIND_MISSING,
  KIND_NULL,
  KIND_OBJECT,
  KIND_TEXT,
  KIND_TRUE,
} from './frame';
import { hashText } from './textHash';
import { readTime, timeMs, timeNanos } from './time';

/*
 * What a column holds, of the rows of one block. `columnKernel.ts` lays out the arrays and calls these in turn; nothing is
 * kept here from one block to the next. Rows are indices into the arrays of the column.
 */

/** What `sortRows` counted. */
export let missingRows: u32 = 0;
export let nullRows: u32 = 0;
export let trueRows: u32 = 0;
export let falseRows: u32 = 0;
export let numberRows: u32 = 0;
export let textRows: u32 = 0;
export let listRows: u32 = 0;
export let objectRows: u32 = 0;
export let oddRows: u32 = 0;

/**
 * Puts rows where their kinds are looked at: numbers with an exact double as those and as rows, texts, lists, objects, and odd
 * ones that have to be decoded first.
 * @param selection rows; 0: the first `count`
 * @param numbers 0 where there are none
 */
export function sortRows(
  count: u32,
  selection: usize,
  kinds: usize,
  numbers: usize,
  values: usize,
  ofNumbers: usize,
  ofTexts: usize,
  ofLists: usize,
  ofObjects: usize,
  ofOdd: usize,
): void {
  let missing: u32 = 0;
  let nulls: u32 = 0;
  let trues: u32 = 0;
  let falses: u32 = 0;
  let doubles: u32 = 0;
  let texts: u32 = 0;
  let lists: u32 = 0;
  let objects: u32 = 0;
  let odd: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = selection == 0 ? i : load<u32>(selection + (usize(i) << 2));
    if (numbers != 0) {
      const value = load<f64>(numbers + (usize(row) << 3));
      if (value == value) {
        store<f64>(values + (usize(doubles) << 3), value);
        store<u32>(ofNumbers + (usize(doubles) << 2), row);
        doubles++;
        continue;
      }
    }
    const kind = load<u8>(kinds + row);
    if (kind == KIND_TEXT) {
      store<u32>(ofTexts + (usize(texts) << 2), row);
      texts++;
    } else if (kind == KIND_NULL) {
      nulls++;
    } else if (kind == KIND_MISSING) {
      missing++;
    } else if (kind == KIND_TRUE) {
      trues++;
    } else if (kind == KIND_FALSE) {
      falses++;
    } else if (kind == KIND_LIST) {
      store<u32>(ofLists + (usize(lists) << 2), row);
      lists++;
    } else if (kind == KIND_OBJECT) {
      store<u32>(ofObjects + (usize(objects) << 2), row);
      objects++;
    } else {
      store<u32>(ofOdd + (usize(odd) << 2), row);
      odd++;
    }
  }
  missingRows = missing;
  nullRows = nulls;
  trueRows = trues;
  falseRows = falses;
  numberRows = doubles;
  textRows = texts;
  listRows = lists;
  objectRows = objects;
  oddRows = odd;
}

/** What `measureNumbers` found: bounds and where they are first, and what the numbers are like. */
export let lowNumber: f64 = 0;
export let highNumber: f64 = 0;
export let lowAt: u32 = 0;
export let highAt: u32 = 0;
export let meanNumber: f64 = 0;
/** Of the differences from the mean. */
export let squares: f64 = 0;
export let negatives: u32 = 0;
export let zeros: u32 = 0;
export let areWhole: bool = false;

/** Looks through doubles, of which there is one at least. What is behind the last may be overwritten. */
export function measureNumbers(values: usize, count: u32): void {
  const end = values + (usize(count) << 3);
  const first = load<f64>(values);
  // Large numbers that are close to each other keep their digits.
  const origin = f64x2.splat(first);
  let lows = origin;
  let highs = origin;
  let sums = f64x2.splat(0);
  let below = i64x2.splat(0);
  let none = i64x2.splat(0);
  let broken = i64x2.splat(0);
  const zero = f64x2.splat(0);
  const even = end - (usize(count & 1) << 3);
  for (let at = values; at < even; at += 16) {
    const pair = v128.load(at);
    lows = f64x2.pmin(lows, pair);
    highs = f64x2.pmax(highs, pair);
    sums = f64x2.add(sums, f64x2.sub(pair, origin));
    below = i64x2.sub(below, f64x2.lt(pair, zero));
    none = i64x2.sub(none, f64x2.eq(pair, zero));
    broken = v128.or(broken, f64x2.ne(f64x2.floor(pair), pair));
  }
  let low = min(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1));
  let high = max(f64x2.extract_lane(highs, 0), f64x2.extract_lane(highs, 1));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  negatives = u32(i64x2.extract_lane(below, 0) + i64x2.extract_lane(below, 1));
  zeros = u32(i64x2.extract_lane(none, 0) + i64x2.extract_lane(none, 1));
  areWhole = !v128.any_true(broken);
  if (even < end) {
    const value = load<f64>(even);
    low = min(low, value);
    high = max(high, value);
    sum += value - first;
    if (value < 0) negatives++;
    if (value == 0) zeros++;
    if (floor(value) != value) areWhole = false;
  }
  lowAt = placeOf(values, end, low);
  highAt = placeOf(values, end, high);
  lowNumber = load<f64>(values + (usize(lowAt) << 3));
  highNumber = load<f64>(values + (usize(highAt) << 3));
  const mean = sum / f64(count);
  meanNumber = first + mean;
  const means = f64x2.splat(mean);
  let squared = f64x2.splat(0);
  for (let at = values; at < even; at += 16) {
    const difference = f64x2.sub(f64x2.sub(v128.load(at), origin), means);
    squared = f64x2.add(squared, f64x2.mul(difference, difference));
  }
  squares = f64x2.extract_lane(squared, 0) + f64x2.extract_lane(squared, 1);
  if (even < end) squares += (load<f64>(even) - first - mean) * (load<f64>(even) - first - mean);
}

function placeOf(values: usize, end: usize, value: f64): u32 {
  let at = values;
  while (at < end && load<f64>(at) != value) at += 8;
  return u32((at - values) >> 3);
}

/** Sums of whole numbers that are exact doubles. */
const MOST_DIGITS: f64 = 1e15;
const MOST_SUM: f64 = 4503599627370496;
/** The sum of what `addScaled` took in. */
export let scaledSum: f64 = 0;

/**
 * Adds up doubles from `from` on that, `power` times as large, are whole: exactly, by whole numbers. Answers the index of the
 * first one that is none, or that would make the sum too large.
 */
export function addScaled(values: usize, from: u32, count: u32, power: f64): u32 {
  let sum: f64 = 0;
  let i = from;
  for (; i < count; i++) {
    const value = load<f64>(values + (usize(i) << 3));
    const whole = nearest(value * power);
    if (whole / power != value || abs(whole) > MOST_DIGITS || abs(sum) > MOST_SUM) break;
    sum += whole;
  }
  scaledSum = sum;
  return i;
}

/** What `splitTexts` counted. */
export let timeRows: u32 = 0;
export let plainRows: u32 = 0;
export let unusualRows: u32 = 0;
export let nanoRows: u32 = 0;

const ZERO: u8 = 0x30;
const NINE: u8 = 0x39;
const DASH: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const DOT: u8 = 0x2e;
const SPACE: u8 = 0x20;
const SMALL_E: u8 = 0x65;

/** Longer texts are taken for texts, although a number may have any number of digits. */
const LONGEST_NUMBER: u32 = 4096;

/**
 * Divides texts into times in the usual form, with their milliseconds since 1970 and nanoseconds within those; unusual ones,
 * which another reader may take for a time or a number; and plain ones.
 * @param loose whether there are numbers among the texts
 */
export function splitTexts(
  count: u32,
  rows: usize,
  starts: usize,
  ends: usize,
  buffer: usize,
  loose: bool,
  ms: usize,
  nanos: usize,
  ofTimes: usize,
  ofPlain: usize,
  ofUnusual: usize,
): void {
  let times: u32 = 0;
  let plain: u32 = 0;
  let unusual: u32 = 0;
  let withNanos: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (usize(i) << 2));
    const start = buffer + load<u32>(starts + (usize(row) << 2));
    const end = buffer + load<u32>(ends + (usize(row) << 2));
    const length = u32(end - start);
    // What is a time or a number begins with a digit, a sign, a point, or white space.
    if (length == 0 || load<u8>(start) > NINE || length > LONGEST_NUMBER) {
      store<u32>(ofPlain + (usize(plain) << 2), row);
      plain++;
      continue;
    }
    if (readTime(start, end)) {
      store<f64>(ms + (usize(times) << 3), timeMs);
      store<u32>(nanos + (usize(times) << 2), timeNanos);
      store<u32>(ofTimes + (usize(times) << 2), row);
      if (timeNanos != 0) withNanos++;
      times++;
    } else if (mayBeOther(start, end, loose)) {
      store<u32>(ofUnusual + (usize(unusual) << 2), row);
      unusual++;
    } else {
      store<u32>(ofPlain + (usize(plain) << 2), row);
      plain++;
    }
  }
  timeRows = times;
  plainRows = plain;
  unusualRows = unusual;
  nanoRows = withNanos;
}

/** Whether a reader of all forms has to look: it takes white space around a time or a number, and any number. */
function mayBeOther(start: usize, end: usize, loose: bool): bool {
  if (load<u8>(start) <= SPACE || load<u8>(end - 1) <= SPACE) return true;
  if (end - start > 7 && load<u8>(start + 4) == DASH && load<u8>(start + 7) == DASH) return true;
  if (!loose) return false;
  let signs: u32 = 0;
  let dots: u32 = 0;
  let powers: u32 = 0;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte - ZERO <= 9) continue;
    if (byte == DOT) dots++;
    else if (byte == DASH || byte == PLUS) signs++;
    else if ((byte | 0x20) == SMALL_E) powers++;
    else return false;
  }
  return signs <= 2 && dots <= 1 && powers <= 1;
}

/** Of a longer text only so many bytes are compared: see `keptBytes` of statistics/valueTable.ts. */
const KEPT: u32 = 256;

/** What `measureTexts` found: characters of all, empty ones, and the rows of the outermost. */
export let characters: f64 = 0;
export let emptyRows: u32 = 0;
export let shortestRow: u32 = 0;
export let longestRow: u32 = 0;
export let leastRow: u32 = 0;
export let greatestRow: u32 = 0;

/**
 * Hashes values by their bytes: two words each, to `hashes`.
 * @param rows those that are hashed; 0 for the first `count`
 */
export function hashRows(
  count: u32,
  rows: usize,
  starts: usize,
  ends: usize,
  buffer: usize,
  seed: u32,
  hashes: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const row = usize(rows == 0 ? i : load<u32>(rows + (usize(i) << 2))) << 2;
    const start = load<u32>(starts + row);
    store<u64>(hashes + (usize(i) << 3), hashText(buffer + start, load<u32>(ends + row) - start, seed));
  }
}

/** Hashes numbers by their value. */
export function hashNumbers(count: u32, values: usize, seed: u32, hashes: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    // Minus zero is zero.
    store<f64>(scratch, load<f64>(values + (usize(i) << 3)) + 0);
    store<u64>(hashes + (usize(i) << 3), hashText(scratch, 8, seed));
  }
}

const scratch: usize = memory.data(16, 16);

/**
 * Looks through texts, of which there is one at least and whose hashes are there.
 * @param firsts 0, or the indices of those that are looked at, as often as `counts` has it
 */
export function measureTexts(
  count: u32,
  rows: usize,
  starts: usize,
  ends: usize,
  buffer: usize,
  hashes: usize,
  firsts: usize,
  counts: usize,
): void {
  let all: f64 = 0;
  let empty: u32 = 0;
  let shortest: u32 = u32.MAX_VALUE;
  let longest: i64 = -1;
  let leastHead: u64 = 0;
  let leastHash: u64 = 0;
  let leastStart: usize = 0;
  let leastLength: u32 = 0;
  let greatestHead: u64 = 0;
  let greatestHash: u64 = 0;
  let greatestStart: usize = 0;
  let greatestLength: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const index = firsts == 0 ? i : load<u32>(firsts + (usize(i) << 2));
    const times: u32 = firsts == 0 ? 1 : load<u32>(counts + (usize(i) << 2));
    const row = load<u32>(rows + (usize(index) << 2));
    const start = buffer + load<u32>(starts + (usize(row) << 2));
    const length = load<u32>(ends + (usize(row) << 2)) - u32(start - buffer);
    const chars = charactersOf(start, length);
    all += f64(chars) * f64(times);
    if (length == 0) empty += times;
    if (chars < shortest) {
      shortest = chars;
      shortestRow = row;
    }
    if (i64(chars) > longest) {
      longest = chars;
      longestRow = row;
    }
    const head = headOf(start, length);
    const hash = load<u64>(hashes + (usize(index) << 3));
    if (i == 0) {
      leastHead = greatestHead = head;
      leastHash = greatestHash = hash;
      leastStart = greatestStart = start;
      leastLength = greatestLength = length;
      leastRow = greatestRow = row;
      continue;
    }
    if (
      head < leastHead ||
      (head == leastHead && hash != leastHash && isLess(start, length, leastStart, leastLength))
    ) {
      leastHead = head;
      leastHash = hash;
      leastStart = start;
      leastLength = length;
      leastRow = row;
    }
    if (
      head > greatestHead ||
      (head == greatestHead && hash != greatestHash && isLess(greatestStart, greatestLength, start, length))
    ) {
      greatestHead = head;
      greatestHash = hash;
      greatestStart = start;
      greatestLength = length;
      greatestRow = row;
    }
  }
  characters = all;
  emptyRows = empty;
}

/** The first eight bytes as a number by which texts are in order. */
// @ts-ignore: decorator
@inline
function headOf(start: usize, length: u32): u64 {
  const word = load<u64>(start);
  return bswap<u64>(length >= 8 ? word : word & ((u64(1) << (u64(length) << 3)) - 1));
}

/** Characters of UTF-8: all bytes but those that continue one. */
// @ts-ignore: decorator
@inline
function charactersOf(start: usize, length: u32): u32 {
  let found: u32 = 0;
  const last = i8x16.splat(-65);
  let left = length;
  let at = start;
  for (; left >= 16; left -= 16, at += 16) {
    found += popcnt(u32(i8x16.bitmask(i8x16.gt_s(v128.load(at), last))));
  }
  if (left == 0) return found;
  return found + popcnt(u32(i8x16.bitmask(i8x16.gt_s(v128.load(at), last))) & ((1 << left) - 1));
}

/** Whether one text comes before another, by the bytes that are kept. */
function isLess(one: usize, oneLength: u32, other: usize, otherLength: u32): bool {
  const oneKept = min(oneLength, KEPT);
  const otherKept = min(otherLength, KEPT);
  const both = min(oneKept, otherKept);
  for (let at: u32 = 0; at < both; at++) {
    const difference = i32(load<u8>(one + at)) - i32(load<u8>(other + at));
    if (difference != 0) return difference < 0;
  }
  return oneKept < otherKept;
}

/**
 * Finds the different ones among values whose hashes are there. Writes to `firsts` the index of the first of each, in order of
 * appearance, and to `counts` how many there are; answers how many are different.
 * @param rows 0 where values of equal hashes are equal
 * @param table room for `slots` words, a power of two of at least twice `count`
 */
export function groupRows(
  count: u32,
  hashes: usize,
  rows: usize,
  starts: usize,
  ends: usize,
  buffer: usize,
  table: usize,
  slots: u32,
  firsts: usize,
  counts: usize,
): u32 {
  memory.fill(table, 0, usize(slots) << 2);
  const mask = slots - 1;
  let distinct: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const hash = load<u64>(hashes + (usize(i) << 3));
    let slot = u32(hash >>> 20) & mask;
    let place = table + (usize(slot) << 2);
    let number = load<u32>(place);
    while (number != 0) {
      const first = load<u32>(firsts + (usize(number - 1) << 2));
      if (
        load<u64>(hashes + (usize(first) << 3)) == hash &&
        (rows == 0 || isSame(load<u32>(rows + (usize(first) << 2)), load<u32>(rows + (usize(i) << 2)), starts, ends, buffer))
      ) {
        break;
      }
      slot = (slot + 1) & mask;
      place = table + (usize(slot) << 2);
      number = load<u32>(place);
    }
    if (number == 0) {
      store<u32>(firsts + (usize(distinct) << 2), i);
      store<u32>(counts + (usize(distinct) << 2), 1);
      store<u32>(place, ++distinct);
    } else {
      const at = counts + (usize(number - 1) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  return distinct;
}

/** Whether two rows have the same text, as far as it is kept. */
// @ts-ignore: decorator
@inline
function isSame(one: u32, other: u32, starts: usize, ends: usize, buffer: usize): bool {
  const a = load<u32>(starts + (usize(one) << 2));
  const b = load<u32>(starts + (usize(other) << 2));
  const length = load<u32>(ends + (usize(one) << 2)) - a;
  if (load<u32>(ends + (usize(other) << 2)) - b != length) return false;
  const kept = min(length, KEPT);
  const first = buffer + a;
  const second = buffer + b;
  let at: u32 = 0;
  for (; at + 8 <= kept; at += 8) {
    if (load<u64>(first + at) != load<u64>(second + at)) return false;
  }
  const left = kept - at;
  if (left == 0) return true;
  return ((load<u64>(first + at) ^ load<u64>(second + at)) & ((u64(1) << (u64(left) << 3)) - 1)) == 0;
}

/** The smallest size of the numbers above zero (`sign` 1) or below (-1); infinite where there is none. */
export function leastSize(values: usize, count: u32, sign: f64): f64 {
  let least: f64 = Infinity;
  for (let i: u32 = 0; i < count; i++) {
    const size = load<f64>(values + (usize(i) << 3)) * sign;
    if (size > 0 && size < least) least = size;
  }
  return least;
}

/**
 * Counts the numbers above zero (`sign` 1) or below (-1) by buckets, which are the top bits of their double, those behind
 * `shift` left out, and less `first`. Of each bucket the smallest size is noted as well.
 */
export function countSizes(
  values: usize,
  count: u32,
  sign: f64,
  shift: u32,
  first: u32,
  counts: usize,
  smallest: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const size = load<f64>(values + (usize(i) << 3)) * sign;
    if (!(size > 0)) continue;
    const at = usize((u32(reinterpret<u64>(size) >>> 32) >>> shift) - first) << 3;
    const found = load<f64>(counts + at);
    store<f64>(counts + at, found + 1);
    if (found == 0 || size < load<f64>(smallest + at)) store<f64>(smallest + at, size);
  }
}

const REGISTER_MASK: u32 = (1 << 12) - 1;

/** Notes hashes in the registers of a HyperLogLog sketch, as statistics/hyperLogLog.ts does. */
export function noteHashes(count: u32, hashes: usize, registers: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const hash = load<u64>(hashes + (usize(i) << 3));
    const at = registers + (u32(hash) & REGISTER_MASK);
    const rank = u8(clz(u32(hash >>> 32))) + 1;
    if (rank > load<u8>(at)) store<u8>(at, rank);
  }
}
