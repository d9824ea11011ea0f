import { holds, Side, sideOf } from './place.ts';
import type { Program } from './program.ts';

/** Begin and end of the match and of each group, in bytes; -1 where a group took no part. */
export type Captures = readonly number[];

interface Thread {
  readonly at: number;
  readonly captures: Captures;
}

/**
 * The leftmost match at or after `from`, of several that begin there the one that Perl would prefer: Pike's
 * simulation, all threads in step, in their order of preference. Linear in the text.
 */
export function findMatch(
  program: Program,
  bytes: Uint8Array,
  from: number,
  groups: number,
): Captures | undefined {
  const { instructions, start } = program;
  const none: Captures = new Array<number>(2 * (groups + 1)).fill(-1);
  const seen = new Uint32Array(instructions.length);
  let generation = 0;
  let threads: Thread[] = [];
  let matched: Captures | undefined;

  for (let place = from; ; place++) {
    const before = place === 0 ? Side.Edge : sideOf(bytes[place - 1]);
    const after = place === bytes.length ? Side.Edge : sideOf(bytes[place]);
    // A later beginning is of interest only while no earlier one has led anywhere.
    if (matched === undefined && after !== Side.Middle)
      threads.push({ at: start, captures: none.with(0, place) });
    const next: Thread[] = [];
    generation++;
    for (const thread of threads) {
      const reached = advance(thread, place, before, after, next);
      if (reached !== undefined) {
        matched = reached.with(1, place);
        break;
      }
    }
    if (place === bytes.length || (next.length === 0 && matched !== undefined)) return matched;
    threads = next;
  }

  /** Follows a thread to the next byte; answers its captures where it reaches the match first. */
  function advance(
    { at: first, captures: initial }: Thread,
    place: number,
    before: Side,
    after: Side,
    next: Thread[],
  ): Captures | undefined {
    const stack: Thread[] = [{ at: first, captures: initial }];
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      const { at, captures } = thread;
      if (seen[at] === generation) continue;
      seen[at] = generation;
      const instruction = instructions[at];
      switch (instruction.kind) {
        case 'match':
          return captures;
        case 'bytes':
          if (place < bytes.length && bytes[place] >= instruction.from && bytes[place] <= instruction.to) {
            next.push({ at: instruction.next, captures });
          }
          break;
        case 'split':
          stack.push({ at: instruction.other, captures }, { at: instruction.next, captures });
          break;
        case 'save':
          stack.push({ at: instruction.next, captures: captures.with(instruction.slot, place) });
          break;
        case 'assert':
          if (holds(instruction.assertion, before, after)) stack.push({ at: instruction.next, captures });
          break;
        default:
          throw new TypeError(`findMatch takes programs with RE2's rounds, not ${instruction.kind}`);
      }
    }
    return undefined;
  }
}
