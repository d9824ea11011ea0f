import { type Batch, type DataType, TimeUnit, Type } from '@uwdata/flechette';
import { said } from '../../said/said.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  dot,
  openBrace,
  openBracket,
  quote,
  space,
  zero,
} from '../ascii.ts';
import type { ByteBuilder } from '../byteBuilder.ts';
import { appendJsonString } from '../sink/jsonText.ts';
import { Timestamp } from '../query/value/time.ts';
import { RemoteError } from './remoteError.ts';

/** Appends the cell of a row of a column as JSON. */
export type CellWriter = (row: number, to: ByteBuilder) => void;

const nothing = Buffer.from('null');
const noMembers = Buffer.from('{}');
const [yes, no] = [Buffer.from('true'), Buffer.from('false')];

/**
 * Writes the cells of some rows of a column. Those of the usual types do not become values of JavaScript on the way.
 * @throws RemoteError where it has a type that no JSON stands for
 */
export function cellWriter(batch: Batch<unknown>): CellWriter {
  const write = quickWriter(batch) ?? valueWriter(batch);
  // Where no value is missing, or each is, there may be no bits that say so.
  if (batch.nullCount === 0 || !validityOf(batch)) return write;
  return (row, to) => {
    if (batch.isValid(row)) write(row, to);
    else to.copy(nothing);
  };
}

/** A bit for each row, 0 where its value is missing; undefined where there are no such bits. */
export function validityOf({
  validity,
}: {
  readonly validity?: Uint8Array | undefined;
}): Uint8Array | undefined {
  return validity !== undefined && validity.length > 0 ? validity : undefined;
}

/** For those that are there; undefined for a type whose values are read one by one. */
function quickWriter(batch: Batch<unknown>): CellWriter | undefined {
  const { type, values, offsets } = batch;
  switch (type.typeId) {
    case Type.Bool:
      return (row, to) => to.copy(batch.value(row) === true ? yes : no);
    case Type.Int:
      return values instanceof BigInt64Array ? longWriter(batch, values) : smallWriter(values);
    case Type.Float:
      return values instanceof Float64Array ? doubleWriter(values) : undefined;
    case Type.Utf8:
      return values instanceof Uint8Array && offsets instanceof Int32Array
        ? (row, to) => appendJsonString(to, values, offsets[row], offsets[row + 1])
        : undefined;
    case Type.Date:
      return dateWriter(batch);
    case Type.Timestamp:
      return values instanceof BigInt64Array && unitsPerSecond.has(type.unit)
        ? timestampWriter(values, unitsPerSecond.get(type.unit) ?? 1)
        : undefined;
    case Type.List:
    case Type.LargeList:
      return listWriter(batch.children[0], (row) => Number(offsets[row]));
    case Type.FixedSizeList:
      return listWriter(batch.children[0], (row) => row * type.stride);
    case Type.Map:
      return mapWriter(batch.children[0].children, (row) => Number(offsets[row]));
    case Type.Struct:
      return structWriter(type.children, batch.children);
    default:
      return undefined;
  }
}

function smallWriter(values: Batch<unknown>['values']): CellWriter | undefined {
  return values instanceof Int32Array || values instanceof Int16Array || values instanceof Int8Array
    ? (row, to) => to.whole(values[row])
    : undefined;
}

function longWriter(batch: Batch<unknown>, values: BigInt64Array): CellWriter {
  const long = new Longs(values);
  const other = valueWriter(batch);
  return (row, to) => {
    const value = long.at(row);
    if (Number.isSafeInteger(value)) to.whole(value);
    else other(row, to);
  };
}

/** Numbers of 64 bits; one that is not safe is near to what it is. */
class Longs {
  readonly #halves: Int32Array;

  constructor({ buffer, byteOffset, length }: BigInt64Array) {
    this.#halves = new Int32Array(buffer, byteOffset, 2 * length);
  }

  at(row: number): number {
    return this.#halves[2 * row + 1] * 2 ** 32 + (this.#halves[2 * row] >>> 0);
  }
}

function doubleWriter(values: Float64Array): CellWriter {
  return (row, to) => {
    const value = values[row];
    if (Number.isSafeInteger(value)) to.whole(value);
    else to.text(JSON.stringify(value));
  };
}

/** Dates of a result are few, or next to each other. */
function dateWriter(batch: Batch<unknown>): CellWriter {
  let [last, text] = [NaN, nothing];
  return (row, to) => {
    const ms = Number(batch.value(row));
    if (ms !== last) [last, text] = [ms, Buffer.from(JSON.stringify(new Timestamp(ms, 0, true).toString()))];
    to.copy(text);
  };
}

/** Of the units that have no more than six digits behind the second. */
const unitsPerSecond: ReadonlyMap<number, number> = new Map([
  [TimeUnit.SECOND, 1],
  [TimeUnit.MILLISECOND, 1000],
  [TimeUnit.MICROSECOND, 1_000_000],
]);

const secondsADay = 86_400;

/** Days from 1970 that a `Timestamp` can be away, which is as far as a Date of JavaScript goes. */
const mostDays = 100_000_000;

