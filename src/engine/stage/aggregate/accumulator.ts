import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell, Vector } from '../vector.ts';

/**
 * One aggregate of all groups: state by group number. What it has gathered can be written out and merged into another,
 * which makes partial aggregation in workers and spilling the same thing.
 */
export interface Accumulator {
  /** Bytes held, roughly. */
  readonly size: number;
  /** Makes room for this many groups. */
  reserve(groups: number): void;
  /** Takes the rows of a batch in; `groups[i]` is the group of the i-th selected row. */
  addBatch(batch: Batch, groups: Uint32Array): void;
  write(group: number, out: ByteWriter): void;
  merge(group: number, from: ByteReader): void;
  result(group: number): Cell;
  /** Forgets all groups. */
  reset(): void;
}

/** An accumulator that can be given single values: what DISTINCT needs. */
export interface ValueAccumulator extends Accumulator {
  /** Whether NULL is a value to it. */
  readonly takesNull?: boolean;
  /** @param value NULL only with `takesNull` */
  addValue(group: number, value: Value): void;
}

/** Calls `add` for each row whose value is not NULL. */
export function addEach(
  batch: Batch,
  groups: Uint32Array,
  input: BatchExpression,
  add: (group: number, value: Value, vector: Vector, row: number) => void,
): void {
  const vector = input.vector(batch);
  for (let i = 0; i < batch.count; i++) {
    const row = batch.selection[i];
    const value = vector.value(row);
    if (value !== null) add(groups[i], value, vector, row);
  }
}

/** An array of at least `length`, with what the old one held. */
export function grownDoubles(array: Float64Array, length: number): Float64Array {
  if (array.length >= length) return array;
  const larger = new Float64Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

/** Up to so many numbers an array is kept when it is emptied. */
const keptLength = 1 << 16;

/** An array of zeros: the same one, unless it is too large to keep. */
export function emptiedDoubles(array: Float64Array): Float64Array {
  return array.length > keptLength ? new Float64Array(16) : array.fill(0);
}

/** Bytes that a value takes on the heap, roughly. */
export function sizeOf(cell: Cell): number {
  if (typeof cell === 'string') return 24 + 2 * cell.length;
  return typeof cell === 'object' && cell !== null ? 100 : 16;
}
