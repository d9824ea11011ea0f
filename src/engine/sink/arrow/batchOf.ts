import { Batch, type DataType } from '@uwdata/flechette';
import type { TypedColumn } from '../typed/column.ts';

/** A column as Arrow lays it out. */
export function batchOf(column: TypedColumn, type: DataType): Batch<unknown> {
  const { length, nulls, present } = column;
  const base = { length, nullCount: nulls, type, validity: nulls > 0 ? bitsOf(present) : new Uint8Array(0) };
  switch (column.kind) {
    case 'boolean':
      return new Batch({ ...base, values: bitsOf(column.values) });
    case 'decimal':
      return new Batch({ ...base, values: wordsOf(column.values) });
    case 'text':
      return new Batch({ ...base, values: column.bytes, offsets: column.offsets });
    case 'list':
      return new Batch({ ...base, offsets: column.offsets, children: childrenOf([column.items], type) });
    case 'struct':
      return new Batch({ ...base, children: childrenOf([...column.members.values()], type) });
    default:
      return new Batch({ ...base, values: column.values });
  }
}

function childrenOf(columns: readonly TypedColumn[], type: DataType): Batch<unknown>[] {
  const fields = 'children' in type ? type.children : [];
  return columns.map((column, at) => batchOf(column, fields[at].type));
}

/** A bit for each, the lowest of each byte first. */
function bitsOf(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let at = 0; at < values.length; at++) if (values[at] === 1) bits[at >> 3] |= 1 << (at & 7);
  return bits;
}

/** Numbers of 128 bits, the lowest 64 of each first. */
function wordsOf(values: readonly bigint[]): BigUint64Array {
  const words = new BigUint64Array(values.length * 2);
  for (const [at, value] of values.entries()) {
    words[2 * at] = BigInt.asUintN(64, value);
    words[2 * at + 1] = BigInt.asUintN(64, value >> 64n);
  }
  return words;
}
