/**
 * Reading JSON piece by piece, for a tree that unfolds. A value is a stretch of its text; its members are read when
 * somebody looks inside. So numbers keep their text, members their order, and a key that is there twice is seen twice.
 * Text that breaks off or is wrong reads as far as it goes.
 */
import { notFinite } from '../../protocol/jsonValue.ts';

export type JsonType = 'object' | 'list' | 'text' | 'number' | 'boolean' | 'null' | 'invalid';

export interface JsonValue {
  readonly type: JsonType;
  readonly source: string;
  /** Half-open range in `source`. */
  readonly start: number;
  readonly end: number;
  /** False where the text ends before the value does. */
  readonly complete: boolean;
}

export interface JsonMember {
  /** Undefined in a list. */
  readonly key: string | undefined;
  /** 0-based. */
  readonly index: number;
  readonly value: JsonValue;
}

export interface Members {
  readonly items: readonly JsonMember[];
  /** Where to read on; undefined after the last. */
  readonly next: Cursor | undefined;
}

export interface Cursor {
  readonly at: number;
  readonly index: number;
}

const space = /[ \t\r\n]*/y;
const structure = /["[\]{}]/g;
const scalar = /[^\s,\]}]*/y;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function readJson(source: string): JsonValue {
  return valueAt(source, skipSpace(source, 0));
}

/** Whether the whole of a text is one list or object: what unfolds when it is found inside a string. */
export function isContainerText(text: string): boolean {
  const first = text.trimStart().at(0);
  if (first !== '{' && first !== '[') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function membersOf(container: JsonValue, limit: number, from?: Cursor): Members {
  const { source, end, type } = container;
  const items: JsonMember[] = [];
  let at = from?.at ?? container.start + 1;
  let index = from?.index ?? 0;
  for (;;) {
    at = skipSpace(source, at);
    const sign = source.at(at);
    if (at >= end || sign === '}' || sign === ']') return { items, next: undefined };
    if (sign === ',') {
      at++;
      continue;
    }
    if (items.length === limit) return { items, next: { at, index } };
    let key: string | undefined;
    if (type === 'object') {
      const name = valueAt(source, at);
      key = textOf(name);
      at = skipSpace(source, name.end);
      if (source.at(at) === ':') at = skipSpace(source, at + 1);
    }
    const value = valueAt(source, at);
    items.push({ key, index, value });
    index++;
    // What is no value at all must not hold up the reading.
    at = Math.max(value.end, at + (value.end === at ? 1 : 0));
  }
}

/** What a string says, or any other value as it is written. */
export function textOf(value: JsonValue): string {
  const written = value.source.slice(value.start, value.end);
  if (value.type !== 'text' || notFinite.test(written)) return written;
  try {
    const parsed: unknown = JSON.parse(value.complete ? written : `${written}"`);
    if (typeof parsed === 'string') return parsed;
  } catch {
    // As it is written, then.
  }
  return written.slice(1, value.complete ? -1 : undefined);
}

function valueAt(source: string, start: number): JsonValue {
  const sign = source.at(start);
  if (sign === '"') {
    const end = endOfString(source, start);
    return { type: 'text', source, start, end: end ?? source.length, complete: end !== undefined };
  }
  if (sign === '{' || sign === '[') {
    const end = endOfContainer(source, start);
    const type = sign === '{' ? 'object' : 'list';
    return { type, source, start, end: end ?? source.length, complete: end !== undefined };
  }
  scalar.lastIndex = start;
  const written = scalar.exec(source)?.[0] ?? '';
  return { type: scalarType(written), source, start, end: start + written.length, complete: true };
}

function scalarType(written: string): JsonType {
  if (written === 'true' || written === 'false') return 'boolean';
  if (written === 'null') return 'null';
  if (notFinite.test(written)) return 'text';
  return number.test(written) ? 'number' : 'invalid';
}

function endOfString(source: string, start: number): number | undefined {
  let from = start + 1;
  for (;;) {
    const quote = source.indexOf('"', from);
    if (quote < 0) return undefined;
    let backslashes = 0;
    while (source.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function endOfContainer(source: string, start: number): number | undefined {
  let depth = 0;
  structure.lastIndex = start;
  for (let found = structure.exec(source); found; found = structure.exec(source)) {
    const sign = found[0];
    if (sign === '"') {
      const end = endOfString(source, found.index);
      if (end === undefined) return undefined;
      structure.lastIndex = end;
    } else if (sign === '{' || sign === '[') depth++;
    else if (--depth === 0) return found.index + 1;
  }
  return undefined;
}

function skipSpace(source: string, at: number): number {
  // Past the end the expression would begin anew at the first character.
  if (at >= source.length) return at;
  space.lastIndex = at;
  space.exec(source);
  return space.lastIndex;
}
