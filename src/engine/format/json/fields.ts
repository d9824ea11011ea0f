import {
  backslash,
  bigI,
  bigN,
  closeBrace,
  closeBracket,
  comma,
  isSpace,
  minus,
  openBrace,
  openBracket,
  quote,
  smallF,
  smallN,
  smallT,
} from '../../ascii.ts';
import { Kind } from '../record.ts';

/** Keys from the top of a record to a field. Empty for the value of a record that is no object. */
export type FieldPath = readonly string[];

/** Most columns that records are flattened into, unless the caller says otherwise. */
export const maxColumns = 65_536;

/**
 * Flattens JSON records into columns, a column for each path to a value that is no object with keys; lists stay
 * whole. Columns are numbered in the order in which their paths first appear. A path that leads to a text in one
 * record and to an object in another gives a column for itself and columns for what is below it.
 *
 * Values are found, not decoded: for the record that was read last, `kinds`, `starts` and `ends` say column by
 * column where in its bytes the value stands, as `FieldColumn` does. Of equal keys the last one counts, at the
 * place of the first.
 */
export class JsonFields {
  readonly #root = createNode(undefined, '', emptyBytes, 0);
  readonly #leaves: Node[] = [];
  readonly #limit: number;
  readonly #whole: boolean;
  readonly #objects: boolean;
  /** Columns that began as objects with members; they do not count towards the limit. */
  #begunAsObjects = 0;
  #kinds = new Uint8Array(16);
  #starts = new Uint32Array(16);
  #ends = new Uint32Array(16);
  #bytes: Uint8Array = emptyBytes;
  #end = 0;
  #record = 0;
  #escaped = false;
  #overflow = false;

  /**
   * @param paths columns to begin with
   * @param limit most columns that there may be, those of `paths` not counted; a field past it is not kept
   * @param whole whether an object at one of `paths` is the value of that column instead of being flattened
   * @param objects whether an object with members has a column too, besides those of its members
   */
  constructor(paths: readonly FieldPath[] = [], limit = maxColumns, whole = false, objects = false) {
    this.#limit = paths.length + limit;
    this.#whole = whole;
    this.#objects = objects;
    for (const path of paths) {
      let node = this.#root;
      for (const key of path) {
        node = node.byKey.get(key) ?? addChild(node, key, encoder.encode(JSON.stringify(key).slice(1)));
      }
      this.#columnOf(node);
    }
  }

  /** Columns so far. */
  get count(): number {
    return this.#leaves.length;
  }

  get kinds(): Uint8Array {
    return this.#kinds;
  }

  /** First byte of each value; for text, the first byte inside the quotes. */
  get starts(): Uint32Array {
    return this.#starts;
  }

  /** One past the last byte of each value; for text, the closing quote. */
  get ends(): Uint32Array {
    return this.#ends;
  }

  /** The path of each column, from column `from` on. */
  paths(from = 0): FieldPath[] {
    return this.#leaves.slice(from).map(pathOf);
  }

  /** Of the paths, those where no record had anything but null. */
  nullPaths(): FieldPath[] {
    return this.#leaves.filter(({ hasValue }) => !hasValue).map(pathOf);
  }

