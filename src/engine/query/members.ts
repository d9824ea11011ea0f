import type { FieldRequest } from '../format/record.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A column of which a query asks for a member. */
export interface MemberColumn {
  readonly column: Column;
  readonly path: FieldRequest['path'];
}

/** Where a query asks for members of fields of the file, in the order of its text. */
export function memberColumns({ operators }: Query, layout: Layout): MemberColumn[] {
  const found: MemberColumn[] = [];
  const origins = new Origins(layout, () => []);
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (column) => {
        const path = column.kind === 'column' ? origins.placeOf(column) : undefined;
        if (column.kind === 'column' && path !== undefined && path.length > 1) found.push({ column, path });
      });
    }
    origins.pass(operator);
  }
  return found;
}
