import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf, resolve } from './operator/operators.ts';
import { Origins } from './origins.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
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
  const table = new SlotTable(new FieldList(), layout);
  const resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined });
  const origins = new Origins(resolver, function* (node) {
    if (node.kind === 'column') yield node;
  });
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        const column = testedIn(node);
        if (column === undefined) return;
        for (const field of origins.of(column, resolver.bind([column])))
          found.push({ column, path: origins.pathOf(field) });
      });
    }
    resolve(operator, resolver);
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
