import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
  space,
} from '../ascii.ts';
import type { MemberEdit } from '../query/resolve/part.ts';
import { unescapeJson } from '../query/value/json.ts';
import type { ByteWriter } from './bytes.ts';

/** An edit of the members of an object, not of what is in them. */
interface Edit {
  readonly action: MemberEdit['action'];
  /** The key that is edited, and the one that a member has then. */
  readonly key: string;
  readonly keyBytes: Uint8Array;
  readonly newName: string;
  readonly newBytes: Uint8Array;
  readonly newKey: Uint8Array;
}

/** No edit. */
const none = -1;

/** What `editedMembers` does, on the bytes of an object: no texts are made of its members. */
export class MemberEdits {
  readonly #edits: readonly Edit[] | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #count = 0;
  /** Of each member: where its key with its quotes and its value stand. */
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** The edit that has given it its key, the one that has given it its value, and whether it is gone. */
  readonly #named: number[] = [];
  readonly #replaced: number[] = [];
  readonly #gone: boolean[] = [];

  constructor(edits: readonly MemberEdit[]) {
    // What is edited further inside is rare.
    this.#edits = edits.some(({ path }) => path.length !== 1)
      ? undefined
      : edits.map(({ path: [key], action }) => {
          const newName = action.kind === 'rename' ? action.name : key;
          return {
            action,
            key,
            keyBytes: Buffer.from(key),
            newName,
            newBytes: Buffer.from(newName),
            newKey: Buffer.from(JSON.stringify(newName)),
          };
        });
  }

  /**
   * Reads the object `bytes[start, end)`, which is valid and on one line.
   * @returns false where it must be read in another way
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#edits === undefined) return false;
    this.#bytes = bytes;
    this.#count = 0;
    const last = end - 1;
    for (let at = start + 1; ;) {
      while (bytes[at] === space) at++;
      if (at >= last) break;
      const keyStart = at;
      at = pastString(bytes, at, last);
      const keyEnd = at;
      while (bytes[at] === space) at++;
      if (bytes[at] !== colon) return false;
      at++;
      while (bytes[at] === space) at++;
      const from = at;
      at = pastValue(bytes, at, last);
      this.#add(keyStart, keyEnd, from, beforeSpaces(bytes, from, at), none, none);
      if (bytes[at] === comma) at++;
    }
    for (const [number, edit] of this.#edits.entries()) this.#apply(edit, number);
    return true;
  }

  /**
   * Writes the members.
   * @param inside a member that is written elsewhere has a comma behind it
   * @param replacement writes what stands in a slot
   */
  write(out: ByteWriter, inside: number, replacement: (slot: number) => void): void {
    const edits = this.#edits ?? [];
    for (let member = 0; member < this.#count; member++) {
      if (this.#gone[member]) continue;
      if (out.length > inside) out.byte(comma);
      const named = this.#named[member];
      const replaced = this.#replaced[member];
      if (named !== none) out.copy(edits[named].newKey);
      else out.copy(this.#bytes, this.#keyStarts[member], this.#keyEnds[member]);
      out.byte(colon);
      const action = replaced === none ? undefined : edits[replaced].action;
      if (action?.kind === 'replace') replacement(action.slot);
      else out.copy(this.#bytes, this.#starts[member], this.#ends[member]);
    }
  }

  #add(keyStart: number, keyEnd: number, start: number, end: number, named: number, replaced: number): void {
    const at = this.#count++;
    this.#keyStarts[at] = keyStart;
    this.#keyEnds[at] = keyEnd;
    this.#starts[at] = start;
    this.#ends[at] = end;
    this.#named[at] = named;
    this.#replaced[at] = replaced;
    this.#gone[at] = false;
  }

  #apply(edit: Edit, number: number): void {
    const { action } = edit;
    let known = false;
    // What a member is renamed to is no other one's name any more; then its own name may be that.
    if (action.kind === 'rename') {
      for (let at = 0; at < this.#count; at++) {
        if (!this.#gone[at] && this.#isNamed(at, edit.newName, edit.newBytes)) this.#gone[at] = true;
      }
    }
    for (let at = 0; at < this.#count; at++) {
      if (this.#gone[at] || !this.#isNamed(at, edit.key, edit.keyBytes)) continue;
      known = true;
      if (action.kind === 'drop') this.#gone[at] = true;
      else if (action.kind === 'rename') this.#named[at] = number;
      else this.#replaced[at] = number;
    }
    if (action.kind === 'replace' && !known) this.#add(0, 0, 0, 0, number, number);
  }

  /** @param plain the name in UTF-8 */
  #isNamed(member: number, name: string, plain: Uint8Array): boolean {
    const named = this.#named[member];
    if (named !== none) return this.#edits?.[named].newName === name;
    const bytes = this.#bytes;
    const start = this.#keyStarts[member] + 1;
    const end = this.#keyEnds[member] - 1;
    let at = start;
    while (at < end && bytes[at] !== backslash) at++;
    if (at < end) return unescapeJson(Buffer.from(bytes.subarray(start, end)).toString()) === name;
    if (end - start !== plain.length) return false;
    at = 0;
    while (at < plain.length && bytes[start + at] === plain[at]) at++;
    return at === plain.length;
  }
}

/** The index past the string that begins at `at`. */
function pastString(bytes: Uint8Array, at: number, end: number): number {
  for (at++; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at++;
  }
  return end;
}

/** The index of the comma or brace behind the value that begins at `at`. */
function pastValue(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  while (at < end) {
    switch (bytes[at]) {
      case quote:
        at = pastString(bytes, at, end);
        continue;
      case openBrace:
      case openBracket:
        depth++;
        break;
      case closeBrace:
      case closeBracket:
        depth--;
        break;
      case comma:
        if (depth === 0) return at;
        break;
    }
    at++;
  }
  return end;
}

function beforeSpaces(bytes: Uint8Array, from: number, at: number): number {
  while (at > from && bytes[at - 1] === space) at--;
  return at;
}
