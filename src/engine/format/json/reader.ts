import {
  backslash,
  bigE,
  bigI,
  bigN,
  closeBrace,
  closeBracket,
  colon,
  comma,
  dot,
  minus,
  openBrace,
  openBracket,
  plus,
  quote,
  smallE,
  smallF,
  smallN,
  smallT,
  smallU,
  zero,
  isDigit,
  isSpace,
} from '../../ascii.ts';
import { Fault } from '../../fault.ts';
import type { PathNode } from '../path.ts';
import { Kind } from '../record.ts';
import { sequenceLength } from '../utf8.ts';

/** Who hears of the fields of a record. A field may be found, taken back and found again: the last word holds. */
export interface FieldSink {
  setField(column: number, kind: Kind, start: number, end: number): void;
  clearField(column: number): void;
}

/** What is wrong with a record, `at` an index into the bytes; a shared object, void after the next `read`. */
export interface Verdict {
  readonly fault: Fault;
  readonly at: number;
}

export interface JsonReader {
  /**
   * Reads `bytes[start, end)` as one JSON text (RFC 8259, UTF-8) and tells `sink` of the fields of `tree`. The
   * first fault ends the reading; fields told until then mean nothing. `NaN`, `Infinity` and `-Infinity`, which Python,
   * pandas and Spark write where a number is none, are texts.
   *
   * The grammar decides, not the meaning: `"\ud800"` is a text, and of equal keys the last one counts, both as in
   * `JSON.parse`. Keys are compared after unescaping.
   */
  read(bytes: Uint8Array, start: number, end: number, tree: PathNode, sink: FieldSink): Verdict;
}

