import type { RecordBlock } from '../../format/record.ts';
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

/** A condition that can be asked of a block. */
export interface Selector {
  /** Rough nanoseconds a record: cheaper conditions of an AND are asked first. */
  readonly cost: number;
  readonly select: Select;
}

/** All conditions hold: each sees only what the cheaper ones left. */
export function allOf(selectors: readonly Selector[]): Selector {
  const ordered = selectors.toSorted((a, b) => a.cost - b.cost);
  return {
    cost: ordered.reduce((sum, selector) => sum + selector.cost, 0),
    select(block, selection, count, origin) {
      let left = count;
      for (const selector of ordered) {
        if (left === 0) break;
        left = selector.select(block, selection, left, origin);
      }
      return left;
    },
  };
}

/** One condition holds: each sees only what the cheaper ones did not take. */
export function anyOf(selectors: readonly Selector[]): Selector {
  const ordered = selectors.toSorted((a, b) => a.cost - b.cost);
  let taken = new Uint8Array(0);
  let rest = new Uint32Array(0);
  let trial = new Uint32Array(0);
  return {
    cost: ordered.reduce((sum, selector) => sum + selector.cost, 2),
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
  return { cost: 0, select: (_block, _selection, count) => (holds ? count : 0) };
}

/** Reads the value of a field. */
export type ReadValue = (block: RecordBlock, record: number) => Value;

/** Whether the condition holds for a value: what decides where a field is not what the fast way expects. */
export type AcceptsValue = (value: Value) => boolean;
