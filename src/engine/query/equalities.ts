import type { Expression } from './syntax/tree.ts';
import { shapeOf } from './syntax/walk.ts';

interface Equalities {
  readonly operand: Expression;
  readonly items: Expression[];
  /** The place of the first one. */
  readonly at: number;
}

/**
 * `a = 1 OR a = 2 OR ...` as one `a IN (1, 2, ...)`, and `a <> 1 AND a <> 2 AND ...` as one `a NOT IN (1, 2, ...)`: a
 * chain of thousands, as other programs write them, is looked up instead of tried one by one. The operand may be any
 * expression; it is computed once instead of once an item.
 */
export function joinEqualities(
  operands: readonly Expression[],
  operator: 'and' | 'or',
): readonly Expression[] {
  if (operands.length < 3) return operands;
  const wanted = operator === 'or' ? '=' : '<>';
  const joined: Expression[] = [];
  const lists = new Map<string, Equalities>();
  for (const operand of operands) {
    const item =
      operand.kind === 'comparison' && operand.operator === wanted && operand.right.kind === 'literal'
        ? operand.right
        : undefined;
    if (operand.kind !== 'comparison' || item === undefined || item.value === null) {
      joined.push(operand);
      continue;
    }
    // One list for each type of literal: those are the ones that can be looked up in the bytes of a record.
    const key = `${typeof item.value} ${shapeOf(operand.left)}`;
    const list = lists.get(key);
    if (list === undefined) {
      lists.set(key, { operand: operand.left, items: [item], at: joined.push(operand) - 1 });
    } else {
      list.items.push(item);
    }
  }
  for (const { operand, items, at } of lists.values()) {
    const { from, to } = operand;
    if (items.length < 3) {
      for (const item of items.slice(1)) {
        joined.push({ kind: 'comparison', operator: wanted, left: operand, right: item, from, to });
      }
    } else {
      joined[at] = { kind: 'in', operand, items, negated: operator === 'and', from, to };
    }
  }
  return joined;
}
