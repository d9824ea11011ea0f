import { Decimal, numericText, type Numeric } from './decimal.ts';
import { JsonList, JsonObject, type Value } from './json.ts';
import { Interval, Timestamp } from './time.ts';

export type { Value };

export type TypeName = 'null' | 'boolean' | 'number' | 'text' | 'timestamp' | 'interval' | 'list' | 'object';

export function typeOf(value: Value): TypeName {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
  }
  if (value === null) return 'null';
  if (value instanceof Decimal) return 'number';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Interval) return 'interval';
  return value instanceof JsonList ? 'list' : 'object';
}

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'number' || value instanceof Decimal;
}

/** The value as a cell shows it and as CAST to text gives it; NULL has none. */
export function textOf(value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isNumeric(value)) return numericText(value);
  return value instanceof JsonList || value instanceof JsonObject ? jsonOf(value) : value.toString();
}

/** The value as JSON text. Lists and objects of the source keep their text. Times and intervals are JSON strings. */
export function jsonOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof JsonList) return value.text ?? `[${value.items.map(jsonOf).join(',')}]`;
  if (value instanceof JsonObject) {
    const members = (): string[] =>
      [...value.members].map(([key, member]) => `${JSON.stringify(key)}:${jsonOf(member)}`);
    return value.text ?? `{${members().join(',')}}`;
  }
  if (value instanceof Timestamp || value instanceof Interval) return JSON.stringify(value.toString());
  return textOf(value);
}
