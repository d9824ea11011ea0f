import type { CodedValues, WholeNumbers } from '../../format/fieldColumn.ts';
import type { Marks } from '../../format/record.ts';
import type { PackedNumbers } from '../../kernel/packed.ts';
import type { Unescape } from '../../query/fieldText.ts';
import { FieldVector } from '../vector.ts';

/** A grouping expression that is a packed column. */
export interface PackedKey {
  /** What groups are divided by, see `PackedGroups.divide`. */
  readonly numbers: PackedNumbers;
  readonly size: number;
  readonly known: Marks | boolean;
  /** Some of these numbers as rows of a vector. */
  vector(numbers: Uint32Array): KeyVector;
}

export interface KeyVector {
  readonly field: FieldVector;
  /** Of each number, its row there; `noRow` where it stands for records without a value. */
  readonly rows: Uint32Array;
}

export const noRow = 0xffffffff;

/** Undefined where the field is not packed so that there may be few values. */
export function packedKeyOf(field: FieldVector | undefined): PackedKey | undefined {
  if (field === undefined) return undefined;
  const { coded, wholes } = field.column;
  if (coded) return codedKey(coded, field.unescape);
  return wholes && wholeKey(wholes, field.unescape);
}

function codedKey({ packed, count, values, bytes }: CodedValues, unescape: Unescape): PackedKey {
  const field = new FieldVector(bytes, values, unescape);
  return {
    numbers: packed,
    size: count,
    known: true,
    vector: (rows) => ({ field, rows }),
  };
}

function wholeKey(wholes: WholeNumbers, unescape: Unescape): PackedKey {
  const known = wholes.known();
  const nothing = wholes.most + 1;
  return {
    numbers: wholes.packed,
    size: known === true ? nothing : nothing + 1,
    known,
    vector(numbers) {
      const { column, bytes } = wholes.values(numbers.filter((number) => number < nothing));
      let row = 0;
      return {
        field: new FieldVector(bytes, column, unescape),
        rows: numbers.map((number) => (number < nothing ? row++ : noRow)),
      };
    },
  };
}
