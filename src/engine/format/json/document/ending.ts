import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  isSpace,
  lineFeed,
  openBrace,
  openBracket,
  quote,
  slash,
  space,
  star,
} from '../../../ascii.ts';
import { Fault } from '../../../fault.ts';
import { GrowingList } from '../../growingList.ts';
import { maxDepth, type Ending } from '../../record.ts';
import { parseRowsPath, type JsonRows } from './rows.ts';

/** What may come next. */
const expects = { value: 0, valueOrClose: 1, name: 2, nameOrClose: 3, colon: 4, end: 5 } as const;
type Expects = (typeof expects)[keyof typeof expects];

/** What the byte at hand is in. */
type Place = 'between' | 'string' | 'escape' | 'scalar' | 'slash' | 'lineComment' | 'comment' | 'commentStar';

/**
 * Follows a document from where its rows end: they and all that is open around them must be closed, what comes in between
 * must be JSON, and nothing but white space may come after it. A comma before a closing bracket is passed over. In pieces of any size, and nothing of it is held.
 *
 * @param afterComma whether the rows end with a comma
 */
export function createDocumentEnding(rows: JsonRows, afterComma: boolean): Ending {
  const { comments } = rows;
  /** The closing brackets that are due, the innermost last. */
  const due = new GrowingList();
  for (const step of parseRowsPath(rows.path)?.steps ?? []) {
    due.push(typeof step === 'number' ? closeBracket : closeBrace);
  }
  const inRows = rows.layout === 'members' ? closeBrace : closeBracket;
  due.push(inRows);

  let expected: Expects = expects.end;
  if (afterComma) expected = inRows === closeBrace ? expects.name : expects.value;
  let place: Place = 'between';
  let isName = false;
  let scalar = '';

  const innermost = (): number => due.values[due.count - 1];

  function endValue(): void {
    expected = expects.end;
  }

  function opens(closer: number): boolean {
    if (expected > expects.valueOrClose || due.count >= maxDepth) return false;
    due.push(closer);
    expected = closer === closeBrace ? expects.nameOrClose : expects.valueOrClose;
    return true;
  }

  function closes(byte: number): boolean {
    if (due.count === 0 || innermost() !== byte) return false;
    const isTrailing = expected === (byte === closeBrace ? expects.name : expects.value);
    const isEmpty = expected === expects.valueOrClose || expected === expects.nameOrClose;
    if (expected !== expects.end && !isEmpty && !isTrailing) return false;
    due.pop();
    endValue();
    return true;
  }

  /** Whether a byte outside of strings, scalars and comments may be there. */
  function token(byte: number): boolean {
    switch (byte) {
      case openBrace:
        return opens(closeBrace);
      case openBracket:
        return opens(closeBracket);
      case closeBrace:
      case closeBracket:
        return closes(byte);
      case comma:
        if (expected !== expects.end || due.count === 0) return false;
        expected = innermost() === closeBrace ? expects.name : expects.value;
        return true;
      case colon:
        if (expected !== expects.colon) return false;
        expected = expects.value;
        return true;
      case quote:
        isName = expected === expects.name || expected === expects.nameOrClose;
        if (!isName && expected > expects.valueOrClose) return false;
        place = 'string';
        return true;
      case slash:
        place = 'slash';
        return comments;
      default:
        if (isSpace(byte)) return true;
        if (expected > expects.valueOrClose) return false;
        place = 'scalar';
        scalar = String.fromCharCode(byte);
        return true;
    }
  }

  function accepts(byte: number): boolean {
    switch (place) {
      case 'between':
        return token(byte);
      case 'string':
        if (byte === backslash) place = 'escape';
        else if (byte === quote) {
          place = 'between';
          if (isName) expected = expects.colon;
          else endValue();
        }
        return byte >= space;
      case 'escape':
        place = 'string';
        return byte >= space;
      case 'scalar':
        if (!endsScalar(byte)) {
          if (scalar.length < longestScalar) scalar += String.fromCharCode(byte);
          return true;
        }
        if (scalar.length < longestScalar && !scalars.test(scalar)) return false;
        place = 'between';
        endValue();
        return token(byte);
      case 'slash':
        place = byte === star ? 'comment' : 'lineComment';
        return byte === star || byte === slash;
      case 'lineComment':
        if (byte === lineFeed) place = 'between';
        return true;
      case 'comment':
        if (byte === star) place = 'commentStar';
        return true;
      case 'commentStar':
        if (byte !== star) place = byte === slash ? 'between' : 'comment';
        return true;
    }
  }

  return {
    push(bytes, from, to) {
      for (let at = from; at < to; at++) if (!accepts(bytes[at])) return at;
      return -1;
    },
    get isWhole() {
      return due.count === 0 && (place === 'between' || place === 'lineComment');
    },
    get fault() {
      return due.count === 0 ? Fault.AfterDocument : Fault.Syntax;
    },
  };
}

/** Of a longer scalar it is not said whether it is one. */
const longestScalar = 64;
const scalars = /^(true|false|null|NaN|-?Infinity|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/;

function endsScalar(byte: number): boolean {
  return isSpace(byte) || byte === comma || byte === closeBracket || byte === closeBrace || byte === slash;
}
