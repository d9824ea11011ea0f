import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A field of which a query asks whether it is NULL. */
export interface NullTest {
  readonly column: Column;
  readonly path: FieldRequest['path'];
}

/** Where a query asks of fields of the file, as they stand, whether they are NULL: `IS NULL`, `coalesce` and `count`. */
export function nullTests({ operators }: Query, layout: Layout): NullTest[] {
  const found: NullTest[] = [];
  const origins = new Origins(layout, function* (node) {
    if (node.kind === 'column') yield node;
  });
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        const column = testedIn(node);
        if (column === undefined) return;
        for (const field of origins.of(column)) found.push({ column, path: origins.pathOf(field) });
      });
    }
    origins.pass(operator);
  }
  return found;
}

const tests: ReadonlySet<string> = new Set(['coalesce', 'ifnull', 'count']);

function testedIn(node: Expression): Column | undefined {
  const isCall = node.kind === 'call' && tests.has(node.name.name.toLowerCase());
  const operand =
    node.kind === 'is' && node.test === 'null' ? node.operand : isCall ? node.arguments.at(0) : undefined;
  return operand?.kind === 'column' ? operand : undefined;
}
