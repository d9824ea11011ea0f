import { Decimal, type Numeric } from '../../query/value/decimal.ts';
import { readTime, type Timestamp } from '../../query/value/time.ts';
import type { ColumnType } from './columnType.ts';
import { isList, isObject, jsonText, memberOf, type Json, type JsonMembers } from './json.ts';
import { doubleInText, numberInText, plainParts } from './survey.ts';

/** A value as typed columns take it: 64-bit integers, points in time and decimals as (unscaled) bigints, dates as days. */
export type TypedValue = null | boolean | number | bigint | string | readonly TypedValue[] | TypedGroup;

interface TypedGroup {
  readonly [key: string]: TypedValue;
}

/** A value of a column whose type `Survey` has found. @throws TypeError where it is none: a bug */
export function typedValue(type: ColumnType, value: Json | undefined): TypedValue {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'text':
      return typeof value === 'string' ? value : jsonText(value);
    case 'list':
      return listIn(value).map((item) => typedValue(type.items, item));
    case 'struct': {
      const members = membersIn(value);
      return Object.fromEntries(
        [...type.members].map(([key, member]) => [key, typedValue(member, memberOf(members, key))]),
      );
    }
    default:
      // An empty cell of a delimited text.
      return value === '' ? null : scalar(type, value);
  }
}

type ScalarType = Exclude<ColumnType, { readonly kind: 'text' | 'list' | 'struct' }>;

function scalar(type: ScalarType, value: Json): TypedValue {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : textIn(value).toLowerCase() === 'true';
    case 'int64':
      return unscaled(numberIn(value), 0);
    case 'double': {
      const number = numberIn(value, doubleInText);
      return typeof number === 'number' ? number : number.approximate;
    }
    case 'decimal':
      return unscaled(numberIn(value), type.scale);
    case 'date':
      return Math.floor(timeIn(value).ms / 86_400_000);
    case 'timestamp': {
      const { ms, nanos } = timeIn(value);
      const micros = BigInt(ms) * 1000n;
      return type.unit === 'NANOS' ? micros * 1000n + BigInt(nanos) : micros + BigInt(nanos / 1000);
    }
  }
}

function listIn(value: Json): readonly Json[] {
  if (!isList(value)) throw wrongType(value, 'a list');
  return value;
}

function membersIn(value: Json): JsonMembers {
  if (!isObject(value)) throw wrongType(value, 'an object');
  return value;
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

function numberIn(value: Json, read = numberInText): Numeric {
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
