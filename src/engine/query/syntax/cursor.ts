import { type Said, said, type SaidValue } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';
import type { Name } from './tree.ts';
import { tokenize, type Token } from './token.ts';

/** Words that are never the name of a column unless quoted. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'and or not in between like ilike is null true false case when then else end cast try_cast as from where select ' +
    'group order by having limit offset distinct over current_date current_timestamp'
  ).split(' '),
);

/**
 * What the grammar can only go on with in a gap. `column`: the path of one; `name`: the name of one; `mostly column`: an
 * expression that is seldom more than a column.
 */
export type Wanted = 'expression' | 'mostly column' | 'column' | 'name' | 'file' | 'type' | 'size' | 'part';

/** Reads the tokens of one query, one ahead and as far as asked. */
export class Cursor {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  readonly #depths = new WeakMap<object, number>();

  #wanted: Wanted | undefined;
  /** Words that were read as names. */
  readonly names: Span[] = [];

  constructor(text: string, tokens: readonly Token[] = tokenize(text)) {
    this.text = text;
    this.#tokens = tokens;
  }

  /** What is wanted in the gap, once that was met. */
  get wanted(): Wanted | undefined {
    return this.#wanted;
  }

  /** Tells what stands here, before it is read: the first to say so knows best. */
  want(wanted: Wanted): void {
    if (this.peek().kind === 'gap') this.#wanted ??= wanted;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** The token read last. */
  last(): Token {
    return this.#tokens[Math.max(0, this.#at - 1)];
  }

  /** From `start` to the token read last. */
  spanFrom(start: Span): Span {
    return { from: start.from, to: Math.max(start.to, this.last().to) };
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.value === symbol;
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.value.toLowerCase() === word;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  /** Takes the words if all of them follow. */
  takeWords(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.isWord(word, ahead))) return false;
    this.#at += words.length;
    return true;
  }

  expectSymbol(symbol: string, where: Said): Token {
    if (!this.isSymbol(symbol)) throw this.unexpected(said`${symbol} ${where}`);
    return this.next();
  }

  expectWord(word: string, where: Said): void {
    if (!this.takeWords(word)) throw this.unexpected(said`${word.toUpperCase()} ${where}`);
  }

  /** A name: any quoted one, or a word that is not reserved. */
  expectName(what: Said): Name {
    const token = this.peek();
    if (token.kind === 'quoted') {
      this.next();
      return { name: token.value, quoted: true, from: token.from, to: token.to };
    }
    if (token.kind !== 'name' || token.isWord) throw this.unexpected(what);
    if (reservedWords.has(token.value.toLowerCase())) {
      throw new QueryError(
        token,
        said`${token.value} is a keyword; to use it as a name, write "${token.value}"`,
      );
    }
    this.next();
    const { from, to } = token;
    this.names.push({ from, to });
    return { name: token.value, quoted: false, from, to };
  }

  /** A number written as digits only. */
  expectCount(what: Said): number {
    const token = this.peek();
    if (token.kind !== 'number' || !/^\d{1,15}$/.test(token.value)) throw this.unexpected(what);
    this.next();
    return Number(token.value);
  }

  unexpected(wanted: Said): QueryError {
    const token = this.peek();
    if (token.kind === 'end') {
      const from = Math.max(0, this.last().to === 0 ? 0 : this.last().from);
      return new QueryError(
        { from: this.text.length === 0 ? 0 : from, to: this.text.length },
        said`the query ends here; expected ${wanted}`,
      );
    }
    return new QueryError(token, said`expected ${wanted}, found ${describe(token)}`);
  }

  /** Notes how deep the tree is of which `node` is the top. */
  measure(node: object, children: readonly object[]): void {
    let depth = 1;
    for (const child of children) depth = Math.max(depth, 1 + (this.#depths.get(child) ?? 1));
    if (depth > maxDepth) {
      throw new QueryError(
        this.last(),
        said`the expression is too deep: more than 1,000 operators in a row, or nested`,
      );
    }
    this.#depths.set(node, depth);
  }

  /** Runs `parse` one level deeper in the query. */
  nested<T>(parse: () => T): T {
    if (this.#depth === maxNesting) {
      throw new QueryError(this.peek(), said`the query is nested more than ${maxNesting} deep`);
    }
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }
}

/** Deeper nesting is refused: the parser calls itself. */
const maxNesting = 400;
/**
 * Deeper trees are refused: all that walks them calls itself. A chain of operators leans left and is as deep as
 * it is long.
 */
const maxDepth = 1000;

export function describe(token: Token): SaidValue {
  switch (token.kind) {
    case 'text':
      return said`the text '${cut(token.value)}'`;
    case 'quoted':
      return said`the name "${cut(token.value)}"`;
    case 'end':
      return said`the end of the query`;
    default:
      return cut(token.value);
  }
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
