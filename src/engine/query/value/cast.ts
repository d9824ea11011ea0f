import type { CastType } from '../syntax/tree.ts';
import { asBoolean, asNumber, asTime } from './compare.ts';
import { rounded, toDouble } from './decimal.ts';
import { JsonList, JsonObject, readJson } from './json.ts';
import { roundNumber } from './round.ts';
import { Interval, readInterval } from './time.ts';
import { isNumeric, jsonOf, textOf, type Value } from './value.ts';

/** NULL where the value cannot be read as the type: a query does not fail on what the data holds. */
export function castValue(value: Value, type: CastType): Value {
  if (value === null) return null;
  switch (type) {
    case 'boolean':
      return isNumeric(value) ? value !== 0 : (asBoolean(value) ?? null);
    case 'integer': {
      const number = typeof value === 'boolean' ? Number(value) : asNumber(value);
      return number === undefined ? null : roundNumber(number, 0);
    }
    case 'number':
      return typeof value === 'boolean' ? Number(value) : (asNumber(value) ?? null);
    case 'double': {
      const number = typeof value === 'boolean' ? Number(value) : asNumber(value);
      return number === undefined ? null : (rounded(toDouble(number)) ?? null);
    }
    case 'text':
      return textOf(value);
    case 'timestamp':
      return asTime(value)?.toTimestamp() ?? null;
    case 'date':
      return asTime(value)?.toDate() ?? null;
    case 'interval':
      if (value instanceof Interval) return value;
      return typeof value === 'string' ? (readInterval(value) ?? null) : null;
    case 'json':
      if (typeof value === 'string') return readJson(value) ?? null;
      return value instanceof JsonList || value instanceof JsonObject
        ? value
        : (readJson(jsonOf(value)) ?? null);
  }
}
