import { maxDepth } from '../../record.ts';
import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  equals,
  comma,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  slash,
  star,
  isSpace,
} from '../../../ascii.ts';

/** A list or an object that is open at some place of a document, from the outermost to the innermost. */
export interface OpenValue {
  readonly list: boolean;
  /** Its name in the object around it, or its 0-based index in the list; undefined for the document itself. */
  readonly step: string | number | undefined;
  /** Offset of its first byte past the bracket, and the 0-based line there. */
  readonly start: number;
  readonly line: number;
  /** Elements or members that have begun in it, and how many of them are objects. */
  readonly values: number;
  readonly objects: number;
  /** Whether a list is open around it. */
  readonly inList: boolean;
}

export interface OutlineListener {
  /** A list or an object begins; it is the last of `open`. Answers whether to stop. */
  opened?(open: readonly OpenValue[]): boolean;
  /** A member of the last of `open` has this name. */
  named?(open: readonly OpenValue[], name: string): void;
  /** The last of `open` ends before offset `end`. */
  closed?(open: readonly OpenValue[], end: number): void;
}

/** What there is in a document besides lists and objects. */
export interface OutlineState {
  readonly open: readonly OpenValue[];
  /** Values at the top so far; after a list or an object, only lists and objects: words behind one are no document. */
  readonly documents: number;
  readonly comments: boolean;
  /** Whether a list or an object ends with a comma. */
  readonly trailingCommas: boolean;
  /** Bytes that it has gone through. */
  readonly length: number;
}

/**
 * Follows the brackets and names of a JSON document from its start, in pieces of any size; comments are passed
 * over. What is wrong in the document goes unnoticed, as long as its brackets and quotes are in order.
 *
 * What is nested deeper than `maxDepth` is counted and not followed: a file of nothing but opening brackets takes no
 * more memory, and no more time a byte, than any other.
 */
export class Outline {
  readonly #listener: OutlineListener;
  readonly #open: Mutable<OpenValue>[] = [];
  /** Brackets that are open inside the last of `#open` and are not followed. */
  #deeper = 0;
  #documents = 0;
  /** Whether a list or an object has begun at the top. */
  #hasContainer = false;
  #comments = false;
  #trailingCommas = false;
  /** Whether a comma was the last token. */
  #isAfterComma = false;
  #offset = 0;
  #line = 0;
  #state: 'between' | 'string' | 'escape' | 'slash' | 'lineComment' | 'comment' | 'commentStar' | 'scalar' =
    'between';
  /** Whether the string at hand is in the place of a name. */
  #inName = false;
  #expectsName = false;
  #name: number[] = [];
  #stepName = '';

  constructor(listener: OutlineListener) {
    this.#listener = listener;
  }

  get state(): OutlineState {
    return {
      open: this.#open,
      documents: this.#documents,
      comments: this.#comments,
      trailingCommas: this.#trailingCommas,
      length: this.#offset,
    };
  }

  /** Goes through the next piece; true where the listener said to stop. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      this.#offset++;
      if (byte === lineFeed) this.#line++;
      switch (this.#state) {
        case 'string':
          if (byte === quote) this.#endString();
          else if (byte === backslash) this.#state = 'escape';
          if (this.#inName && this.#name.length < longestName) this.#name.push(byte);
          break;
        case 'escape':
          if (this.#inName && this.#name.length < longestName) this.#name.push(byte);
          this.#state = 'string';
          break;
        case 'slash':
          this.#state = byte === star ? 'comment' : byte === slash ? 'lineComment' : 'between';
          if (this.#state !== 'between') this.#comments = true;
          break;
        case 'lineComment':
          if (byte === lineFeed) this.#state = 'between';
          break;
        case 'comment':
          if (byte === star) this.#state = 'commentStar';
          break;
        case 'commentStar':
          if (byte !== star) this.#state = byte === slash ? 'between' : 'comment';
          break;
        case 'between':
        case 'scalar':
          if (this.#token(byte)) return true;
      }
    }
    return false;
  }

  #token(byte: number): boolean {
    switch (byte) {
      case openBrace:
      case openBracket:
        return this.#opens(byte === openBracket);
      case closeBrace:
      case closeBracket:
        this.#state = 'between';
        if (this.#isAfterComma) this.#trailingCommas = true;
        this.#isAfterComma = false;
        if (this.#deeper > 0) this.#deeper--;
        else if (this.#open.length > 0) {
          this.#listener.closed?.(this.#open, this.#offset);
          this.#open.pop();
        }
        this.#expectsName = false;
        break;
      case comma:
        this.#state = 'between';
        this.#isAfterComma = true;
        this.#expectsName = this.#open.at(-1)?.list === false;
        break;
      case colon:
        this.#state = 'between';
        this.#expectsName = false;
        break;
      case quote:
        this.#state = 'string';
        this.#isAfterComma = false;
        this.#inName = this.#expectsName;
        this.#name = [quote];
        if (!this.#expectsName) this.#begins(false);
        break;
      case slash:
        this.#state = 'slash';
        break;
      case equals:
        this.#state = 'between';
        // What stands before is no value, but the name that a script gives the one that follows.
        if (!this.#hasContainer) this.#documents = 0;
        break;
      default:
        if (isSpace(byte)) this.#state = 'between';
        else if (this.#state === 'between') {
          if (byte >= 0x80 && this.#offset <= 3) break;
          this.#state = 'scalar';
          this.#isAfterComma = false;
          this.#begins(false);
        }
    }
    return false;
  }

  #opens(list: boolean): boolean {
    this.#state = 'between';
    this.#isAfterComma = false;
    if (this.#open.length === maxDepth) {
      this.#deeper++;
      this.#expectsName = !list;
      return false;
    }
    const around = this.#open.at(-1);
    const step = around === undefined ? undefined : around.list ? around.values : this.#stepName;
    this.#begins(!list, true);
    const inList = around !== undefined && (around.list || around.inList);
    this.#open.push({ list, step, start: this.#offset, line: this.#line, values: 0, objects: 0, inList });
    this.#expectsName = !list;
    return this.#listener.opened?.(this.#open) ?? false;
  }

  /** Counts a value where it begins. */
  #begins(object: boolean, container = object): void {
    const around = this.#open.at(-1);
    if (around === undefined) {
      if (container) this.#hasContainer = true;
      if (container || !this.#hasContainer) this.#documents++;
      return;
    }
    around.values++;
    if (object) around.objects++;
  }

  #endString(): void {
    this.#state = 'between';
    if (!this.#inName) return;
    this.#inName = false;
    const text = Buffer.from([...this.#name, quote]).toString();
    try {
      this.#stepName = String(JSON.parse(text));
    } catch {
      this.#stepName = text.slice(1, -1);
    }
    if (this.#deeper === 0) this.#listener.named?.(this.#open, this.#stepName);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Names are read this far, in bytes. */
const longestName = 4096;
