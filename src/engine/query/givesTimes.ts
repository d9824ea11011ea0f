import { scalarFunctions } from './function/index.ts';
import type { Slot } from './resolve/slot.ts';
import type { Bound } from './resolve/step.ts';
import type { Expression } from './syntax/tree.ts';
import { someExpression } from './syntax/walk.ts';
import { Interval, Timestamp } from './value/time.ts';

/** Whether an expression gives an interval for sure: one that is written, or the difference of two times. */
export function givesInterval(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.value instanceof Interval;
    case 'cast':
      return expression.type === 'interval';
    case 'negative':
      return givesInterval(expression.operand);
    case 'arithmetic': {
      const { operator, left, right } = expression;
      const [isLeft, isRight] = [givesInterval(left), givesInterval(right)];
      if (operator === '-' && !isLeft && !isRight) return mayGiveTimes(left) && mayGiveTimes(right);
      return operator === '*' ? isLeft || isRight : isLeft && isRight;
    }
    default:
      return false;
  }
}

/**
 * Whether an expression may give times. A field of a file does not: its text is only compared as one.
 * @param made what is known of columns that an earlier step may have computed; undefined where there is none
 */
export function mayGiveTimes(
  expression: Expression,
  made?: { readonly bound: Bound; readonly slots: readonly Slot[] },
): boolean {
  const isMade = (slot: number | undefined): boolean => {
    if (slot === undefined || made === undefined) return false;
    const { source, rowsOf } = made.slots[slot];
    return source.kind === 'computed' && rowsOf === undefined;
  };
  return someExpression(expression, (node) => {
    switch (node.kind) {
      case 'literal':
        return node.value instanceof Timestamp || node.value instanceof Interval;
      case 'cast':
        return node.type === 'timestamp' || node.type === 'date';
      case 'column':
        return isMade(made?.bound.columns.get(node)?.slot);
      case 'call':
        return (
          scalarFunctions.get(node.name.name.toLowerCase())?.gives === 'timestamp' ||
          isMade(made?.bound.calls.get(node))
        );
      default:
        return false;
    }
  });
}
