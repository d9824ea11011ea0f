import { said } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';

/** `gap`: where a text ends that is still being written. The grammar takes nothing there, and so says what it wants. */
export type TokenKind = 'name' | 'quoted' | 'text' | 'number' | 'symbol' | 'gap' | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** A name as written, a quoted name or a text without its quotes, a number without underscores, a symbol. */
  readonly value: string;
  /** It is tried as a word of the grammar, and is no name. */
  readonly isWord?: true;
}

/** Longest first, so that the first that fits is the one. */
const symbols = [
  '!~*', '->>', '===', '!==',
  '|>', '||', '::', '<=', '>=', '<>', '!=', '==', '!~', '~*', '->', '//', '**', '&&', '=>', '<-',
  '(', ')', '[', ']', '{', '}', ',', '.', ';', ':', '=', '<', '>', '+', '-', '*', '/', '%', '~', '!', '&', '|', '?', '^',
]; // prettier-ignore

const space = /[\s\uFEFF\u200B]+/uy;
const lineComment = /--[^\n]*/y;
const blockComment = /\/\*[^]*?\*\//y;
const name = /[\p{L}_@][\p{L}\p{M}\p{N}_$@]*/uy;
const number = /(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const afterNumber = /[\p{L}\p{N}_.]/uy;

const typographic = new Map([
  ['\u2018', "'"],
  ['\u2019', "'"],
  ['\u201C', '"'],
  ['\u201D', '"'],
]);

/** @throws QueryError at the first character that begins no token */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(query)?.[0];
  }

  function push(kind: TokenKind, value: string, length: number): void {
    tokens.push({ kind, value, from: at, to: at + length });
    at += length;
  }

  while (at < query.length) {
    const gap = take(space) ?? take(lineComment) ?? take(blockComment);
    if (gap !== undefined) {
      at += gap.length;
      continue;
    }
    const first = query[at];
    if (first === "'" || first === '"' || first === '`') {
      const { value, length } = quoted(query, at, first);
      push(first === "'" ? 'text' : 'quoted', value, length);
      continue;
    }
    const digits = take(number);
    if (digits !== undefined) {
      push('number', digits.replaceAll('_', ''), digits.length);
      const stray = take(afterNumber);
      if (stray !== undefined) throw strayAfterNumber(query, at - digits.length);
      continue;
    }
    const word = take(name);
    if (word !== undefined) {
      push('name', word, word.length);
      continue;
    }
    if (query.startsWith('/*', at)) {
      throw new QueryError({ from: at, to: query.length }, said`this comment is not closed: end it with */`);
    }
    const symbol = symbols.find((candidate) => query.startsWith(candidate, at));
    if (symbol === undefined) throw unknownCharacter(query, at);
    push('symbol', symbol, symbol.length);
  }
  tokens.push({ kind: 'end', value: '', from: query.length, to: query.length });
  return tokens;
}

/** A quote is written twice inside; nothing else is special. */
function quoted(query: string, at: number, quote: string): { value: string; length: number } {
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = query.indexOf(quote, from);
    if (close === -1) {
      throw new QueryError(
        { from: at, to: query.length },
        quote === "'"
          ? said`this text is not closed: end it with ${quote}`
          : said`this name is not closed: end it with ${quote}`,
      );
    }
    value += query.slice(from, close);
    if (query[close + 1] !== quote) {
      if (quote === '"' && value === '') {
        throw new QueryError(
          { from: at, to: close + 1 },
          said`a name in double quotes cannot be empty; write '' for an empty text, and ${'``'} for a member without a name`,
        );
      }
      return { value, length: close + 1 - at };
    }
    value += quote;
    from = close + 2;
  }
}

function strayAfterNumber(query: string, from: number): QueryError {
  let to = from;
  while (to < query.length && /[\p{L}\p{N}_.]/u.test(query[to])) to++;
  const text = query.slice(from, to);
  return new QueryError(
    { from, to },
    said`${text} is not a number; write '${text}' for a text or "${text}" for a name`,
  );
}

function unknownCharacter(query: string, at: number): QueryError {
  const character = String.fromCodePoint(query.codePointAt(at) ?? 0);
  const straight = typographic.get(character);
  const span = { from: at, to: at + character.length };
  return straight === undefined
    ? new QueryError(span, said`unexpected character ${character}`)
    : new QueryError(span, said`${character} is a typographic quote; write ${straight}`);
}
