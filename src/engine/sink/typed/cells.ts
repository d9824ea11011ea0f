import { isUtf8 } from 'node:buffer';
import {
  backslash,
  bigI,
  bigN,
  closeBrace,
  closeBracket,
  comma,
  lineFeed,
  minus,
  openBrace,
  openBracket,
  quote,
  smallF,
  smallN,
  smallT,
  space,
} from '../../ascii.ts';
import { Kind } from '../../format/record.ts';
import { unescapeJson } from '../../query/value/json.ts';

/** Takes a JSON value that stands in `bytes[start, end)`: of a text, what is between its quotes. */
export type TakeCell = (kind: Kind, bytes: Uint8Array, start: number, end: number) => void;

/** A value of well-formed JSON: what it is, and where it stands. */
class Cell {
  kind: Kind = Kind.Missing;
  start = 0;
  end = 0;

  /** Reads the value at `at`; answers the index after it. */
  read(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at];
    if (first === quote) {
      const after = this.#text(bytes, at + 1, end);
      this.start = at + 1;
      this.end = after - 1;
      return after;
    }
    this.start = at;
    if (first === openBrace || first === openBracket) {
      this.kind = first === openBrace ? Kind.Object : Kind.List;
      return (this.end = bracketEnd(bytes, at, end));
    }
    let to = at;
    while (to < end && !endsScalar(bytes[to])) to++;
    this.kind = scalarKind(first, bytes[at + 1]);
    return (this.end = to);
  }

  #text(bytes: Uint8Array, at: number, end: number): number {
    this.kind = Kind.Text;
    while (at < end) {
      const byte = bytes[at++];
      if (byte === quote) return at;
      if (byte === backslash) {
        this.kind = Kind.EscapedText;
        at++;
      }
    }
    return end;
  }
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || byte <= space;
}

function scalarKind(first: number, second: number): Kind {
  if (first === smallT) return Kind.True;
  if (first === smallF) return Kind.False;
  if (first === smallN) return Kind.Null;
  if (first === bigN || first === bigI || (first === minus && second === bigI)) return Kind.OddText;
  return Kind.Number;
}

function bracketEnd(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    const byte = bytes[at++];
    if (byte === quote) {
      while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
      at++;
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
    } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
      return at;
    }
  }
  return end;
}

function afterSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] <= space) at++;
  return at;
}

/** Takes each item of the list that stands in `bytes[start, end)`. */
export function eachItem(bytes: Uint8Array, start: number, end: number, take: TakeCell): void {
  const cell = new Cell();
  let at = afterSpace(bytes, start + 1, end);
  if (bytes[at] === closeBracket) return;
  while (at < end) {
    const after = afterSpace(bytes, cell.read(bytes, at, end), end);
    take(cell.kind, bytes, cell.start, cell.end);
    at = afterSpace(bytes, after + 1, end);
  }
}

/** How many keys behind the one that is expected are tried before a key is looked up. */
const triedKeys = 8;

/**
 * Reads objects one after the other: for the one that was read last, `kinds`, `starts` and `ends` say where the value of each
 * key stands in its bytes. Keys are numbered in the order of their first appearance. Of equal keys the last one counts.
 */
export class ObjectReader {
  readonly keys: string[] = [];
  kinds = new Uint8Array(16);
  starts = new Uint32Array(16);
  ends = new Uint32Array(16);
  /** Whether there was a key beyond the limit: its values are passed over. */
  overflown = false;
  readonly #byKey = new Map<string, number>();
  readonly #spellings: Uint8Array[] = [];
  #limit: number;
  readonly #cell = new Cell();

  /** @param limit most keys that there may be, those of `keys` not counted */
  constructor(keys: Iterable<string>, limit: number) {
    this.#limit = Infinity;
    for (const key of new Set(keys)) this.#add(key, encoder.encode(JSON.stringify(key).slice(1)));
    this.#limit = this.keys.length + limit;
  }

  /** Each key as it was first written, without the quote that opens it and with the one that closes it. */
  get spellings(): readonly Uint8Array[] {
    return this.#spellings;
  }

