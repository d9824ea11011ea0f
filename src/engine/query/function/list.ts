import { said } from '../../../said/said.ts';
import { asNumber, compareMembers, compareTexts, extreme, type Compare } from '../value/compare.ts';
import { add, divide, type Numeric } from '../value/decimal.ts';
import { joinTexts, longestList, ValueTooLongError } from '../value/longText.ts';
import { text, textsOf } from './argument.ts';
import { JsonList, JsonObject, readJson } from '../value/json.ts';
import { textOf, typeOf, type Value } from '../value/value.ts';
import type { ScalarFunction } from './scalar.ts';

/** Whether an item equals the value; NULL where the value is NULL. */
export function listContains(list: Value, wanted: Value, compare: Compare): Value {
  if (!(list instanceof JsonList) || wanted === null) return null;
  return list.items.some((item) => item !== null && compare(item, wanted) === 0);
}

/** NULL comes last, and items of different types are in the order of these. */
function inOrder(compare: Compare): (a: Value, b: Value) => number {
  return (a, b) => compareMembers(a, b, compare) ?? compareTexts(typeOf(a), typeOf(b));
}

function different(items: readonly Value[]): Value[] {
  const seen = new Map<string, Value>();
  for (const item of items) {
    const key = item === null ? '' : `${typeOf(item)} ${textOf(item)}`;
    if (item !== null && !seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function numbersIn(list: Value): Numeric[] {
  if (!(list instanceof JsonList)) return [];
  return list.items.map(asNumber).filter((number) => number !== undefined);
}

/** Undefined where there are none, or the sum is beyond every double. */
function sumOf(numbers: readonly Numeric[]): Numeric | undefined {
  return numbers.length === 0
    ? undefined
    : numbers.reduce<Numeric | undefined>((sum, number) => (sum === undefined ? sum : add(sum, number)), 0);
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
    evaluate: ([list, value], compare) => listContains(list, value, compare),
  },
  {
    name: 'list_sum',
    group: 'list',
    gives: 'number',
    signature: 'list_sum(list)',
    summary: said`The exact sum of the numbers in the list.`,
    example: ['list_sum([1, 2.5, NULL])', '3.5'],
    evaluate: ([list]) => sumOf(numbersIn(list)) ?? null,
  },
  {
    name: 'list_avg',
    group: 'list',
    gives: 'number',
    signature: 'list_avg(list)',
    summary: said`The mean of the numbers in the list.`,
    example: ['list_avg([1, 2, 6])', '3'],
    evaluate: ([list]) => {
      const numbers = numbersIn(list);
      const sum = sumOf(numbers);
      return sum === undefined ? null : (divide(sum, numbers.length) ?? null);
    },
  },
  {
    name: 'list_min',
    group: 'list',
    hands: 'item',
    signature: 'list_min(list)',
    summary: said`The smallest item of the list.`,
    example: ['list_min([3, 1, NULL])', '1'],
    evaluate: ([list], compare) =>
      list instanceof JsonList ? extreme(list.items, -1, inOrder(compare)) : null,
  },
  {
    name: 'list_max',
    group: 'list',
    hands: 'item',
    signature: 'list_max(list)',
    summary: said`The largest item of the list.`,
    example: ['list_max([3, 1, NULL])', '3'],
    evaluate: ([list], compare) =>
      list instanceof JsonList ? extreme(list.items, 1, inOrder(compare)) : null,
  },
  {
    name: 'list_sort',
    group: 'list',
    hands: 'list',
    signature: 'list_sort(list)',
    summary: said`The items of the list in their order, NULL last.`,
    example: ['list_sort([3, NULL, 1])', '[1, 3, NULL]'],
    evaluate: ([list], compare) =>
      list instanceof JsonList ? new JsonList(list.items.toSorted(inOrder(compare))) : null,
  },
  {
    name: 'list_distinct',
    group: 'list',
    hands: 'list',
    signature: 'list_distinct(list)',
    summary: said`The different items of the list, in the order in which they come first. NULL is left out.`,
    example: ["list_distinct(['b', 'a', NULL, 'b'])", "['b', 'a']"],
    evaluate: ([list]) => (list instanceof JsonList ? new JsonList(different(list.items)) : null),
  },
  {
    name: 'list_reverse',
    group: 'list',
    hands: 'list',
    signature: 'list_reverse(list)',
    summary: said`The items of the list, the last one first.`,
    example: ['list_reverse([1, 2, 3])', '[3, 2, 1]'],
    evaluate: ([list]) => (list instanceof JsonList ? new JsonList(list.items.toReversed()) : null),
  },
  {
    name: 'list_position',
    group: 'list',
    gives: 'number',
    seesNull: true,
    signature: 'list_position(list, value)',
    summary: said`The place of the first item that equals the value, counted from 1. NULL if there is none. NULL equals NULL here.`,
    example: ["list_position(['a', 'b', 'c'], 'b')", '2'],
    evaluate: ([list, value], compare) => {
      if (!(list instanceof JsonList)) return null;
      const at = list.items.findIndex((item) => compareMembers(item, value, compare) === 0);
      return at === -1 ? null : at + 1;
    },
  },
  {
    name: 'flatten',
    group: 'list',
    gives: 'list',
    signature: 'flatten(list)',
    summary: said`The items of the lists in a list, one after the other. NULL is skipped, and an item that is no list stays as it is.`,
    example: ['flatten([[1, 2], NULL, [3]])', '[1, 2, 3]'],
    evaluate: ([list]) => {
      if (!(list instanceof JsonList)) return null;
      const items = list.items.flatMap((item) =>
        item instanceof JsonList ? item.items : item === null ? [] : [item],
      );
      if (items.length > longestList) throw new ValueTooLongError('flatten', longestList, 'items');
      return new JsonList(items);
    },
  },
  {
    name: 'array_to_string',
    group: 'list',
    gives: 'text',
    signature: 'array_to_string(list, separator)',
    summary: said`The items of the list joined into one text, with a separator between them. NULL is skipped.`,
    example: ["array_to_string(['a', 'b'], ', ')", "'a, b'"],
    evaluate: ([list, separator]) =>
      list instanceof JsonList ? joinTexts('array_to_string', textsOf(list.items), text(separator)) : null,
  },
  {
    name: 'json_extract',
    group: 'json',
    signature: 'json_extract(json, path)',
    summary: said`The value at a path in JSON, also in JSON inside a text. Positions in a path start at 0.`,
    example: ["json_extract('{\"a\": [1, 2]}', '$.a[0]')", '1'],
    evaluate: ([value, path]) => extract(value, path === null ? '' : textOf(path)),
  },
  {
    name: 'json_extract_string',
    group: 'json',
    gives: 'text',
    signature: 'json_extract_string(json, path)',
    summary: said`The same as a text.`,
    example: ["json_extract_string('{\"a\": [1, 2]}', '$.a[0]')", "'1'"],
    evaluate: ([value, path]) => {
      const found = extract(value, text(path));
      return found === null ? null : textOf(found);
    },
  },
];
