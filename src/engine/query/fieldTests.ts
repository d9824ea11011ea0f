import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Expression, Operator, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A field of which a query asks something. */
export interface FieldTest {
  readonly column: Column;
  readonly path: FieldRequest['path'];
}

/** Of what a node, or an operator, asks; what is no column is passed over. */
export interface Tested {
  readonly inNode: (node: Expression) => readonly (Expression | undefined)[];
  readonly inOperator?: (operator: Operator) => readonly Expression[];
}

/** Where a query asks something of fields of the file, as they stand. */
export function fieldTests(
  { operators }: Query,
  layout: Layout,
  { inNode, inOperator = () => [] }: Tested,
): FieldTest[] {
  const found: FieldTest[] = [];
  const origins = new Origins(layout, function* (node) {
    if (node.kind === 'column') yield node;
  });
  const test = (node: Expression | undefined): void => {
    if (node?.kind !== 'column') return;
    for (const field of origins.of(node)) found.push({ column: node, path: origins.pathOf(field) });
  };
  for (const operator of operators) {
    inOperator(operator).forEach(test);
    for (const { expression } of expressionsOf(operator))
      visitExpression(expression, (node) => inNode(node).forEach(test));
    origins.pass(operator);
  }
  return found;
}
