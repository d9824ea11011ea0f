import { isTime, readValue, type CellNature } from '../../query/cell.ts';
import { compareNumbers, readNumber, type Numeric } from '../../query/value/decimal.ts';
import { JsonList, JsonObject } from '../../query/value/json.ts';
import { Interval, readTime, Timestamp } from '../../query/value/time.ts';
import { DayCache, readMs, readNanos } from '../../query/value/timeBytes.ts';
import { isNumeric, type Value } from '../../query/value/value.ts';
import { Kind } from '../../format/record.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { readCell, tag } from '../codec.ts';
import { longestKey, MemoryLimitError, tooLongKey } from '../memoryLimit.ts';
import { valueOf, type FieldVector } from '../vector.ts';

/**
 * Values as bytes that are in the same order as the values: what sorts, groups and finds equal rows. NULL stands
 * apart; then come booleans, numbers, texts, times, intervals, lists and objects. Equal values have equal bytes.
 */
const rank = {
  boolean: 0x10,
  number: 0x20,
  text: 0x30,
  time: 0x40,
  interval: 0x50,
  list: 0x60,
  object: 0x70,
};

const nine = 0x39;
const nullFirst = 0x01;
const nullLast = 0xff;
/** Stands behind a double that is the number itself, not the nearest to it. */
const isExact = 1;
/** Ends a list or an object; lower than any rank. */
const end = 0x00;