/**
 * As `Timestamp` writes them; what is further away than that can say is the text of the number. The text of a day is
 * kept for the next row.
 */
function timestampWriter(values: BigInt64Array, perSecond: number): CellWriter {
  const long = new Longs(values);
  const places = Math.log10(perSecond);
  const unitsADay = secondsADay * perSecond;
  let [lastDay, dayText] = [NaN, nothing];
  return (row, to) => {
    const units = long.at(row);
    const day = Number.isSafeInteger(units)
      ? Math.floor(units / unitsADay)
      : floorOf(values[row], BigInt(unitsADay));
    if (Math.abs(day) >= mostDays) {
      to.text(JSON.stringify(String(values[row])));
      return;
    }
    if (day !== lastDay) {
      lastDay = day;
      dayText = Buffer.from(new Timestamp(day * secondsADay * 1000, 0, true).toString());
    }
    const ofDay = Number.isSafeInteger(units)
      ? units - day * unitsADay
      : Number(values[row] - BigInt(day) * BigInt(unitsADay));
    const seconds = Math.floor(ofDay / perSecond);
    to.byte(quote);
    to.copy(dayText);
    to.byte(space);
    twoDigits(Math.floor(seconds / 3600), to);
    to.byte(colon);
    twoDigits(Math.floor(seconds / 60) % 60, to);
    to.byte(colon);
    twoDigits(seconds % 60, to);
    fraction(ofDay - seconds * perSecond, places, to);
    to.byte(quote);
  };
}

function floorOf(value: bigint, by: bigint): number {
  return Number(value % by < 0n ? value / by - 1n : value / by);
}

function twoDigits(value: number, to: ByteBuilder): void {
  to.byte(zero + Math.floor(value / 10));
  to.byte(zero + (value % 10));
}

/** What stands behind the second, without zeros at its end. */
function fraction(value: number, places: number, to: ByteBuilder): void {
  if (value === 0) return;
  to.byte(dot);
  let rest = value;
  for (let unit = 10 ** (places - 1); rest > 0; unit /= 10) {
    const digit = Math.floor(rest / unit);
    to.byte(zero + digit);
    rest -= digit * unit;
  }
}

/** @param start of a row's items, which end where those of the next row begin */
function listWriter(items: Batch<unknown>, start: (row: number) => number): CellWriter {
  const write = cellWriter(items);
  return (row, to) => {
    to.byte(openBracket);
    const [first, end] = [start(row), start(row + 1)];
    for (let at = first; at < end; at++) {
      if (at > first) to.byte(comma);
      write(at, to);
    }
    to.byte(closeBracket);
  };
}

/** @param start as of a list: the items are pairs */
function mapWriter([keys, values]: readonly Batch<unknown>[], start: (row: number) => number): CellWriter {
  const write = cellWriter(values);
  return (row, to) => {
    to.byte(openBrace);
    const [first, end] = [start(row), start(row + 1)];
    for (let at = first; at < end; at++) {
      if (at > first) to.byte(comma);
      to.text(`${JSON.stringify(String(keys.at(at)))}:`);
      write(at, to);
    }
    to.byte(closeBrace);
  };
}

function structWriter(
  types: readonly { readonly name: string }[],
  children: readonly Batch<unknown>[],
): CellWriter {
  const members = types.map(({ name }, at) => ({
    key: Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    write: cellWriter(children[at]),
  }));
  if (members.length === 0) return (_, to) => to.copy(noMembers);
  return (row, to) => {
    for (const { key, write } of members) {
      to.copy(key);
      write(row, to);
    }
    to.byte(closeBrace);
  };
}

function valueWriter(batch: Batch<unknown>): CellWriter {
  const write = textOf(batch.type);
  return (row, to) => to.text(write(batch.value(row)));
}

/** Makes JSON of a value that was read from a column. */
function textOf(type: DataType): (value: unknown) => string {
  switch (type.typeId) {
    case Type.Null:
      return () => 'null';
    case Type.Int:
      return String;
    case Type.Float:
      return type.precision === 1
        ? (value) => single(Number(value))
        : (value) => JSON.stringify(Number(value));
    case Type.Decimal:
      return (value) => decimal(value, type.scale);
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return (value) => JSON.stringify(value);
    case Type.Timestamp:
      return (value) => JSON.stringify(timestamp(Number(value)));
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return (value) => JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'));
    default:
      throw new RemoteError(
        'query',
        said`The result has a column of a type that cannot be written, such as an interval: cast it to text.`,
      );
  }
}

/** The shortest text that is the same number in 32 bits. */
function single(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** All digits, as Arrow has them: those after the mark are `scale`. */
function decimal(value: unknown, scale: number): string {
  const text = String(value);
  if (scale <= 0) return text;
  const digits = text.replace('-', '').padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  const whole = `${text.startsWith('-') ? '-' : ''}${digits.slice(0, -scale)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** From milliseconds with a fraction. */
function timestamp(value: number): string {
  const micros = Math.round((value - Math.floor(value)) * 1000);
  return new Timestamp(Math.floor(value) + Math.floor(micros / 1000), (micros % 1000) * 1000).toString();
}