/** A JSON reader by recursive descent. Each function reads one thing at `at` and answers whether it was well formed. */
export function createJsonReader(maxDepth: number): JsonReader {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  let end = 0;
  let depth = 0;
  let sink: FieldSink;
  /** Whether the string that was read last has a backslash. */
  let escaped = false;
  const verdict: { fault: Fault; at: number } = { fault: Fault.None, at: 0 };

  /** The byte at `at`, or -1 past the end. */
  function peek(): number {
    return at < end ? bytes[at] : -1;
  }

  function fail(fault: Fault, where = at): false {
    verdict.fault = fault;
    verdict.at = where;
    return false;
  }

  /**
   * The byte at `at` cannot stand there. What is wrong with the byte itself is said before what is wrong with
   * its place.
   */
  function unexpected(fault: Fault): false {
    if (at >= end) return fail(Fault.Truncated);
    if (bytes[at] === 0) return fail(Fault.NulByte);
    if (sequenceLength(bytes, at, end) === 0) return fail(Fault.InvalidUtf8);
    return fail(fault);
  }

  function skipSpace(): void {
    while (at < end && isSpace(bytes[at])) at++;
  }

  function readValue(node: PathNode | undefined): boolean {
    const start = at;
    switch (peek()) {
      case quote:
        if (!readString()) return false;
        tell(node, escaped ? Kind.EscapedText : Kind.Text, start + 1, at - 1);
        return true;
      case openBrace:
        if (!readObject(node)) return false;
        tell(node, Kind.Object, start, at);
        return true;
      case openBracket:
        if (!readList(node)) return false;
        tell(node, Kind.List, start, at);
        return true;
      case smallT:
        return readLiteral('true') && tell(node, Kind.True, start, at);
      case smallF:
        return readLiteral('false') && tell(node, Kind.False, start, at);
      case smallN:
        return readLiteral('null') && tell(node, Kind.Null, start, at);
      case bigN:
      case bigI:
        return readLiteral(peek() === bigN ? 'NaN' : 'Infinity') && tell(node, Kind.OddText, start, at);
      case minus:
        if (bytes[at + 1] !== bigI) return readNumber() && tell(node, Kind.Number, start, at);
        return readLiteral('-Infinity') && tell(node, Kind.OddText, start, at);
      default:
        return readNumber() && tell(node, Kind.Number, start, at);
    }
  }

  function tell(node: PathNode | undefined, kind: Kind, from: number, to: number): true {
    if (node !== undefined) {
      for (const column of node.here) sink.setField(column, kind, from, to);
    }
    return true;
  }

  function readObject(node: PathNode | undefined): boolean {
    if (!open()) return false;
    if (peek() === closeBrace) return close();
    for (;;) {
      if (peek() !== quote) return unexpected(Fault.Syntax);
      const keyAt = at;
      if (!readString()) return false;
      const branch = node === undefined ? undefined : findKey(node, keyAt, at);
      skipSpace();
      if (peek() !== colon) return unexpected(Fault.Syntax);
      at++;
      skipSpace();
      if (branch !== undefined) {
        for (const column of branch.below) sink.clearField(column);
      }
      if (!readValue(branch)) return false;
      skipSpace();
      if (peek() === closeBrace) return close();
      if (peek() !== comma) return unexpected(Fault.Syntax);
      at++;
      skipSpace();
    }
  }

  function readList(node: PathNode | undefined): boolean {
    if (!open()) return false;
    if (peek() === closeBracket) return close();
    for (let index = 0; ; index++) {
      if (!readValue(node?.items.get(index))) return false;
      skipSpace();
      if (peek() === closeBracket) return close();
      if (peek() !== comma) return unexpected(Fault.Syntax);
      at++;
      skipSpace();
    }
  }

  function open(): boolean {
    if (depth === maxDepth) return fail(Fault.TooDeep);
    depth++;
    at++;
    skipSpace();
    return true;
  }

  function close(): true {
    depth--;
    at++;
    return true;
  }

  /** `start` is the key's opening quote, `stop` is past its closing one; `escaped` still speaks of it. */
  function findKey(node: PathNode, start: number, stop: number): PathNode | undefined {
    if (node.keys.length === 0) return undefined;
    if (!escaped && node.keys.length <= fewKeys) {
      return node.keys.find(({ utf8 }) => utf8 !== undefined && equals(utf8, start + 1, stop - 1))?.node;
    }
    const written = decoder.decode(bytes.subarray(start, stop));
    const key: unknown = escaped ? JSON.parse(written) : written.slice(1, -1);
    return typeof key === 'string' ? node.byKey.get(key) : undefined;
  }

  function equals(key: Uint8Array, start: number, stop: number): boolean {
    return key.length === stop - start && key.every((byte, index) => byte === bytes[start + index]);
  }

  function readString(): boolean {
    escaped = false;
    at++;
    while (at < end) {
      const byte = bytes[at];
      if (byte === quote) {
        at++;
        return true;
      }
      if (byte === backslash) {
        escaped = true;
        if (!readEscape()) return false;
      } else if (byte < 0x20) {
        return unexpected(Fault.ControlCharacter);
      } else {
        const length = sequenceLength(bytes, at, end);
        if (length === 0) return fail(Fault.InvalidUtf8);
        at += length;
      }
    }
    return fail(Fault.Truncated);
  }

  function readEscape(): boolean {
    at++;
    const letter = peek();
    if (letter === smallU) {
      at++;
      for (let digit = 0; digit < 4; digit++) {
        if (!isHexDigit(peek())) return unexpected(Fault.BadEscape);
        at++;
      }
      return true;
    }
    if (letter === -1 || !simpleEscapes.includes(letter)) return unexpected(Fault.BadEscape);
    at++;
    return true;
  }

  function readLiteral(text: 'true' | 'false' | 'null' | 'NaN' | 'Infinity' | '-Infinity'): boolean {
    for (let index = 0; index < text.length; index++) {
      if (peek() !== text.charCodeAt(index)) return unexpected(Fault.Syntax);
      at++;
    }
    return true;
  }

  function readNumber(): boolean {
    const start = at;
    if (peek() === minus) at++;
    if (!isDigit(peek())) {
      return unexpected(at > start || isNumberLike(peek()) ? Fault.BadNumber : Fault.Syntax);
    }
    if (peek() === zero) at++;
    else skipDigits();

    if (peek() === dot) {
      at++;
      if (!isDigit(peek())) return unexpected(Fault.BadNumber);
      skipDigits();
    }
    if (peek() === smallE || peek() === bigE) {
      at++;
      if (peek() === plus || peek() === minus) at++;
      if (!isDigit(peek())) return unexpected(Fault.BadNumber);
      skipDigits();
    }
    if (isNumberLike(peek()) || isLetter(peek())) return fail(Fault.BadNumber);
    return true;
  }

  function skipDigits(): void {
    while (isDigit(peek())) at++;
  }

  return {
    read(text, start, stop, tree, fieldSink) {
      bytes = text;
      at = start;
      end = stop;
      depth = 0;
      sink = fieldSink;
      verdict.fault = Fault.None;
      verdict.at = 0;

      skipSpace();
      if (readValue(tree)) {
        skipSpace();
        if (at < end) unexpected(Fault.TrailingText);
      }
      return verdict;
    },
  };
}

/** So many keys are looked through one by one: an object can have tens of thousands. */
const fewKeys = 16;
/** Never meets bytes that are not UTF-8: the string has been checked. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** JSON's white space. */
/** What makes a reader think of a number: digits, sign, point. */
function isNumberLike(byte: number): boolean {
  return isDigit(byte) || byte === plus || byte === minus || byte === dot;
}

function isLetter(byte: number): boolean {
  const small = byte | 0x20;
  return byte > 0 && small >= 0x61 && small <= 0x7a;
}

function isHexDigit(byte: number): boolean {
  const small = byte | 0x20;
  return isDigit(byte) || (byte > 0 && small >= 0x61 && small <= 0x66);
}

/** What may follow a backslash, but for u. */
const simpleEscapes = Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0));
