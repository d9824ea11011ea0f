import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Call, Expression, OperatorKind, Query } from './syntax/tree.ts';
import { aggregateNames } from './function/index.ts';
import { visitExpression } from './syntax/walk.ts';

/** One value of all rows of a table: `sum(price * 2)`. */
export interface Summed {
  readonly call: Call;
  /** By their index, the columns that it is computed from. */
  readonly columns: ReadonlySet<number>;
  /** Those of which conditions have chosen rows. */
  readonly chosen: ReadonlySet<number>;
}

/** Operators after which a row of the table is still a row, unless a condition has left it out. */
const keepsRows: ReadonlySet<OperatorKind> = new Set([
  ...(['where', 'select', 'extend', 'set', 'drop', 'rename', 'order by', 'as', 'fill'] as const),
]);

/** Where a query makes one value of all rows of the file, without groups. */
export function summedColumns({ operators }: Query, layout: Layout): Summed[] {
  const found: Summed[] = [];
  const chosen = new Set<number>();
  const origins = new Origins(layout, columnsIn);
  const columnsOf = (node: Expression): number[] =>
    [...origins.of(node)].flatMap((field) => {
      const [column] = origins.pathOf(field);
      return typeof column === 'number' ? [column] : [];
    });
  for (const operator of operators) {
    if (operator.kind === 'where') for (const column of columnsOf(operator.condition)) chosen.add(column);
    if (operator.kind === 'aggregate' && operator.groupBy.length === 0) {
      for (const { expression } of expressionsOf(operator)) {
        visitExpression(expression, (node) => {
          if (node.kind !== 'call' || !aggregateNames.has(node.name.name.toLowerCase())) return;
          const columns = new Set(node.arguments.flatMap(columnsOf));
          const filtered = node.filter === undefined ? [] : columnsOf(node.filter);
          found.push({ call: node, columns, chosen: new Set([...chosen, ...filtered]) });
        });
      }
    }
    if (!keepsRows.has(operator.kind)) break;
    origins.pass(operator);
  }
  return found;
}

function* columnsIn(node: Expression): Generator<Expression> {
  const columns: Expression[] = [];
  visitExpression(node, (inner) => {
    if (inner.kind === 'column') columns.push(inner);
  });
  yield* columns;
}
