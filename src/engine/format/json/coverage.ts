import { closeBrace, colon, comma, isSpace, openBrace, quote } from '../../ascii.ts';
import { Kind, type FieldColumn, type FieldRequest, type RecordBlock } from '../record.ts';
import type { FieldPath } from './fields.ts';

interface Node {
  readonly path: FieldPath;
  /** Length in bytes of the last key as JSON usually writes it, without its quotes. */
  readonly keyLength: number;
  /** Index among the requests; -1 for the record itself. */
  readonly request: number;
  /** Whether it is one of the paths, and not only on the way to some. */
  isPath: boolean;
  readonly children: Map<string, Node>;
}

/**
 * Finds the records that have members besides those at some paths, without reading them: the bytes of the members that
 * are known are added up, and must come to the whole record. Where they do not, because there are others, or only because
 * a key is escaped or repeated, somebody has to read the record.
 */
export class Coverage {
  readonly requests: FieldRequest[] = [];
  readonly #root: Node = { path: [], keyLength: 0, request: -1, isPath: true, children: new Map() };
  readonly #requestOf: number[];
  #totals = new Float64Array(0);
  #isOdd = new Uint8Array(0);

  /** @param paths none of them empty */
  constructor(paths: readonly FieldPath[]) {
    this.#requestOf = paths.map((path) => {
      let node = this.#root;
      for (const key of path) node = node.children.get(key) ?? this.#addChild(node, key);
      node.isPath = true;
      return node.request;
    });
  }

  /** Which of the requests is that of a path. */
  requestOf(path: number): number {
    return this.#requestOf[path];
  }

  /**
   * Puts the selected records that have other members into `odd`, and answers how many there are.
   * @param first index in `block.fields` of the first of the requests
   */
  uncovered(
    block: RecordBlock,
    first: number,
    selection: Uint32Array,
    count: number,
    odd: Uint32Array,
  ): number {
    if (this.#totals.length < block.count) {
      this.#totals = new Float64Array(block.count * 2);
      this.#isOdd = new Uint8Array(block.count * 2);
    }
    this.#isOdd.fill(0, 0, block.count);
    this.#check(this.#root, block, first, selection, count);
    let found = 0;
    for (let i = 0; i < count; i++) if (this.#isOdd[selection[i]] === 1) odd[found++] = selection[i];
    return found;
  }

  #check(node: Node, block: RecordBlock, first: number, selection: Uint32Array, count: number): void {
    const { bytes } = block;
    const own = node.request === -1 ? undefined : block.fields[first + node.request];
    const { starts, ends } = own ?? block;
    const totals = this.#totals;
    const isOdd = this.#isOdd;
    for (let i = 0; i < count; i++) totals[selection[i]] = 1;
    for (const child of node.children.values()) {
      const column = block.fields[first + child.request];
      const { kinds, starts: from, ends: to } = column;
      const around = child.keyLength + 4;
      for (let i = 0; i < count; i++) {
        const row = selection[i];
        const kind = kinds[row];
        if (kind === Kind.Missing) continue;
        const quotes = kind === Kind.Text || kind === Kind.EscapedText ? 2 : 0;
        totals[row] += to[row] - from[row] + around + quotes;
      }
    }
    const kinds = own?.kinds;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      if (kinds !== undefined && !node.isPath) {
        // What is on the way must be an object of which something is known: else it is a value that is not.
        const kind = kinds[row];
        if (kind !== Kind.Missing && (kind !== Kind.Object || totals[row] === 1)) isOdd[row] = 1;
      }
      if (kinds !== undefined && kinds[row] !== Kind.Object) continue;
      if (isOdd[row] === 1) continue;
      if (totals[row] > 1 && totals[row] === ends[row] - starts[row]) continue;
      if (!this.#isWhole(node, block, first, row, bytes, starts[row], ends[row])) isOdd[row] = 1;
    }
    for (const child of node.children.values()) {
      if (child.children.size > 0 || hasObject(block.fields[first + child.request], selection, count)) {
        this.#check(child, block, first, selection, count);
      }
    }
  }

  /** The same for one object, with white space wherever it may be. */
  #isWhole(
    node: Node,
    { fields }: RecordBlock,
    first: number,
    row: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    let from = start;
    while (from < end && isSpace(bytes[from])) from++;
    if (bytes[from] !== openBrace) return false;
    let known = from - start;
    let last = from + 1;
    let members = 0;
    for (const child of node.children.values()) {
      const column = fields[first + child.request];
      const kind = column.kinds[row];
      if (kind === Kind.Missing) continue;
      const quotes = kind === Kind.Text || kind === Kind.EscapedText ? 1 : 0;
      const begin = memberStart(bytes, column.starts[row] - quotes, child.keyLength, from);
      if (begin === -1) return false;
      const stop = column.ends[row] + quotes;
      known += stop - begin;
      last = Math.max(last, stop);
      members++;
    }
    // Without members, the brace that opens is nobody's.
    if (members === 0) known++;
    let to = last;
    while (to < end && isSpace(bytes[to])) to++;
    if (bytes[to] !== closeBrace) return false;
    to++;
    while (to < end && isSpace(bytes[to])) to++;
    return to === end && known + end - last === end - start;
  }

  #addChild(node: Node, key: string): Node {
    const path = [...node.path, key];
    const child = {
      path,
      keyLength: Buffer.byteLength(JSON.stringify(key)) - 2,
      request: this.requests.push({ path, numeric: true }) - 1,
      isPath: false,
      children: new Map<string, Node>(),
    };
    node.children.set(key, child);
    return child;
  }
}

/** Where the comma or the brace before a member stands, given where its value begins; -1 where that is not sure. */
function memberStart(bytes: Uint8Array, value: number, keyLength: number, from: number): number {
  let at = value - 1;
  while (at > from && isSpace(bytes[at])) at--;
  if (bytes[at] !== colon) return -1;
  at--;
  while (at > from && isSpace(bytes[at])) at--;
  if (bytes[at] !== quote) return -1;
  at -= keyLength + 1;
  if (at <= from || bytes[at] !== quote) return -1;
  at--;
  while (at > from && isSpace(bytes[at])) at--;
  return bytes[at] === comma || at === from ? at : -1;
}

function hasObject({ kinds }: FieldColumn, selection: Uint32Array, count: number): boolean {
  if (!kinds.includes(Kind.Object)) return false;
  for (let i = 0; i < count; i++) if (kinds[selection[i]] === Kind.Object) return true;
  return false;
}
