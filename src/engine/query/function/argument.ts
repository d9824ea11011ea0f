import { asNumber } from '../value/compare.ts';
import { toDouble } from '../value/decimal.ts';
import { textOf, type Value } from '../value/value.ts';

/** A value that is not NULL as text; a number or a time is written out. */
export function text(value: Value): string {
  return value === null ? '' : textOf(value);
}

/** A whole number, undefined where the value is none. */
export function whole(value: Value): number | undefined {
  const number = asNumber(value);
  return number === undefined ? undefined : Math.round(toDouble(number));
}

/** Those of values that are not NULL. */
export function textsOf(values: readonly Value[]): string[] {
  return values.flatMap((value) => (value === null ? [] : [textOf(value)]));
}