  /**
   * Reads the record `bytes[start, end)`, which must be well formed.
   * @returns false when it has a field for which there was no room within the limit
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#record++;
    this.#overflow = false;
    this.#kinds.fill(Kind.Missing, 0, this.#leaves.length);
    const at = this.#skipSpace(start);
    if (at < end) this.#value(this.#root, at);
    return !this.#overflow;
  }

  /** Reads the value at `at`, which is that of `node`; answers the index after it. */
  #value(node: Node, at: number): number {
    const bytes = this.#bytes;
    switch (bytes[at]) {
      case quote: {
        const end = this.#stringEnd(at + 1);
        this.#set(node, this.#escaped ? Kind.EscapedText : Kind.Text, at + 1, end - 1);
        return end;
      }
      case openBrace: {
        if (this.#whole && node.column >= 0) {
          const end = this.#bracketEnd(at);
          this.#set(node, Kind.Object, at, end);
          return end;
        }
        const first = this.#skipSpace(at + 1);
        if (bytes[first] !== closeBrace) {
          const end = this.#object(node, first);
          if (this.#objects && node !== this.#root) this.#setObject(node, at, end);
          return end;
        }
        // A record without any field is no value: all its fields are missing.
        if (node !== this.#root) this.#set(node, Kind.Object, at, first + 1);
        return first + 1;
      }
      case openBracket: {
        const end = this.#bracketEnd(at);
        this.#set(node, Kind.List, at, end);
        return end;
      }
      default: {
        const end = this.#scalarEnd(at);
        this.#set(node, scalarKind(bytes[at], bytes[at + 1]), at, end);
        return end;
      }
    }
  }

  /** Reads an object's members, of which the first begins at `at`; answers the index after the closing brace. */
  #object(node: Node, at: number): number {
    // Records mostly have the same keys in the same order, so the key that came next last time is tried first.
    let guess = 0;
    for (;;) {
      let child = node.children.at(guess);
      let next = child === undefined ? 0 : this.#afterKey(child, at + 1);
      if (child === undefined || next === 0) {
        next = this.#stringEnd(at + 1);
        child = this.#child(node, at, next);
      }
      guess = child.ordinal + 1;
      if (child.seen === this.#record) this.#forget(child);
      child.seen = this.#record;
      const colon = this.#skipSpace(next);
      const comma = this.#skipSpace(this.#value(child, this.#skipSpace(colon + 1)));
      if (comma >= this.#end || this.#bytes[comma] === closeBrace) return comma + 1;
      at = this.#skipSpace(comma + 1);
    }
  }

  /**
   * The index after the key that begins at `at`, past its opening quote, if it is spelled as that of `node`;
   * else 0.
   */
  #afterKey(node: Node, at: number): number {
    const { spelling } = node;
    const bytes = this.#bytes;
    for (let i = 0; i < spelling.length; i++) {
      if (spelling[i] !== bytes[at + i]) return 0;
    }
    return at + spelling.length;
  }

  /** The child whose key stands in [start, end), quotes and all. */
  #child(node: Node, start: number, end: number): Node {
    const spelling = this.#bytes.subarray(start, end);
    const key = this.#escaped ? parseString(spelling) : decoder.decode(spelling.subarray(1, -1));
    const known = node.byKey.get(key);
    if (known !== undefined) return known;
    // Past the limit nothing is remembered, or a file with a key of its own in every record would fill the memory.
    if (this.#isFull) return createNode(node, key, emptyBytes, node.children.length);
    return addChild(node, key, new Uint8Array(spelling.subarray(1)));
  }

  #set(node: Node, kind: Kind, start: number, end: number): void {
    // A table has no column for what is null or an object with members: see `tablePaths`.
    if (kind === Kind.Null && this.#isFull && node.column < 0 && node.children.length > 0) return;
    if (kind !== Kind.Null) node.hasValue = true;
    const column = this.#columnOf(node);
    if (column < 0) return;
    this.#kinds[column] = kind;
    this.#starts[column] = start;
    this.#ends[column] = end;
  }

  #setObject(node: Node, start: number, end: number): void {
    // Past the limit nothing is remembered of what is in it either.
    if (this.#overflow) return;
    if (node.column < 0) this.#begunAsObjects++;
    this.#set(node, Kind.Object, start, end);
  }

  get #isFull(): boolean {
    return this.#leaves.length - this.#begunAsObjects >= this.#limit;
  }

  #columnOf(node: Node): number {
    if (node.column >= 0) return node.column;
    if (this.#isFull) {
      this.#overflow = true;
      return -1;
    }
    node.column = this.#leaves.push(node) - 1;
    if (node.column === this.#kinds.length) {
      const room = node.column * 2;
      this.#kinds = grown(this.#kinds, new Uint8Array(room));
      this.#starts = grown(this.#starts, new Uint32Array(room));
      this.#ends = grown(this.#ends, new Uint32Array(room));
    }
    return node.column;
  }

  /** Takes back what this record had under a key that it repeats. */
  #forget(node: Node): void {
    if (node.column >= 0) this.#kinds[node.column] = Kind.Missing;
    for (const child of node.children) {
      if (child.seen === this.#record) this.#forget(child);
      child.seen = 0;
    }
  }

  #skipSpace(at: number): number {
    const bytes = this.#bytes;
    while (at < this.#end) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
      at++;
    }
    return at;
  }

  /** The index after the closing quote of the string whose text begins at `at`; notes whether it has escapes. */
  #stringEnd(at: number): number {
    const bytes = this.#bytes;
    this.#escaped = false;
    while (at < this.#end) {
      const byte = bytes[at++];
      if (byte === quote) return at;
      if (byte === backslash) {
        this.#escaped = true;
        at++;
      }
    }
    return this.#end;
  }

  /** The index after the list or object that begins at `at`. */
  #bracketEnd(at: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    while (at < this.#end) {
      const byte = bytes[at++];
      if (byte === quote) at = this.#stringEnd(at);
      else if (byte === openBracket || byte === openBrace) depth++;
      else if ((byte === closeBracket || byte === closeBrace) && --depth === 0) return at;
    }
    return this.#end;
  }

  #scalarEnd(at: number): number {
    const bytes = this.#bytes;
    while (at < this.#end) {
      const byte = bytes[at] ?? 0;
      if (byte === comma || byte === closeBrace || byte === closeBracket || byte <= 0x20) return at;
      at++;
    }
    return at;
  }
}

