import type { OpenOptions, QueryOptions } from './types.ts';

/** What an option may be: the words for it, and whether a value is that. */
interface Allowed {
  readonly words: string;
  readonly test: (value: unknown) => boolean;
}

const text: Allowed = { words: 'a text', test: (value) => typeof value === 'string' };
const signal: Allowed = {
  words: 'an AbortSignal',
  test: (value) => value instanceof AbortSignal,
};

function oneOf(...values: readonly string[]): Allowed {
  const words = values.map((value) => `'${value}'`).join(', ');
  return { words: `one of ${words}`, test: (value) => values.some((one) => one === value) };
}

/** A `Headers` or a `Map` has nothing among its own properties. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const queryOptions: Record<keyof QueryOptions, Allowed> = { signal };

const openOptions: Record<keyof OpenOptions, Allowed> = {
  signal,
  headers: {
    words: 'an object of texts',
    test: (value) => isPlainObject(value) && Object.values(value).every((one) => text.test(one)),
  },
  format: oneOf('jsonl', 'json', 'csv', 'log'),
  encoding: text,
  delimiter: { words: 'a text of at least one character', test: (value) => text.test(value) && value !== '' },
  quote: oneOf('"', "'", ''),
  headerRows: {
    words: 'a whole number from 0 on',
    test: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  },
  nulls: {
    words: 'a list of texts',
    test: (value) => Array.isArray(value) && value.every((one) => text.test(one)),
  },
  decimal: oneOf(',', '.', 'none'),
  dates: oneOf('dmy', 'mdy', 'ymd', 'none'),
  rows: text,
  pattern: text,
};

/** What a program without types may get wrong, said before it does something else than was meant. @throws TypeError */
export function checkOpen(path: unknown, options: unknown): void {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`open: the file is a path or an address as a text, not ${kindOf(path)}.`);
  checkOptions('open', options, openOptions);
}

/** @throws TypeError */
export function checkQuery(name: 'query' | 'count', query: unknown, options: unknown): void {
  if (typeof query !== 'string')
    throw new TypeError(`${name}: a query is a text, not ${kindOf(query)}. '' is for all records.`);
  checkOptions(name, options, queryOptions);
}

function checkOptions(name: string, options: unknown, allowed: Readonly<Record<string, Allowed>>): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${name}: options are an object, not ${kindOf(options)}.`);
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(allowed, option))
      throw new TypeError(
        `${name}: there is no option ${option}. Options are ${Object.keys(allowed).join(', ')}.`,
      );
    const { words, test } = allowed[option];
    if (value !== undefined && !test(value))
      throw new TypeError(`${name}: ${option} is ${words}, not ${kindOf(value)}.`);
  }
}

/** A value in a message: a short text as it is, of others what they are. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.length > 40 ? 'this text' : `'${value}'`;
  return Array.isArray(value) ? 'a list' : `a value of the type ${typeof value}`;
}
