import type { Marks, RecordBlock } from '../../format/record.ts';
import type { Value } from '../value/value.ts';

/** Where a block's first record stands in the file. */
export interface Origin {
  /** Records before the block. */
  readonly record: number;
  /** Lines before the block. */
  readonly line: number;
}

/**
 * Narrows `selection` (ascending record indices, the first `count` of which count) in place to the records for
 * which a condition is true; answers how many are left.
 */
export type Select = (block: RecordBlock, selection: Uint32Array, count: number, origin: Origin) => number;

/**
 * The records of a block for which a condition is true: a set, all of them (`true`) or none (`false`). Undefined where the
 * block's columns cannot tell without going through the values one by one.
 */
export type Mark = (block: RecordBlock) => Marks | boolean | undefined;

/** A condition that can be asked of a block. */
export interface Selector {
  /** Rough nanoseconds a record: cheaper conditions of an AND are asked first. */
  readonly cost: number;
  readonly select: Select;
  /** The same of all records at once, for packed columns. */
  readonly mark?: Mark | undefined;
}

/** All conditions hold: each sees only what the cheaper ones left. */
export function allOf(selectors: readonly Selector[]): Selector {
  const ordered = selectors.toSorted((a, b) => a.cost - b.cost);
  return {
    cost: ordered.reduce((sum, selector) => sum + selector.cost, 0),
    mark: joinedOf(ordered, true),
    select(block, selection, count, origin) {
      let left = count;
      let rest = ordered;
      // Those that can be told of all records at once come first.
      if (count === block.count && ordered.length > 1) {
        const marked = ordered.map(({ mark }) => mark?.(block));
        const known = meetOf(marked.filter((marks) => marks !== undefined));
        rest = ordered.filter((_, at) => marked[at] === undefined);
        left = narrow(known, selection, count);
      }
      for (const selector of rest) {
        if (left === 0) break;
        left = selector.select(block, selection, left, origin);
      }
      return left;
    },
  };
}

/** All conditions, where each can be told of all records at once, or one of them. */
function joinedOf(selectors: readonly Selector[], every: boolean): Mark | undefined {
  const marks = selectors.flatMap(({ mark }) => mark ?? []);
  return marks.length === selectors.length ? joined(marks, every) : undefined;
}

/** What is in every set, or else in one of them. */
export function joined(marks: readonly Mark[], every: boolean): Mark {
  return (block) => {
    let all: Marks | boolean = every;
    for (const mark of marks) {
      const own = mark(block);
      if (own === undefined || own === !every) return own;
      if (own !== every) all = join(all, own, every);
    }
    return all;
  };
}

function meetOf(sets: readonly (Marks | boolean)[]): Marks | boolean {
  let all: Marks | boolean = true;
  for (const own of sets) {
    if (own === false) return false;
    if (own !== true) all = join(all, own, true);
  }
  return all;
}

/** @param all made before `own` */
function join(all: Marks | boolean, own: Marks | boolean, every: boolean): Marks | boolean {
  if (typeof all === 'boolean' || typeof own === 'boolean') return own;
  return every ? all.and(own) : all.or(own);
}

/** Leaves of the selection, which is of all records, those of a set; answers how many there are. */
export function narrow(marks: Marks | boolean, selection: Uint32Array, count: number): number {
  if (typeof marks === 'boolean') return marks ? count : 0;
  return marks.list(selection);
}

/** One condition holds: each sees only what the cheaper ones did not take. */
export function anyOf(selectors: readonly Selector[]): Selector {
  const ordered = selectors.toSorted((a, b) => a.cost - b.cost);
  let taken = new Uint8Array(0);
  let rest = new Uint32Array(0);
  let trial = new Uint32Array(0);
  return {
    cost: ordered.reduce((sum, selector) => sum + selector.cost, 2),
    mark: joinedOf(ordered, false),
    select(block, selection, count, origin) {
      if (taken.length < block.count) {
        taken = new Uint8Array(block.count);
        rest = new Uint32Array(block.count);
        trial = new Uint32Array(block.count);
      }
      let left = count;
      rest.set(selection.subarray(0, count));
      for (const [at, selector] of ordered.entries()) {
        if (left === 0) break;
        trial.set(rest.subarray(0, left));
        const found = selector.select(block, trial, left, origin);
        for (let i = 0; i < found; i++) taken[trial[i]] = 1;
        if (at < ordered.length - 1) left = keep(rest, left, taken, 0);
      }
      const kept = keep(selection, count, taken, 1);
      taken.fill(0, 0, block.count);
      return kept;
    },
  };
}

function keep(selection: Uint32Array, count: number, marks: Uint8Array, mark: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const record = selection[i];
    selection[kept] = record;
    kept += marks[record] === mark ? 1 : 0;
  }
  return kept;
}

/** A condition that is the same for all records. */
export function constantly(holds: boolean): Selector {
  return { cost: 0, mark: () => holds, select: (_block, _selection, count) => (holds ? count : 0) };
}

/** Reads the value of a field. */
export type ReadValue = (block: RecordBlock, record: number) => Value;

/** Whether the condition holds for a value: what decides where a field is not what the fast way expects. */
export type AcceptsValue = (value: Value) => boolean;
