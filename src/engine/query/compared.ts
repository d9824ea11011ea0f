import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf, resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Column, Expression, Literal, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A field of the file that is compared as it stands with a value that the query writes. */
export interface ComparedField {
  readonly column: Column;
  readonly literal: Literal;
  /** Whether it is asked which of the two comes first. */
  readonly isOrder: boolean;
  readonly path: FieldRequest['path'];
}

/** Where a query compares fields of the file with values that it writes, in the order of its text. */
export function comparedFields({ operators }: Query, layout: Layout): ComparedField[] {
  const found: ComparedField[] = [];
  const table = new SlotTable(new FieldList(), layout);
  const resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined });
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      const compared: Compared[] = [];
      visitExpression(expression, (node) => compared.push(...comparedIn(node)));
      for (const { column, literal, isOrder } of compared) {
        if (literal.kind !== 'literal') continue;
        const path = fieldOf(column);
        if (path !== undefined) found.push({ column, literal, isOrder, path });
      }
    }
    resolve(operator, resolver);
  }
  return found;

  /** Which field of the file a column is; undefined where it is something else. */
  function fieldOf(column: Column): FieldRequest['path'] | undefined {
    const slot = resolver.bind([column]).columns.get(column)?.slot;
    const source = slot === undefined ? undefined : table.slots[slot].source;
    return source?.kind === 'field' ? table.fields.requests()[source.field].path : undefined;
  }
}

interface Compared {
  readonly column: Column;
  readonly literal: Expression;
  readonly isOrder: boolean;
}

function* comparedIn(node: Expression): Generator<Compared> {
  switch (node.kind) {
    case 'comparison': {
      const isOrder = node.operator !== '=' && node.operator !== '<>';
      for (const [one, other] of [
        [node.left, node.right],
        [node.right, node.left],
      ])
        if (one.kind === 'column') yield { column: one, literal: other, isOrder };
      break;
    }
    case 'between':
      if (node.operand.kind !== 'column') break;
      for (const literal of [node.low, node.high]) yield { column: node.operand, literal, isOrder: true };
      break;
    case 'in':
      if (node.operand.kind !== 'column') break;
      for (const literal of node.items) yield { column: node.operand, literal, isOrder: false };
      break;
    default:
  }
}
