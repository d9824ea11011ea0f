import { said } from '../../../said/said.ts';
import { compareValues } from '../value/compare.ts';
import { JsonList, JsonObject, readJson } from '../value/json.ts';
import { textOf, type Value } from '../value/value.ts';
import type { ScalarFunction } from './scalar.ts';

/** Whether an item equals the value; NULL where the value is NULL. */
export function listContains(list: Value, wanted: Value): Value {
  if (!(list instanceof JsonList) || wanted === null) return null;
  return list.items.some((item) => item !== null && compareValues(item, wanted) === 0);
}

/** Follows `$.a[0].b`, `/a/0/b` or a single key into JSON; positions count from 0, as in JSONPath. */
function extract(value: Value, path: string): Value {
  let current = typeof value === 'string' ? (readJson(value) ?? null) : value;
  for (const step of stepsOf(path)) {
    if (current instanceof JsonObject) current = current.members.get(step) ?? null;
    else if (current instanceof JsonList && /^-?\d+$/.test(step))
      current = current.items.at(Number(step)) ?? null;
    else return null;
  }
  return current;
}

function stepsOf(path: string): string[] {
  if (path.startsWith('/')) {
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  if (!path.startsWith('$')) return [path];
  return Array.from(
    path.matchAll(/\."((?:[^"\\]|\\.)*)"|\.([^.[\]]+)|\[#?(-?\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g),
    (match) =>
      (match.slice(1).find((part: string | undefined) => part !== undefined) ?? '').replace(/\\(.)/g, '$1'),
  );
}

export const listFunctions: readonly ScalarFunction[] = [
  {
    name: 'list_contains',
    group: 'list',
    gives: 'boolean',
    signature: 'list_contains(list, value)',
    summary: said`Whether the list contains the value.`,
    example: ["list_contains(['a', 'b'], 'b')", 'true'],
    evaluate: ([list, value]) => listContains(list, value),
  },
  {
    name: 'json_extract',
    group: 'json',
    signature: 'json_extract(json, path)',
    summary: said`The value at a path in JSON, also in JSON inside a text. Positions in a path start at 0.`,
    example: ["json_extract('{\"a\": [1, 2]}', '$.a[0]')", '1'],
    evaluate: ([value, path]) => extract(value, path === null ? '' : textOf(path)),
  },
];
