import { Kind, type FieldColumn } from '../record.ts';
import { numberIn, type NumberForm } from './writtenNumber.ts';

/** What is needed of a `FieldColumn`. */
export type NumberColumn = Pick<FieldColumn, 'kinds' | 'starts' | 'ends' | 'numbers'>;

/** Sets what `FieldColumn.numbers` says of a column whose numbers are written in this form. */
export function readNumbers(
  bytes: Uint8Array,
  { kinds, starts, ends, numbers }: NumberColumn,
  form: NumberForm,
): void {
  for (let record = 0; record < numbers.length; record++) {
    const isText = kinds[record] === Kind.Text;
    numbers[record] = isText ? numberIn(bytes, starts[record], ends[record], form) : NaN;
  }
}
