import { fieldTests, type FieldTest } from './fieldTests.ts';
import type { Layout } from './layout.ts';
import type { Expression, Query } from './syntax/tree.ts';

/** Where a query takes fields of the file, as they stand, for conditions or compares them with booleans. */
export function truthTests(query: Query, layout: Layout): FieldTest[] {
  return fieldTests(query, layout, {
    inNode: testedIn,
    inOperator: (operator) => (operator.kind === 'where' ? [operator.condition] : []),
  });
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
