import type { CastType } from '../syntax/tree.ts';
import { asBoolean, asNumber, asTime } from './compare.ts';
import { canonical, Decimal, rounded, toDouble, type Numeric } from './decimal.ts';
import { JsonList, JsonObject, readJson } from './json.ts';
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

/** Rounds to `digits` after the point (before it where negative), half away from zero, by decimal value. */
export function roundNumber(value: Numeric, digits: number): Numeric {
  if (typeof value === 'number' && digits >= 0 && Number.isInteger(value)) return value;
  const decimal = value instanceof Decimal ? value : partsOf(value);
  const drop = -decimal.exponent - digits;
  if (drop <= 0) return value;
  if (drop > 400) return 0;
  const unit = 10n ** BigInt(drop);
  const size = decimal.coefficient < 0n ? -decimal.coefficient : decimal.coefficient;
  const kept = (size + unit / 2n) / unit;
  return canonical(decimal.coefficient < 0n ? -kept : kept, -digits);
}

function partsOf(value: number): { coefficient: bigint; exponent: number } {
  const [mantissa, power = '0'] = String(value).split('e');
  const [whole, fraction = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}
