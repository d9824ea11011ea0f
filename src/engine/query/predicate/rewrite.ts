import type { ComparisonOperator, Expression } from '../syntax/tree.ts';
import { shapeOf } from '../syntax/walk.ts';

/**
 * `a = 1 OR a = 2 OR …` as one `a IN (1, 2, …)`: a chain of thousands, as other programs write them, is looked up
 * and not tried one by one.
 */
export function joinEqualities(operands: readonly Expression[]): readonly Expression[] {
  if (operands.length < 3) return operands;
  const joined: Expression[] = [];
  const lists = new Map<string, { items: Expression[]; at: number; operand: Expression }>();
  for (const operand of operands) {
    const isEquality =
      operand.kind === 'comparison' && operand.operator === '=' && operand.left.kind === 'column';
    if (!isEquality || operand.right.kind !== 'literal' || operand.right.value === null) {
      joined.push(operand);
      continue;
    }
    const key = `${typeof operand.right.value} ${shapeOf(operand.left)}`;
    const list = lists.get(key);
    if (list === undefined)
      lists.set(key, { items: [operand.right], at: joined.push(operand) - 1, operand: operand.left });
    else list.items.push(operand.right);
  }
  for (const { items, at, operand } of lists.values()) {
    if (items.length < 3) for (const item of items.slice(1)) joined.push(equality(operand, item));
    else joined[at] = { kind: 'in', operand, items, negated: false, from: operand.from, to: operand.to };
  }
  return joined;
}

function equality(left: Expression, right: Expression): Expression {
  return { kind: 'comparison', operator: '=', left, right, from: left.from, to: right.to };
}

/** The operator with its sides exchanged, and with its answer turned around where false is wanted. */
export function mirror(operator: ComparisonOperator, flipped: boolean, wanted: boolean): ComparisonOperator {
  const sided = flipped ? exchanged[operator] : operator;
  return wanted ? sided : opposite[sided];
}

const exchanged: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const opposite: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
