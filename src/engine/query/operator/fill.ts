import { said } from '../../../said/said.ts';
import type { Span } from '../diagnostic.ts';
import { keysOf } from '../resolve/nodes.ts';
import { withInPlace } from '../resolve/scope.ts';
import { columnLabel, parseColumns } from '../syntax/columns.ts';
import type { Column } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

declare module '../syntax/tree.ts' {
  interface Operators {
    fill: FillOperator;
  }
}

declare module '../resolve/step.ts' {
  interface Steps {
    fill: { readonly items: readonly Computation[]; readonly bound: Bound };
  }
}

interface FillOperator extends Span {
  /** Paths of keys. */
  readonly columns: readonly Column[];
}

export const fill: OperatorEntry<'fill'> = {
  help: [
    {
      word: 'FILL',
      form: 'FILL column, …',
      summary: said`Replaces NULL in columns by the last value above it that is not NULL, in the order of the rows. It is for tables that name a group only in its first row.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'fill', columns: parseColumns(cursor), ...cursor.spanFrom(start) };
  },
  resolve(operator, names) {
    for (const column of operator.columns) if (names.isMissing(column)) names.unknown(column);
    const columns = operator.columns.filter((column) => !names.isMissing(column));
    if (columns.length === 0) return;
    const bound = names.bind(columns);
    const items = columns.map((expression) => ({
      expression,
      slot: names.table.computed(names.natureOf(expression, bound)),
    }));
    names.steps.push({ kind: 'fill', items, bound });
    for (const [at, column] of columns.entries()) {
      names.scope = withInPlace(names.scope, keysOf(column), items[at].slot);
    }
  },
  sql({ columns }, { engine, expression, replaced }) {
    if (engine !== 'DuckDB') return undefined;
    // Without PARTITION BY, DuckDB 1.5 fills one column where another one is NULL.
    const values = new Map(
      columns.map((column) => [
        columnLabel(column),
        `last_value(${expression(column)} IGNORE NULLS) OVER (PARTITION BY 1 ROWS UNBOUNDED PRECEDING)`,
      ]),
    );
    return replaced(Array.from(values, ([name, value]) => ({ name, value })));
  },
};
