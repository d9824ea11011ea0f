/**
 * The JSON text of what a program returns; undefined where it has none. More than `JSON.stringify` it takes values that JSON has no
 * words for as queries have them: a Map is an object, a Set a list, a BigInt a number, and NaN and infinity are texts.
 * @throws TypeError where a value holds itself
 */
export function recordText(value: unknown): string | undefined {
  // Of nearly all records; text by text takes several times as long.
  if (isPlain(value, 0)) return JSON.stringify(value);
  return textOf(value, '', new Set());
}

/** What is deeper is looked at piece by piece, which notices what holds itself. */
const deepest = 100;

/** Whether `JSON.stringify` says all of a value. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (depth === deepest || value instanceof Map || value instanceof Set || isBoxed(value)) return false;
  if (value instanceof Date) return true;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  if ('toJSON' in value) return false;
  return Object.values(value).every((member) => isPlain(member, depth + 1));
}

function textOf(given: unknown, key: string, around: Set<object>): string | undefined {
  const value = hasToJson(given) ? given.toJSON(key) : given;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isBoxed(value)) return textOf(value.valueOf(), key, around);
  if (around.has(value)) throw new TypeError('A value holds itself, and has no end.');
  around.add(value);
  const text =
    Array.isArray(value) || value instanceof Set
      ? `[${[...value].map((item, at) => textOf(item, String(at), around) ?? 'null').join(',')}]`
      : `{${members(value, around).join(',')}}`;
  around.delete(value);
  return text;
}

function members(value: object, around: Set<object>): string[] {
  const entries: Iterable<readonly [unknown, unknown]> =
    value instanceof Map ? (value as Map<unknown, unknown>) : Object.entries(value);
  // Keys that are different may be one name, as 1 and '1': the last one counts.
  const named = new Map([...entries].map(([key, member]) => [String(key), member] as const));
  return [...named].flatMap(([name, member]) => {
    const text = textOf(member, name, around);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
}

function isBoxed(value: object): boolean {
  return [Number, String, Boolean, BigInt].some((type) => value instanceof type);
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}