export interface KeyOrder {
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** A CSV field sorts as a number where it reads as one, and by its reading where it has one; a text that is a time by its point in time. */
export function writeSortKey(out: ByteWriter, value: Value, order: KeyOrder, nature: CellNature): void {
  if (value === null) {
    out.byte(order.nullsFirst ? nullFirst : nullLast);
    return;
  }
  const length = lengthIn(value);
  if (length > longestKey) throw new MemoryLimitError(tooLongKey);
  const start = out.length;
  writeKey(out, orderedValue(value, nature));
  if (order.descending) out.invert(start);
}

/** Of a text, or of a list or an object as it is written, in UTF-16 units; 0 of other values. */
function lengthIn(value: Value): number {
  if (typeof value === 'string') return value.length;
  return value instanceof JsonObject || value instanceof JsonList ? (value.text?.length ?? 0) : 0;
}

function orderedValue(value: Exclude<Value, null>, nature: CellNature): Value {
  if (typeof value !== 'string') return value;
  const { loose, reading } = nature;
  const read = readValue(value, reading);
  const isWrittenDate = reading?.kind === 'date';
  const time =
    isWrittenDate || isTime(nature) ? readTime(typeof read === 'string' ? read : value) : undefined;
  // A date that is written in its column's own way has its place among texts, whatever offset it has.
  if (time !== undefined) return isWrittenDate ? String(new Timestamp(time.ms, time.nanos)) : time;
  const number = loose && typeof read === 'string' ? readNumber(read) : undefined;
  return number ?? read ?? value;
}

/**
 * The same for a field as it stands in its block: numbers that the scanner has read and plain texts are not decoded.
 */
export function writeFieldKey(
  out: ByteWriter,
  field: FieldVector,
  row: number,
  order: KeyOrder,
  nature: CellNature,
): void {
  const { loose, reading } = nature;
  if (reading !== undefined) {
    writeSortKey(out, field.value(row), order, nature);
    return;
  }
  const { bytes, column } = field;
  const kind = column.kinds[row];
  const start = out.length;
  const areTimes = isTime(nature);
  const number = column.numbers.length > 0 && (loose || kind === Kind.Number) ? column.numbers[row] : NaN;
  // A packed column writes all of its texts once it is asked where one is.
  const isText = Number.isNaN(number) && kind === Kind.Text;
  if (isText && column.ends[row] - column.starts[row] > longestKey) throw new MemoryLimitError(tooLongKey);
  const ms =
    areTimes && kind === Kind.Text ? readMs(bytes, column.starts[row], column.ends[row], lastDay) : NaN;
  if (!Number.isNaN(number)) {
    out.byte(rank.number);
    writeNumber(out, number);
  } else if (!Number.isNaN(ms)) {
    out.byte(rank.time);
    writeDouble(out, ms);
    writeDouble(out, readNanos);
  } else if (
    areTimes ||
    kind !== Kind.Text ||
    !copyPlainText(out, bytes, column.starts[row], column.ends[row], loose)
  ) {
    writeSortKey(out, field.value(row), order, nature);
    return;
  }
  if (order.descending) out.invert(start);
}

const lastDay = new DayCache();

/** Writes the key of a text in ASCII; false, and nothing, where it is not plain enough for that. */
function copyPlainText(
  out: ByteWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  loose: boolean,
): boolean {
  // What reads as a number begins with one of these, or with white space.
  if (loose && (start === end || bytes[start] <= nine)) return false;
  for (let at = start; at < end; at++) if (bytes[at] === 0 || bytes[at] >= 0x80) return false;
  out.byte(rank.text);
  out.copy(bytes, start, end);
  out.byte(0);
  out.byte(0);
  return true;
}

/** What `writeKey` writes before and behind the bytes of a text without NUL. */
export const textKey = { begin: Uint8Array.of(rank.text), end: Uint8Array.of(0, 0) };

/** A key to find equal values by, NULL among them. */
export function writeKey(out: ByteWriter, value: Value): void {
  if (value === null) {
    out.byte(nullLast);
  } else if (typeof value === 'string') {
    out.byte(rank.text);
    writeText(out, value);
  } else if (isNumeric(value)) {
    out.byte(rank.number);
    writeNumber(out, value);
  } else if (typeof value === 'boolean') {
    out.byte(rank.boolean);
    out.byte(value ? 1 : 0);
  } else if (value instanceof Timestamp) {
    out.byte(rank.time);
    writeDouble(out, value.ms);
    writeDouble(out, value.nanos);
  } else if (value instanceof Interval) {
    out.byte(rank.interval);
    writeDouble(out, (value.months * 30 + value.days) * 86_400_000_000 + value.micros);
  } else if (value instanceof JsonList) {
    out.byte(rank.list);
    for (const item of value.items) writeKey(out, item);
    out.byte(end);
  } else {
    out.byte(rank.object);
    writeObject(out, value);
  }
}

/** `writeKey` of a number. */
export function writeNumberKey(out: ByteWriter, value: number): void {
  out.byte(rank.number);
  writeNumber(out, value);
}

/** `writeKey` of the cell that a reader stands before; a text and a number are not decoded for it. */
export function copyCellKey(out: ByteWriter, from: ByteReader): void {
  const start = from.at;
  const kind = from.byte();
  if (kind === tag.text) {
    const length = from.count();
    if (!from.includes(0, length)) {
      out.byte(rank.text);
      from.copyTo(out, length);
      out.byte(0);
      out.byte(0);
      return;
    }
  } else if (kind === tag.double) {
    out.byte(rank.number);
    writeNumber(out, from.double());
    return;
  }
  from.at = start;
  writeKey(out, valueOf(readCell(from)));
}

/** Members in the order of their keys: the order in which they are written makes no difference. */
function writeObject(out: ByteWriter, value: JsonObject): void {
  const keys = [...value.members.keys()].sort();
  for (const key of keys) {
    out.byte(rank.text);
    writeText(out, key);
    writeKey(out, value.members.get(key) ?? null);
  }
  out.byte(end);
}

/** UTF-8, NUL written as 00 FF, ended by 00 00: a text sorts before those that it begins. */
function writeText(out: ByteWriter, text: string): void {
  if (text.includes('\0')) {
    for (const [at, part] of text.split('\0').entries()) {
      if (at > 0) {
        out.byte(0);
        out.byte(0xff);
      }
      writePart(out, part);
    }
  } else {
    writePart(out, text);
  }
  out.byte(0);
  out.byte(0);
}

/** A long text is written piece by piece: who only wants to see its bytes need not hold all of them. */
function writePart(out: ByteWriter, text: string): void {
  if (text.length <= pieceLength) {
    out.utf8(text);
    return;
  }
  for (let from = 0; from < text.length;) {
    const to = Math.min(text.length, from + pieceLength);
    const end = to < text.length && isHighSurrogate(text.charCodeAt(to - 1)) ? to + 1 : to;
    out.utf8(text.slice(from, end));
    out.settled();
    from = end;
  }
}

/** In UTF-16 units. */
const pieceLength = 64 * 1024;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Big-endian IEEE 754 with the sign turned around, and the other bits where it is negative. */
function writeDouble(out: ByteWriter, value: number): void {
  double[0] = value === 0 ? 0 : value;
  const negative = words[1] >>> 31 === 1;
  const high = negative ? ~words[1] >>> 0 : (words[1] | 0x80000000) >>> 0;
  const low = negative ? ~words[0] >>> 0 : words[0];
  out.bigEndian(high, low);
}

/**
 * The nearest double; then whether the value lies below it (0), is it (1) or lies above it (2); then, unless it is it,
 * the digits, which decide between decimals with the same nearest double.
 */
function writeNumber(out: ByteWriter, value: Numeric): void {
  if (typeof value === 'number') {
    writeDouble(out, value);
    out.byte(isExact);
    return;
  }
  const { coefficient, exponent, approximate } = value;
  const near = Number.isFinite(approximate) ? approximate : Math.sign(approximate) * Number.MAX_VALUE;
  writeDouble(out, approximate);
  out.byte(compareNumbers(value, near) < 0 ? 0 : 2);
  const negative = coefficient < 0n;
  const digits = String(negative ? -coefficient : coefficient);
  const start = out.length;
  writeDouble(out, digits.length + exponent);
  out.utf8(digits);
  out.byte(0);
  if (negative) out.invert(start);
}

/** The nearest double of a number that a sort key begins with; undefined where it begins with something else. */
export function leadingNumber(key: Uint8Array, { descending }: KeyOrder): number | undefined {
  const flip = descending ? 0xff : 0;
  return (key[0] ^ flip) === rank.number ? doubleIn(key, flip) : undefined;
}

/** The number that a key of `writeKey` is all of, where that is a double. */
export function exactNumber(key: Uint8Array, length = key.length): number | undefined {
  return length === 10 && key[0] === rank.number && key[9] === isExact ? doubleIn(key, 0) : undefined;
}

const bits = new DataView(new ArrayBuffer(8));

/** What `writeDouble` has written behind the first byte. */
function doubleIn(key: Uint8Array, flip: number): number {
  const negative = ((key[1] ^ flip) & 0x80) === 0;
  for (let at = 0; at < 8; at++) bits.setUint8(at, key[at + 1] ^ flip ^ (negative ? 0xff : 0));
  if (!negative) bits.setUint8(0, bits.getUint8(0) & 0x7f);
  return bits.getFloat64(0);
}

/** Negative, zero or positive. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}
