import type { Cast, DecimalSize } from '../syntax/tree.ts';
import { asBoolean, asInterval, asNumber, asTime } from './compare.ts';
import { partsOf, rounded, toDouble, type Numeric } from './decimal.ts';
import { JsonList, JsonObject, readJson } from './json.ts';
import { roundNumber } from './round.ts';
import { isNumeric, jsonOf, textOf, type Value } from './value.ts';

/** What a value is made into. */
type Target = Pick<Cast, 'type' | 'size' | 'zoned'>;

/**
 * NULL where the value cannot be read as the type: a query does not fail on what the data holds.
 * @param loose whether it is a field of a table, which has no type of its own: `true` is a boolean there and `5` a number
 */
export function castValue(value: Value, { type, size, zoned }: Target, loose = false): Value {
  if (value === null) return null;
  switch (type) {
    case 'boolean': {
      const number = isNumeric(value) ? value : loose ? asNumber(value) : undefined;
      return number === undefined ? (booleanOf(value) ?? null) : number !== 0;
    }
    case 'integer': {
      const number = numberIn(value, loose);
      return number === undefined ? null : roundNumber(number, 0);
    }
    case 'number': {
      const number = numberIn(value, loose);
      return number === undefined ? null : size === undefined ? number : (sized(number, size) ?? null);
    }
    case 'double': {
      const number = numberIn(value, loose);
      return number === undefined ? null : (rounded(toDouble(number)) ?? null);
    }
    case 'text':
      return textOf(value);
    case 'timestamp': {
      const time = asTime(value);
      return (zoned ? time?.toZoned() : time?.toTimestamp()) ?? null;
    }
    case 'date':
      return asTime(value)?.toDate() ?? null;
    case 'interval':
      return asInterval(value) ?? null;
    case 'json':
      if (typeof value === 'string') return readJson(value) ?? null;
      return value instanceof JsonList || value instanceof JsonObject
        ? value
        : (readJson(jsonOf(value)) ?? null);
  }
}

/** What a text is made into, which may be written as databases write booleans; beside one it is `true` or `false`. */
function booleanOf(value: Value): boolean | undefined {
  return (
    asBoolean(value) ??
    (typeof value === 'string' ? writtenBooleans.get(value.trim().toLowerCase()) : undefined)
  );
}

/** The ways to write a boolean, other than `true` and `false`, that DuckDB, PostgreSQL and Spark have in common. */
export const writtenBooleans: ReadonlyMap<string, boolean> = new Map([
  ['t', true],
  ['yes', true],
  ['y', true],
  ['1', true],
  ['f', false],
  ['no', false],
  ['n', false],
  ['0', false],
]);

/** The number that a value is made into: 1 and 0 of a boolean. */
function numberIn(value: Value, loose: boolean): Numeric | undefined {
  const truth = typeof value === 'boolean' || loose ? asBoolean(value) : undefined;
  return truth === undefined ? asNumber(value) : Number(truth);
}

/** The number rounded to so many digits behind the point; undefined where it has too many before it. */
function sized(value: Numeric, { precision, scale }: DecimalSize): Numeric | undefined {
  const number = roundNumber(value, scale);
  const { coefficient, exponent } = partsOf(number);
  const digits = coefficient === 0n ? 0 : String(coefficient).replace('-', '').length + exponent;
  return digits <= precision - scale ? number : undefined;
}
