import { Decimal, type Numeric } from '../../query/value/decimal.ts';
import { readTime, type Timestamp } from '../../query/value/time.ts';
import type { ColumnType } from './columnType.ts';
import { jsonText, type Json } from './json.ts';
import { doubleInText, numberInText, plainParts } from './survey.ts';

/** Types whose values are whole numbers. */
export type WholeType = { readonly kind: 'int64' } | OfKind<'decimal'> | OfKind<'timestamp'>;
type OfKind<K extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: K }>;

/** Values of columns whose type `Survey` has found. All throw a TypeError where a value is not of the type: a bug. */

export function booleanOf(value: Json): boolean {
  return typeof value === 'boolean' ? value : textIn(value).toLowerCase() === 'true';
}

export function doubleOf(value: Json): number {
  const number = numberIn(value, doubleInText);
  return typeof number === 'number' ? number : number.approximate;
}

/** Days since 1970. */
export function daysOf(value: Json): number {
  return Math.floor(timeIn(value).ms / 86_400_000);
}

/** 64-bit integers and decimals without their point, and points in time in their unit. */
export function wholeOf(type: WholeType, value: Json): bigint {
  if (type.kind !== 'timestamp')
    return unscaled(numberIn(value, numberInText), type.kind === 'decimal' ? type.scale : 0);
  const { ms, nanos } = timeIn(value);
  const micros = BigInt(ms) * 1000n;
  return type.unit === 'NANOS' ? micros * 1000n + BigInt(nanos) : micros + BigInt(Math.floor(nanos / 1000));
}

function textIn(value: Json): string {
  if (typeof value !== 'string') throw wrongType(value, 'a text');
  return value;
}

function timeIn(value: Json): Timestamp {
  const time = readTime(textIn(value));
  if (time === undefined) throw wrongType(value, 'a time');
  return time;
}

function numberIn(value: Json, read: (text: string) => Numeric | undefined): Numeric {
  if (typeof value === 'number' || value instanceof Decimal) return value;
  const number = read(textIn(value));
  if (number === undefined) throw wrongType(value, 'a number');
  return number;
}

function wrongType(value: Json, wanted: string): TypeError {
  return new TypeError(`${jsonText(value)} is not ${wanted}`);
}

function unscaled(value: Numeric, scale: number): bigint {
  if (typeof value === 'number' && scale === 0) return BigInt(value);
  const written = String(value);
  const { integer, fraction } = plainParts(written);
  const digits = BigInt(integer + fraction.padEnd(scale, '0'));
  return written.startsWith('-') ? -digits : digits;
}
