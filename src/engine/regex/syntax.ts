import { said, SaidError } from '../../said/said.ts';
import {
  complement,
  digits,
  foldCase,
  maxCodePoint,
  spaces,
  unicodeClass,
  union,
  wordCharacters,
  type CodePoints,
} from './codePoints.ts';

/** Places between characters. */
export type Assertion = 'begin' | 'end' | 'lineBegin' | 'lineEnd' | 'boundary' | 'inside';

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly least: number;
      readonly most: number;
      readonly greedy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly body: RegexNode };

/** Why a text is no regular expression. */
export class RegexError extends SaidError {
  override readonly name = 'RegexError';
}

interface Flags {
  readonly insensitive: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly ungreedy: boolean;
}

export interface ParsedRegex {
  readonly node: RegexNode;
  /** How many groups there are; they are numbered from 1. */
  readonly groups: number;
  /** The names of groups with their numbers, in order. */
  readonly names: ReadonlyMap<string, number>;
}

const maxRepeat = 1000;
const maxDepth = 200;

/**
 * Reads a regular expression in the syntax of RE2, which has nothing that could not be matched in linear time.
 * @throws RegexError
 */
export function parseRegex(pattern: string, insensitive: boolean): ParsedRegex {
  const parser = new Parser(pattern, { insensitive, dotAll: false, multiline: false, ungreedy: false });
  const node = parser.choice(0);
  parser.expectEnd();
  return { node, groups: parser.groups, names: parser.names };
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #flags: Flags;
  groups = 0;
  readonly names = new Map<string, number>();

  constructor(pattern: string, flags: Flags) {
    this.#characters = Array.from(pattern);
    this.#flags = flags;
  }

  expectEnd(): void {
    if (this.#at < this.#characters.length) throw new RegexError(said`unmatched )`);
  }

  choice(depth: number): RegexNode {
    if (depth > maxDepth) throw new RegexError(said`it is nested too deeply`);
    // Flags that are set inside a group end with it.
    const flags = this.#flags;
    const options = [this.#sequence(depth)];
    while (this.#take('|')) options.push(this.#sequence(depth));
    this.#flags = flags;
    return options.length === 1 ? options[0] : { kind: 'choice', options };
  }

  #sequence(depth: number): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#characters.length && !this.#is('|') && !this.#is(')')) {
      if (this.#takeAll('\\Q')) {
        parts.push(...this.#quoted());
        continue;
      }
      const atom = this.#atom(depth);
      if (atom !== undefined) parts.push(this.#repeated(atom));
    }
    return parts.length === 1
      ? parts[0]
      : parts.length === 0
        ? { kind: 'empty' }
        : { kind: 'sequence', parts };
  }

  /** Undefined for flags, which stand for nothing. */
  #atom(depth: number): RegexNode | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return this.#class();
      case '.':
        return set(this.#flags.dotAll ? [[0, maxCodePoint]] : complement([[0x0a, 0x0a]]));
      case '^':
        return { kind: 'assert', assertion: this.#flags.multiline ? 'lineBegin' : 'begin' };
      case '$':
        return { kind: 'assert', assertion: this.#flags.multiline ? 'lineEnd' : 'end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new RegexError(said`there is nothing to repeat before ${character}`);
      default:
        return this.#literal(character);
    }
  }

  #literal(character: string): RegexNode {
    const point = character.codePointAt(0) ?? 0;
    return this.#folded([[point, point]]);
  }

  #folded(points: CodePoints): RegexNode {
    return set(this.#flags.insensitive ? foldCase(points) : points);
  }

  #quoted(): RegexNode[] {
    const parts: RegexNode[] = [];
    while (this.#at < this.#characters.length && !this.#takeAll('\\E'))
      parts.push(this.#literal(this.#next()));
    return parts;
  }

  #group(depth: number): RegexNode | undefined {
    if (!this.#take('?')) {
      const index = ++this.groups;
      return { kind: 'group', index, body: this.#groupBody(depth) };
    }
    for (const look of ['=', '!', '<=', '<!']) {
      if (!this.#takeAll(look)) continue;
      throw new RegexError(
        look.length === 1
          ? said`look-ahead such as (?${look} is not supported: patterns are matched in linear time`
          : said`look-behind such as (?${look} is not supported: patterns are matched in linear time`,
      );
    }
    if (this.#is('>')) throw new RegexError(said`atomic groups are not supported`);
    if (this.#takeAll('P<') || this.#take('<')) {
      const name = this.#upTo('>');
      if (!/^[\p{L}\p{M}\p{N}_]+$/u.test(name)) {
        throw new RegexError(said`a group name can have only letters, digits and _`);
      }
      if (this.names.has(name)) throw new RegexError(said`two groups have the name ${name}`);
      const index = ++this.groups;
      this.names.set(name, index);
      return { kind: 'group', index, body: this.#groupBody(depth) };
    }
    return this.#flagGroup(depth);
  }

  #groupBody(depth: number): RegexNode {
    const body = this.choice(depth + 1);
    if (!this.#take(')')) throw new RegexError(said`a group is not closed`);
    return body;
  }

  /** (?i) changes the flags of what follows, (?i:…) those of what it holds. */
  #flagGroup(depth: number): RegexNode | undefined {
    const outside = this.#flags;
    let on = true;
    for (;;) {
      const flag = this.#next();
      if (flag === ')') return undefined;
      if (flag === ':') break;
      if (flag === '-' && on) on = false;
      else if (flag === 'i') this.#flags = { ...this.#flags, insensitive: on };
      else if (flag === 's') this.#flags = { ...this.#flags, dotAll: on };
      else if (flag === 'm') this.#flags = { ...this.#flags, multiline: on };
      else if (flag === 'U') this.#flags = { ...this.#flags, ungreedy: on };
      else throw new RegexError(said`(?${flag} is not supported`);
    }
    const body = this.#groupBody(depth);
    this.#flags = outside;
    return body;
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    for (let count = 0; ; count++) {
      const bounds = this.#bounds();
      if (bounds === undefined) return node;
      if (count > 0) throw new RegexError(said`a repetition cannot be repeated; put it in parentheses`);
      const [least, most] = bounds;
      const lazy = this.#take('?');
      if (this.#is('+')) throw new RegexError(said`possessive repetitions are not supported`);
      node = { kind: 'repeat', body: node, least, most, greedy: lazy === this.#flags.ungreedy };
    }
  }

  #bounds(): [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    if (!this.#is('{')) return undefined;
    const text = this.#characters.slice(this.#at, this.#at + 16).join('');
    // A brace that begins no count stands for itself.
    const match = /^\{(\d+)(,(\d*))?\}/.exec(text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    const least = Number(match[1]);
    const most = match.at(2) === undefined ? least : match[3] === '' ? Infinity : Number(match[3]);
    if (least > maxRepeat || (most !== Infinity && most > maxRepeat)) {
      throw new RegexError(said`a repeat count can be at most ${maxRepeat}`);
    }
    if (least > most) throw new RegexError(said`the bounds of ${match[0]} are in the wrong order`);
    return [least, most];
  }

  #escape(): RegexNode {
    const character = this.#next();
    switch (character) {
      case 'A':
        return { kind: 'assert', assertion: 'begin' };
      case 'z':
        return { kind: 'assert', assertion: 'end' };
      case 'b':
        return { kind: 'assert', assertion: 'boundary' };
      case 'B':
        return { kind: 'assert', assertion: 'inside' };
      default:
    }
    if (/[1-9k]/.test(character))
      throw new RegexError(
        said`back references such as \\${character} are not supported: patterns are matched in linear time`,
      );
    return this.#folded(this.#escapedSet(character));
  }

  /** What an escape stands for, inside a class as outside of it. */
  #escapedSet(character: string): CodePoints {
    const named = perlClasses.get(character);
    if (named !== undefined) return named;
    const control = controls.get(character);
    if (control !== undefined) return [[control, control]];
    if (character === 'p' || character === 'P') return this.#unicodeSet(character === 'P');
    if (character === 'x') return this.#hexadecimal();
    if (/[a-zA-Z0-9]/.test(character)) throw new RegexError(said`\\${character} is not supported`);
    const point = character.codePointAt(0) ?? 0;
    return [[point, point]];
  }

  #hexadecimal(): CodePoints {
    const text = this.#take('{') ? this.#upTo('}') : this.#next() + this.#next();
    const point = /^[\da-fA-F]{1,6}$/.test(text) ? parseInt(text, 16) : NaN;
    if (!(point <= maxCodePoint)) throw new RegexError(said`\\x${text} is not a character`);
    return [[point, point]];
  }

  #unicodeSet(negated: boolean): CodePoints {
    const name = this.#take('{') ? this.#upTo('}') : this.#next();
    const inverse = name.startsWith('^');
    const points = unicodeClass(inverse ? name.slice(1) : name);
    if (points === undefined) throw new RegexError(said`unknown Unicode class ${name}`);
    return negated !== inverse ? complement(points) : points;
  }

  #class(): RegexNode {
    const negated = this.#take('^');
    const sets: CodePoints[] = [];
    for (let first = true; first || !this.#is(']'); first = false) {
      if (this.#at >= this.#characters.length) throw new RegexError(said`a [ is not closed`);
      sets.push(this.#classPart());
    }
    this.#next();
    const points = this.#flags.insensitive ? foldCase(union(...sets)) : union(...sets);
    return set(negated ? complement(points) : points);
  }

  #classPart(): CodePoints {
    if (this.#takeAll('[:')) {
      const inverse = this.#take('^');
      const name = this.#upTo(':');
      const points = posixClasses.get(name);
      if (points === undefined || !this.#take(']')) throw new RegexError(said`unknown class [:${name}:]`);
      return inverse ? complement(points) : points;
    }
    const low = this.#classMember();
    const isRange =
      this.#is('-') && this.#at + 1 < this.#characters.length && this.#characters[this.#at + 1] !== ']';
    if (!isRange) return low;
    this.#next();
    const high = this.#classMember();
    const [from, to] = [single(low), single(high)];
    if (from === undefined || to === undefined)
      throw new RegexError(said`a range in [ ] needs a character at each end`);
    if (from > to) throw new RegexError(said`the ends of a range in [ ] are in the wrong order`);
    return [[from, to]];
  }

  #classMember(): CodePoints {
    const character = this.#next();
    if (character === '\\') return this.#escapedSet(this.#next());
    const point = character.codePointAt(0) ?? 0;
    return [[point, point]];
  }

  #is(character: string): boolean {
    return this.#characters[this.#at] === character;
  }

  #take(character: string): boolean {
    if (!this.#is(character)) return false;
    this.#at++;
    return true;
  }

  #takeAll(text: string): boolean {
    if (this.#characters.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    if (this.#at >= this.#characters.length) throw new RegexError(said`it is incomplete`);
    return this.#characters[this.#at++];
  }

  #upTo(end: string): string {
    const from = this.#at;
    while (!this.#is(end)) this.#next();
    return this.#characters.slice(from, this.#at++).join('');
  }
}

function set(points: CodePoints): RegexNode {
  return { kind: 'set', set: points };
}

function single(points: CodePoints): number | undefined {
  return points.length === 1 && points[0][0] === points[0][1] ? points[0][0] : undefined;
}

const perlClasses = new Map<string, CodePoints>([
  ['d', digits],
  ['D', complement(digits)],
  ['w', wordCharacters],
  ['W', complement(wordCharacters)],
  ['s', spaces],
  ['S', complement(spaces)],
]);

const controls = new Map([
  ['a', 7],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['0', 0],
]);

const lower: CodePoints = [[0x61, 0x7a]];
const upper: CodePoints = [[0x41, 0x5a]];

const posixClasses = new Map<string, CodePoints>([
  ['alnum', union(digits, lower, upper)],
  ['alpha', union(lower, upper)],
  ['ascii', [[0, 0x7f]]],
  ['blank', [[9, 9], [32, 32]]],
  ['cntrl', [[0, 0x1f], [0x7f, 0x7f]]],
  ['digit', digits],
  ['graph', [[0x21, 0x7e]]],
  ['lower', lower],
  ['print', [[0x20, 0x7e]]],
  ['punct', [[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]]],
  ['space', [[9, 13], [32, 32]]],
  ['upper', upper],
  ['word', wordCharacters],
  ['xdigit', [[0x30, 0x39], [0x41, 0x46], [0x61, 0x66]]],
]); // prettier-ignore
