import { classify } from './byteClasses.ts';
import { holds, Side, sideOf } from './place.ts';
import type { Program } from './program.ts';

/** States kept at most; then all are forgotten and made anew as they are met. */
const maxStates = 4000;

const unknown = 0;
const dead = 1;
const accepting = 2;
const firstState = 3;

/**
 * Says whether a program matches somewhere in a text: a deterministic automaton whose states are made when they are
 * first reached (RE2's lazy DFA). One step a byte, whatever the pattern.
 *
 * A state is the set of instructions before the next byte, with nothing followed that takes no byte: only with the
 * byte do assertions such as \b have an answer.
 */
export class LazyDfa {
  readonly #program: Program;
  /** Class of each byte: bytes that no instruction tells apart have the same. */
  readonly #classes: Uint8Array;
  readonly #classCount: number;
  /** A byte of each class. */
  readonly #samples: readonly number[];
  readonly #anchored: boolean;
  #table: Int32Array;
  #states: {
    readonly threads: readonly number[];
    readonly before: Side;
    acceptsAtEnd: boolean | undefined;
  }[] = [];
  #numbers = new Map<string, number>();
  #start = unknown;
  readonly #seen: Uint32Array;
  #generation = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#classes = new Uint8Array(256);
    this.#samples = classify(program, this.#classes);
    this.#classCount = this.#samples.length;
    this.#anchored = beginsAtStart(program);
    this.#seen = new Uint32Array(program.instructions.length);
    this.#table = new Int32Array(64 * this.#classCount);
    this.#forget();
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    const classes = this.#classes;
    const count = this.#classCount;
    let table = this.#table;
    let state = this.#start;
    for (let at = start; at < end; at++) {
      let next = table[state * count + classes[bytes[at]]];
      if (next < firstState) {
        if (next === unknown) {
          next = this.#step(state, classes[bytes[at]]);
          table = this.#table;
        }
        if (next === accepting) return true;
        if (next === dead) return false;
      }
      state = next;
    }
    return this.#acceptsAtEnd(state);
  }

  #forget(): void {
    this.#states = [];
    this.#numbers = new Map();
    this.#table.fill(unknown);
    this.#start = this.#state([this.#program.start], Side.Edge);
  }

  #state(threads: readonly number[], before: Side): number {
    const key = `${before}:${threads.join()}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#states.length + firstState;
      this.#states.push({ threads, before, acceptsAtEnd: undefined });
      this.#numbers.set(key, number);
      if ((number + 1) * this.#classCount > this.#table.length) {
        const larger = new Int32Array(this.#table.length * 2);
        larger.set(this.#table);
        this.#table = larger;
      }
    }
    return number;
  }

  #step(state: number, byteClass: number): number {
    const { threads, before } = this.#states[state - firstState];
    const byte = this.#samples[byteClass];
    const side = sideOf(byte);
    const next = new Set<number>();
    const matched = this.#follow(threads, before, side, (at) => {
      const instruction = this.#program.instructions[at];
      if (instruction.kind === 'bytes' && byte >= instruction.from && byte <= instruction.to)
        next.add(instruction.next);
    });
    let result: number;
    if (matched) {
      result = accepting;
    } else if (this.#anchored && next.size === 0) {
      result = dead;
    } else {
      if (!this.#anchored) next.add(this.#program.start);
      const sorted = [...next].sort((a, b) => a - b);
      if (this.#states.length >= maxStates) {
        this.#forget();
        return this.#state(sorted, side);
      }
      result = this.#state(sorted, side);
    }
    this.#table[state * this.#classCount + byteClass] = result;
    return result;
  }

  #acceptsAtEnd(state: number): boolean {
    const known = this.#states[state - firstState];
    known.acceptsAtEnd ??= this.#follow(known.threads, known.before, Side.Edge, () => undefined);
    return known.acceptsAtEnd;
  }

  /** Follows what takes no byte; `visit` gets what does. True as soon as the match is reached. */
  #follow(threads: readonly number[], before: Side, after: Side, visit: (at: number) => void): boolean {
    this.#generation++;
    const stack = [...threads];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#seen[at] === this.#generation) continue;
      this.#seen[at] = this.#generation;
      const instruction = this.#program.instructions[at];
      switch (instruction.kind) {
        case 'match':
          return true;
        case 'bytes':
          visit(at);
          break;
        case 'split':
          stack.push(instruction.next, instruction.other);
          break;
        case 'save':
        case 'clear':
        case 'enter':
        case 'leave':
          stack.push(instruction.next);
          break;
        case 'assert':
          if (holds(instruction.assertion, before, after)) stack.push(instruction.next);
      }
    }
    return false;
  }
}

/** Whether every way through the program passes ^ first: then it is of no use to begin again further on. */
function beginsAtStart({ instructions, start }: Program): boolean {
  const stack = [start];
  const seen = new Set<number>();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const instruction = instructions[at];
    if (instruction.kind === 'match' || instruction.kind === 'bytes') return false;
    if (instruction.kind === 'assert' && instruction.assertion === 'begin') continue;
    stack.push(instruction.next);
    if (instruction.kind === 'split') stack.push(instruction.other);
  }
  return true;
}
