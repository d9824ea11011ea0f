import { parseJson } from '../../../protocol/jsonValue.ts';
import { Decimal } from '../../query/value/decimal.ts';
import { JsonList, JsonObject, readValid, type Value } from '../../query/value/json.ts';

/** A JSON value. A number that no double stands for is a `Decimal`. */
export type Json = null | boolean | number | Decimal | string | readonly Json[] | JsonMembers;

/** Members in their order. An object of JavaScript has keys that are whole numbers first: those with such are a map. */
export type JsonMembers = { readonly [Key in string]: Json } | ReadonlyMap<string, Json>;

/** A key that is a whole number, or what looks so in a text. */
const numberKey = /"\d+"\s*:/;

/** Numbers of 16 digits and more, or with an exponent of two: `JSON.parse` may round these. Also what looks so in a text. */
const longNumber = /-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?\d[\d.]*[eE][+-]?\d{2,}/g;

/** The value of a valid JSON text, its numbers exact. `NaN` and `Infinity` are texts. */
export function exactJson(text: string): Json {
  if (numberKey.test(text)) return plain(readValid(text.trim()));
  for (const [number] of text.matchAll(longNumber)) {
    // What JavaScript would write itself is what a double stands for.
    if (String(Number(number)) !== number) return plain(readValid(text.trim()));
  }
  return parseJson(text) as Json;
}

function plain(value: Value): Json {
  if (value instanceof JsonList) return value.items.map(plain);
  if (value instanceof JsonObject) {
    return new Map([...value.members].map(([key, member]) => [key, plain(member)]));
  }
  if (value === null || typeof value !== 'object' || value instanceof Decimal) return value;
  throw new TypeError('JSON holds neither times nor intervals');
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonMembers {
  return value !== null && typeof value === 'object' && !isList(value) && !(value instanceof Decimal);
}

function isMap(value: JsonMembers): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

export function membersOf(value: JsonMembers): Iterable<[key: string, member: Json]> {
  return isMap(value) ? value : Object.entries(value);
}

/** A member of the value itself: an object that is made of JSON may have any key. */
export function memberOf(value: JsonMembers, key: string): Json | undefined {
  if (isMap(value)) return value.get(key);
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The compact JSON text of a value. */
export function jsonText(value: Json): string {
  if (value instanceof Decimal) return value.toString();
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isObject(value)) {
    const members = [...membersOf(value)].map(
      ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`,
    );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
