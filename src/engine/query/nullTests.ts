import { fieldTests, type FieldTest } from './fieldTests.ts';
import type { Layout } from './layout.ts';
import type { Expression, Query } from './syntax/tree.ts';

/** Where a query asks of fields of the file, as they stand, whether they are NULL: `IS NULL`, `coalesce` and `count`. */
export function nullTests(query: Query, layout: Layout): FieldTest[] {
  return fieldTests(query, layout, { inNode: testedIn });
}

const tests: ReadonlySet<string> = new Set(['coalesce', 'ifnull', 'count']);

function testedIn(node: Expression): readonly (Expression | undefined)[] {
  if (node.kind === 'is' && node.test === 'null') return [node.operand];
  return node.kind === 'call' && tests.has(node.name.name.toLowerCase()) ? [node.arguments.at(0)] : [];
}
