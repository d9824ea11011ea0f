import { said } from '../../said/said.ts';
import { RegexError, type Assertion, type RegexNode } from './syntax.ts';
import { latin1Ranges, utf8Ranges } from './utf8Ranges.ts';

/** What a thread of the automaton does; `next` and `other` are numbers of instructions. */
export type Instruction =
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number; next: number }
  /** Goes both ways, `next` preferred. */
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly kind: 'save'; readonly slot: number; next: number }
  | Round
  | { readonly kind: 'match' };

/** What JavaScript does with the rounds of a repetition. RE2 has none of it. */
type Round =
  /** A round begins: the groups inside have taken no part yet. Slots [from, to). */
  | { readonly kind: 'clear'; readonly from: number; readonly to: number; next: number }
  /** A round begins that may be left out. */
  | { readonly kind: 'enter'; readonly round: number; next: number }
  /** It has to have taken something. */
  | { readonly kind: 'leave'; readonly round: number; next: number };

/** What the bytes of a text are. In Latin-1, each is a character. */
export type ByteEncoding = 'utf8' | 'latin1';

/** A nondeterministic automaton over bytes. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly encoding: ByteEncoding;
}

export interface ProgramOptions {
  readonly encoding?: ByteEncoding;
  /**
   * Which round of a repetition a group is of. RE2: the last in which it took part. JavaScript: the last one; and a
   * round that takes nothing does not count, unless the repetition asks for it.
   */
  readonly rounds?: 're2' | 'javascript';
}

/** Where the instruction `match` stands. */
export const matchAt = 0;

/** Larger patterns are refused: counted repetitions are written out. */
const maxInstructions = 50_000;

/** @throws RegexError */
export function compileProgram(
  node: RegexNode,
  { encoding = 'utf8', rounds = 're2' }: ProgramOptions = {},
): Program {
  const compiler = new Compiler(encoding, rounds === 'javascript');
  const match = compiler.add({ kind: 'match' });
  const start = compiler.compile(node, match);
  return { instructions: compiler.instructions, start, encoding };
}

/** Builds from the back: each part is given the instruction that follows it. */
class Compiler {
  readonly instructions: Instruction[] = [];
  readonly #rangesOf: typeof utf8Ranges;
  readonly #countsRounds: boolean;
  #optionalRounds = 0;

  constructor(encoding: ByteEncoding, countsRounds: boolean) {
    this.#rangesOf = encoding === 'utf8' ? utf8Ranges : latin1Ranges;
    this.#countsRounds = countsRounds;
  }

  add(instruction: Instruction): number {
    if (this.instructions.length === maxInstructions) throw new RegexError(said`it is too large`);
    return this.instructions.push(instruction) - 1;
  }

  compile(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'set':
        return this.#set(node.set, next);
      case 'assert':
        return this.add({ kind: 'assert', assertion: node.assertion, next });
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.compile(part, after), next);
      case 'choice': {
        const starts = node.options.map((option) => this.compile(option, next));
        return starts.reduceRight((other, start) => this.add({ kind: 'split', next: start, other }));
      }
      case 'group': {
        const end = this.add({ kind: 'save', slot: 2 * node.index + 1, next });
        return this.add({ kind: 'save', slot: 2 * node.index, next: this.compile(node.body, end) });
      }
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ body, least, most, greedy }: Repeat, next: number): number {
    const groups = this.#countsRounds ? groupsOf(body) : undefined;
    const mayTakeNothing = groups !== undefined && isNullable(body);
    let start = next;
    if (most === Infinity) {
      const loop: Instruction = { kind: 'split', next: -1, other: -1 };
      const at = this.add(loop);
      // A round that takes nothing ends here, where the one after it would begin: no thread goes on from there.
      const inner = this.#round(body, groups, at);
      loop.next = greedy ? inner : next;
      loop.other = greedy ? next : inner;
      start = at;
    } else {
      for (let count = least; count < most; count++) {
        const inner = mayTakeNothing
          ? this.#optionalRound(body, groups, start)
          : this.#round(body, groups, start);
        start = this.add({ kind: 'split', next: greedy ? inner : next, other: greedy ? next : inner });
      }
    }
    for (let count = 0; count < least; count++) start = this.#round(body, groups, start);
    return start;
  }

  #round(body: RegexNode, groups: Groups | undefined, next: number): number {
    const start = this.compile(body, next);
    if (groups === undefined) return start;
    return this.add({ kind: 'clear', from: 2 * groups.first, to: 2 * groups.last + 2, next: start });
  }

  #optionalRound(body: RegexNode, groups: Groups | undefined, next: number): number {
    const round = this.#optionalRounds++;
    const end = this.add({ kind: 'leave', round, next });
    return this.add({ kind: 'enter', round, next: this.#round(body, groups, end) });
  }

  /** Sequences that share their end share its instructions. */
  #set(set: Parameters<typeof utf8Ranges>[0], next: number): number {
    const suffixes = new Map<string, number>();
    const starts = this.#rangesOf(set).map((sequence) => {
      let after = next;
      let key = '';
      for (const [from, to] of sequence.toReversed()) {
        key += `${from}-${to},`;
        let known = suffixes.get(key);
        if (known === undefined) {
          known = this.add({ kind: 'bytes', from, to, next: after });
          suffixes.set(key, known);
        }
        after = known;
      }
      return after;
    });
    if (starts.length === 0) return this.add({ kind: 'bytes', from: 1, to: 0, next });
    return starts.reduceRight((other, start) => this.add({ kind: 'split', next: start, other }));
  }
}

type Repeat = Extract<RegexNode, { kind: 'repeat' }>;

/** Numbers of the groups inside a node; they are numbered in order, so there is no gap. */
interface Groups {
  readonly first: number;
  readonly last: number;
}

function groupsOf(node: RegexNode): Groups | undefined {
  switch (node.kind) {
    case 'group':
      return { first: node.index, last: groupsOf(node.body)?.last ?? node.index };
    case 'repeat':
      return groupsOf(node.body);
    case 'sequence':
      return joined(node.parts);
    case 'choice':
      return joined(node.options);
    default:
      return undefined;
  }
}

function joined(nodes: readonly RegexNode[]): Groups | undefined {
  const found = nodes.map(groupsOf).filter((groups) => groups !== undefined);
  const [first, last] = [found.at(0), found.at(-1)];
  return first && last && { first: first.first, last: last.last };
}

/** Whether it matches where nothing is taken. */
function isNullable(node: RegexNode): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true;
    case 'set':
      return false;
    case 'group':
      return isNullable(node.body);
    case 'repeat':
      return node.least === 0 || isNullable(node.body);
    case 'sequence':
      return node.parts.every(isNullable);
    case 'choice':
      return node.options.some(isNullable);
  }
}
