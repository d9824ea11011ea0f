import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A field of which a query asks whether it is true. */
export interface TruthTest {
  readonly column: Column;
  readonly path: FieldRequest['path'];
}

/** Where a query takes fields of the file, as they stand, for conditions or compares them with booleans. */
export function truthTests({ operators }: Query, layout: Layout): TruthTest[] {
  const found: TruthTest[] = [];
  const origins = new Origins(layout, function* (node) {
    if (node.kind === 'column') yield node;
  });
  const test = (node: Expression | undefined): void => {
    if (node?.kind !== 'column') return;
    for (const field of origins.of(node)) found.push({ column: node, path: origins.pathOf(field) });
  };
  for (const operator of operators) {
    if (operator.kind === 'where') test(operator.condition);
    for (const { expression } of expressionsOf(operator))
      visitExpression(expression, (node) => testedIn(node).forEach(test));
    origins.pass(operator);
  }
  return found;
}

const ofConditions: ReadonlySet<string> = new Set(['count_if', 'bool_and', 'bool_or']);

function testedIn(node: Expression): readonly (Expression | undefined)[] {
  switch (node.kind) {
    case 'logical':
      return node.operands;
    case 'not':
      return [node.operand];
    case 'is':
      return node.test === 'null' ? [] : [node.operand];
    case 'comparison':
      if (isBoolean(node.left)) return [node.right];
      return isBoolean(node.right) ? [node.left] : [];
    case 'case':
      return node.operand === undefined ? node.branches.map(({ when }) => when) : [];
    case 'call':
      return [node.filter, ...(ofConditions.has(node.name.name.toLowerCase()) ? node.arguments : [])];
    default:
      return [];
  }
}

function isBoolean(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'boolean';
}
