import { RegexError, type Assertion, type RegexNode } from './syntax.ts';
import { utf8Ranges } from './utf8Ranges.ts';

/** What a thread of the automaton does; `next` and `other` are numbers of instructions. */
export type Instruction =
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number; next: number }
  /** Goes both ways, `next` preferred. */
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly kind: 'save'; readonly slot: number; next: number }
  | { readonly kind: 'match' };

/** A nondeterministic automaton over the bytes of UTF-8. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** Larger patterns are refused: counted repetitions are written out. */
const maxInstructions = 50_000;

/** @throws RegexError */
export function compileProgram(node: RegexNode): Program {
  const compiler = new Compiler();
  const match = compiler.add({ kind: 'match' });
  const start = compiler.compile(node, match);
  return { instructions: compiler.instructions, start };
}

/** Builds from the back: each part is given the instruction that follows it. */
class Compiler {
  readonly instructions: Instruction[] = [];

  add(instruction: Instruction): number {
    if (this.instructions.length === maxInstructions) throw new RegexError('it is too large');
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

  #repeat({ body, least, most, greedy }: Extract<RegexNode, { kind: 'repeat' }>, next: number): number {
    let start = next;
    if (most === Infinity) {
      const loop: Instruction = { kind: 'split', next: -1, other: -1 };
      const at = this.add(loop);
      const inner = this.compile(body, at);
      loop.next = greedy ? inner : next;
      loop.other = greedy ? next : inner;
      start = at;
    } else {
      for (let count = least; count < most; count++) {
        const inner = this.compile(body, start);
        start = this.add({ kind: 'split', next: greedy ? inner : next, other: greedy ? next : inner });
      }
    }
    for (let count = 0; count < least; count++) start = this.compile(body, start);
    return start;
  }

  /** Sequences that share their end share its instructions. */
  #set(set: Parameters<typeof utf8Ranges>[0], next: number): number {
    const suffixes = new Map<string, number>();
    const starts = utf8Ranges(set).map((sequence) => {
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
