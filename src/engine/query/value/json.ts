import { numberOf, type Numeric } from './decimal.ts';
import type { Interval, Timestamp } from './time.ts';

/**
 * What an expression gives. NULL is null: a field that is missing and one that is null read the same. It stands here
 * because lists and objects hold values themselves.
 */
export type Value = null | boolean | Numeric | string | Timestamp | Interval | JsonList | JsonObject;

/** A list: JSON text that is read when somebody looks inside, or items that were computed. */
export class JsonList {
  #text: string | undefined;
  #items: readonly Value[] | undefined;

  constructor(content: string | readonly Value[]) {
    if (typeof content === 'string') this.#text = content;
    else this.#items = content;
  }

  get items(): readonly Value[] {
    return (this.#items ??= readItems(this.#text ?? '[]'));
  }

  /** The JSON text as the source wrote it; undefined where the list was computed. */
  get text(): string | undefined {
    return this.#text;
  }
}

/** An object, its members in the order of the source; of a repeated key, the last counts. */
export class JsonObject {
  #text: string | undefined;
  #members: ReadonlyMap<string, Value> | undefined;

  constructor(content: string | ReadonlyMap<string, Value>) {
    if (typeof content === 'string') this.#text = content;
    else this.#members = content;
  }

  get members(): ReadonlyMap<string, Value> {
    return (this.#members ??= readMembers(this.#text ?? '{}'));
  }

  get text(): string | undefined {
    return this.#text;
  }
}

/** The value of a JSON text, numbers by value; undefined where it is not JSON. */
export function readJson(text: string): Value | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return readValid(text.trim());
}

/** The value of a text that is known to be JSON without white space around it; `NaN` and `Infinity` are texts. */
export function readValid(text: string): Value {
  switch (text[0]) {
    case '{':
      return new JsonObject(text);
    case '[':
      return new JsonList(text);
    case '"':
      return unescapeJson(text.slice(1, -1));
    case 't':
      return true;
    case 'f':
      return false;
    case 'n':
      return null;
    case 'N':
    case 'I':
      return text;
    default:
      return text === '-Infinity' ? text : numberOf(text);
  }
}

/** What stands between the quotes of a JSON string, unescaped. */
export function unescapeJson(text: string): string {
  if (!text.includes('\\')) return text;
  if (text.length <= pieceLength) return unescapePiece(text);
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = pieceEnd(text, from);
    pieces.push(unescapePiece(text.slice(from, to)));
    from = to;
  }
  return pieces.join('');
}

/** In UTF-16 units. `replace` takes some 100 bytes for each escape until it has replaced all of them. */
const pieceLength = 64 * 1024;
const longestEscape = 6;

/** Where a piece that begins at `from` ends: no escape is divided. */
function pieceEnd(text: string, from: number): number {
  const end = from + pieceLength;
  if (end >= text.length) return text.length;
  const last = text.lastIndexOf('\\', end - 1);
  if (last <= end - longestEscape) return end;
  // Of backslashes in a row, every other one begins an escape.
  let first = last;
  while (first > from && text[first - 1] === '\\') first--;
  return (last - first) % 2 === 0 ? last : end;
}

function unescapePiece(text: string): string {
  return text.replace(/\\(u[\da-fA-F]{4}|.)/g, (_, escape: string) =>
    escape.startsWith('u') && escape.length === 5
      ? String.fromCharCode(parseInt(escape.slice(1), 16))
      : (escapes.get(escape) ?? escape),
  );
}

const escapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function readItems(text: string): readonly Value[] {
  const items: Value[] = [];
  eachElement(text, (element) => items.push(readValid(element)));
  return items;
}

function readMembers(text: string): ReadonlyMap<string, Value> {
  const members = new Map<string, Value>();
  let key: string | undefined;
  eachElement(text, (element) => {
    if (key === undefined) {
      key = unescapeJson(element.slice(1, -1));
    } else {
      members.set(key, readValid(element));
      key = undefined;
    }
  });
  return members;
}

/** The elements of a valid list, or keys and values of a valid object in turn, each without white space around it. */
export function eachElement(text: string, visit: (element: string) => void): void {
  let depth = 0;
  let from = 1;
  const end = text.length - 1;
  const visitUpTo = (to: number): void => {
    const element = text.slice(from, to).trim();
    if (element !== '') visit(element);
    from = to + 1;
  };
  for (let at = 1; at < end; at++) {
    switch (text[at]) {
      case '"':
        at = closingQuote(text, at);
        break;
      case '{':
      case '[':
        depth++;
        break;
      case '}':
      case ']':
        depth--;
        break;
      case ',':
      case ':':
        if (depth === 0) visitUpTo(at);
        break;
    }
  }
  visitUpTo(end);
}

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
