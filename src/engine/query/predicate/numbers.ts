import { Kind } from '../../format/record.ts';
import type { ComparisonOperator } from '../syntax/tree.ts';
import { compareNumbers, toDouble, type Numeric } from '../value/decimal.ts';
import { joined, type AcceptsValue, type Mark, type ReadValue, type Selector } from './selector.ts';

/** Doubles from `low` to `high`, both included; empty where low > high. */
export interface DoubleRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The doubles for which `x op value` holds, as one range: every comparison but `<>` is one. Exact, since a double
 * stands for its shortest decimal form and rounding keeps order.
 */
export function rangeOf(operator: Exclude<ComparisonOperator, '<>'>, value: Numeric): DoubleRange {
  const nearest = toDouble(value);
  const finite = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, nearest));
  const order = compareNumbers(finite, value);
  switch (operator) {
    case '=':
      return order === 0 ? { low: nearest, high: nearest } : { low: 1, high: 0 };
    case '<':
      return { low: -Infinity, high: order < 0 ? nearest : below(nearest) };
    case '<=':
      return { low: -Infinity, high: order <= 0 ? nearest : below(nearest) };
    case '>':
      return { low: order > 0 ? nearest : above(nearest), high: Infinity };
    case '>=':
      return { low: order >= 0 ? nearest : above(nearest), high: Infinity };
  }
}

export function meet(a: DoubleRange, b: DoubleRange): DoubleRange {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The next double up. */
function above(value: number): number {
  if (value === Infinity) return value;
  if (value === 0) return Number.MIN_VALUE;
  double[0] = value;
  bits[0] += value > 0 ? 1n : -1n;
  return double[0];
}

/** The next double down. */
function below(value: number): number {
  return -above(-value);
}

/** Records whose number lies in the range (or outside of it). */
export function selectRange(
  field: number,
  range: DoubleRange,
  inside: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const { low, high } = range;
  return {
    cost: 1,
    mark: (block) => block.fields[field].markRange(low, high, inside),
    select(block, selection, count) {
      const column = block.fields[field];
      // What is selected of all is all that is looked at in what follows.
      const chosen = count === block.count ? column.inRange(low, high, inside) : undefined;
      if (chosen) {
        selection.set(chosen.records);
        count = chosen.records.length;
        if (chosen.exact) return count;
      }
      const { numbers, kinds } = column;
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const value = numbers[record];
        if (value === value) {
          selection[kept] = record;
          kept += (value >= low && value <= high) === inside ? 1 : 0;
        } else if (kinds[record] > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}

/** Going through a packed column so often takes no longer than unpacking it. */
const mostPoints = 8;

/** Records whose number is (or is not) one of a set. */
export function selectNumberIn(
  field: number,
  values: ReadonlySet<number>,
  inside: boolean,
  readValue: ReadValue,
  accepts: AcceptsValue,
): Selector {
  const points = [...values].map(
    (value): Mark =>
      (block) =>
        block.fields[field].markRange(value, value, inside),
  );
  return {
    cost: 3,
    mark: points.length > 0 && points.length <= mostPoints ? joined(points, !inside) : undefined,
    select(block, selection, count) {
      const { numbers, kinds } = block.fields[field];
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const record = selection[i];
        const value = numbers[record];
        if (value === value) {
          selection[kept] = record;
          kept += values.has(value) === inside ? 1 : 0;
        } else if (kinds[record] > Kind.Null && accepts(readValue(block, record))) {
          selection[kept++] = record;
        }
      }
      return kept;
    },
  };
}
