import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import type { Cell, Vector } from '../vector.ts';
import { noRow, packedKeyOf } from './packedKey.ts';

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
  /** What does the same with a block's groups by its packed columns; undefined where these do not tell. */
  packed?(batch: Batch, groups: PackedGroups): AddPacked | undefined;
  write(group: number, out: ByteWriter): void;
  merge(group: number, from: ByteReader): void;
  result(group: number): Cell;
  /** Forgets all groups. */
  reset(): void;
}

/**
 * Takes in the records of a block that are in groups.
 * @param codes of the groups that some record is in
 * @param groupOf the number of each
 */
export type AddPacked = (codes: Uint32Array, groupOf: Uint32Array) => void;

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

/**
 * The same by a packed column: `add` is called for each value that a group has, with the number of records that have it, in the
 * order of the first of them. Undefined where there may be many values.
 */
export function addEachValue(
  batch: Batch,
  input: BatchExpression,
  packed: PackedGroups,
  add: (group: number, value: Value, vector: Vector, row: number, records: number) => void,
): AddPacked | undefined {
  const key = packedKeyOf(input.field(batch));
  const parts = key && packed.parts(key.numbers, key.size, key.known);
  if (key === undefined || parts === undefined) return undefined;
  return (codes, groupOf) => {
    const groups = new Map<number, number>();
    for (const [at, code] of codes.entries()) groups.set(code, groupOf[at]);
    const { field, rows } = key.vector(parts.codes.map((part) => part % key.size));
    for (const [at, part] of parts.codes.entries()) {
      const value = rows[at] === noRow ? null : field.value(rows[at]);
      const group = groups.get(Math.floor(part / key.size));
      if (value !== null && group !== undefined) add(group, value, field, rows[at], parts.counts[part]);
    }
  };
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