/** A key of the records, below the keys that lead to it. */
interface Node {
  readonly parent: Node | undefined;
  readonly key: string;
  /** The key as it was first written, without the opening quote and with the closing one. */
  readonly spelling: Uint8Array;
  /** Its place among its parent's children. */
  readonly ordinal: number;
  readonly children: Node[];
  readonly byKey: Map<string, Node>;
  /** -1 while no value but objects with keys was found here. */
  column: number;
  /** Whether a value other than null was found here, and no object with keys. */
  hasValue: boolean;
  /** The record in which it was seen last. */
  seen: number;
}

function createNode(parent: Node | undefined, key: string, spelling: Uint8Array, ordinal: number): Node {
  return {
    parent,
    key,
    spelling,
    ordinal,
    children: [],
    byKey: new Map(),
    column: -1,
    hasValue: false,
    seen: 0,
  };
}

function addChild(parent: Node, key: string, spelling: Uint8Array): Node {
  const child = createNode(parent, key, spelling, parent.children.length);
  parent.children.push(child);
  parent.byKey.set(key, child);
  return child;
}

function pathOf(leaf: Node): FieldPath {
  const path: string[] = [];
  for (let node = leaf; node.parent !== undefined; node = node.parent) path.push(node.key);
  return path.reverse();
}

/**
 * The columns of a table that has no NULL beside a missing value: where records have null and others an object with keys, a
 * column for the path itself would be empty in every row.
 * @param nullPaths those of `paths` where no record has anything but null
 */
export function tablePaths(paths: readonly FieldPath[], nullPaths: readonly FieldPath[]): FieldPath[] {
  const objects = new Set<string>();
  for (const path of nullPaths.length > 0 ? paths : []) {
    for (let length = 1; length < path.length; length++) objects.add(JSON.stringify(path.slice(0, length)));
  }
  const empty = new Set(nullPaths.map((path) => JSON.stringify(path)).filter((key) => objects.has(key)));
  return paths.filter((path) => !empty.has(JSON.stringify(path)));
}

/** Whether the object `bytes[start, end)` has members. */
export function hasMembers(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start + 1;
  while (isSpace(bytes[at])) at++;
  return at < end - 1;
}

/** Columns' names: the keys with dots between, quoted where that would be empty or another column's name. */
export function columnNames(paths: readonly FieldPath[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const quoted = path.map((key) => `"${key.replaceAll('"', '""')}"`).join('.');
    const plain = path.length === 0 ? '_value' : path.join('.');
    let name = plain === '' || taken.has(plain) ? quoted : plain;
    for (let copy = 2; name === '' || taken.has(name); copy++) name = `${plain}_${copy}`;
    taken.add(name);
    return name;
  });
}

function scalarKind(first: number | undefined, second: number | undefined): Kind {
  switch (first) {
    case smallT:
      return Kind.True;
    case smallF:
      return Kind.False;
    case smallN:
      return Kind.Null;
    case bigN:
    case bigI:
      return Kind.OddText;
    default:
      return first === minus && second === bigI ? Kind.OddText : Kind.Number;
  }
}

function parseString(bytes: Uint8Array): string {
  const text: unknown = JSON.parse(decoder.decode(bytes));
  return typeof text === 'string' ? text : '';
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const emptyBytes = new Uint8Array(0);