  kindOf(key: number): Kind {
    return this.kinds[key] as Kind;
  }

  /** Reads the object that stands in `bytes[start, end)`. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.kinds.fill(Kind.Missing, 0, this.keys.length);
    const cell = this.#cell;
    let at = afterSpace(bytes, start + 1, end);
    if (bytes[at] === closeBrace) return;
    let expected = 0;
    while (at < end) {
      const key = this.#keyAt(bytes, at + 1, end, expected);
      at = this.#afterKey;
      expected = key + 1;
      const colon = afterSpace(bytes, at, end);
      const after = cell.read(bytes, afterSpace(bytes, colon + 1, end), end);
      if (key >= 0) this.#set(key, cell);
      at = afterSpace(bytes, afterSpace(bytes, after, end) + 1, end);
    }
  }

  /** Reads a row, which has but one value where it is no object. */
  readRow(bytes: Uint8Array, start: number, end: number, valueKey: string): void {
    if (bytes[start] === openBrace) {
      this.read(bytes, start, end);
      return;
    }
    this.kinds.fill(Kind.Missing, 0, this.keys.length);
    const key =
      this.#byKey.get(valueKey) ?? this.#add(valueKey, encoder.encode(JSON.stringify(valueKey).slice(1)));
    this.#cell.read(bytes, start, end);
    if (key >= 0) this.#set(key, this.#cell);
  }

  #set(key: number, { kind, start, end }: Cell): void {
    this.kinds[key] = kind;
    this.starts[key] = start;
    this.ends[key] = end;
  }

  /** Where the key ends that was read last. */
  #afterKey = 0;

  /** The number of the key whose text begins at `at`; -1 where there is no room for it. Rows mostly have theirs in one order. */
  #keyAt(bytes: Uint8Array, at: number, end: number, expected: number): number {
    const last = Math.min(expected + triedKeys, this.#spellings.length);
    for (let key = expected; key < last; key++) {
      const spelling = this.#spellings[key];
      const { length } = spelling;
      let same = 0;
      while (same < length && spelling[same] === bytes[at + same]) same++;
      if (same === length) {
        this.#afterKey = at + length;
        return key;
      }
    }
    let to = at;
    while (to < end && bytes[to] !== quote) to += bytes[to] === backslash ? 2 : 1;
    this.#afterKey = to + 1;
    const name = unescapeJson(textOf(bytes, at, to));
    return this.#byKey.get(name) ?? this.#add(name, bytes.slice(at, to + 1));
  }

  #add(name: string, spelling: Uint8Array): number {
    if (this.keys.length >= this.#limit) {
      this.overflown = true;
      return -1;
    }
    const key = this.keys.push(name) - 1;
    this.#byKey.set(name, key);
    this.#spellings.push(spelling);
    if (key === this.kinds.length) {
      this.kinds = grown(this.kinds, new Uint8Array(key * 2));
      this.starts = grown(this.starts, new Uint32Array(key * 2));
      this.ends = grown(this.ends, new Uint32Array(key * 2));
    }
    return key;
  }
}

/** Reads each row of some JSON Lines. @param valueKey the key of the value of a row that is no object */
export function readRows(
  lines: Uint8Array,
  reader: ObjectReader,
  valueKey: string,
  take: (bytes: Uint8Array) => void,
): void {
  const bytes = isUtf8(lines) ? lines : encoder.encode(decoder.decode(lines));
  for (let at = 0; at < bytes.length;) {
    const feed = bytes.indexOf(lineFeed, at);
    const end = feed < 0 ? bytes.length : feed;
    const start = afterSpace(bytes, at, end);
    at = end + 1;
    if (start === end) continue;
    reader.readRow(bytes, start, end, valueKey);
    take(bytes);
  }
}

/** A value as JSON text. */
export function cellText(kind: Kind, bytes: Uint8Array, start: number, end: number): string {
  return kind === Kind.Text || kind === Kind.EscapedText
    ? textOf(bytes, start - 1, end + 1)
    : textOf(bytes, start, end);
}

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
