import { said } from '../../../said/said.ts';
import type { Resolver } from '../resolve/resolve.ts';
import { slotOf } from '../resolve/scope.ts';
import type { Output } from '../resolve/step.ts';
import { columnLabel, parseColumns } from '../syntax/columns.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Column } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

declare module '../syntax/tree.ts' {
  interface Operators {
    describe: {
      readonly from: number;
      readonly to: number;
      /** Undefined: all that the rows have. */
      readonly columns: readonly Column[] | undefined;
    };
  }
}

/** The figures of a column, each a column of the result: first those of DuckDB's SUMMARIZE, by its names. */
export const figureNames = [
  ...(['column_name', 'column_type', 'min', 'max', 'approx_unique', 'avg', 'std'] as const),
  ...(['q25', 'q50', 'q75', 'count', 'null_percentage'] as const),
  ...(['nulls', 'other_types', 'sum', 'true_count', 'min_length', 'max_length', 'avg_length'] as const),
  ...(['top', 'top_count'] as const),
] as const;

export type FigureName = (typeof figureNames)[number];

declare module '../resolve/step.ts' {
  interface Steps {
    /** What columns hold: a row for each. `slots` are those of the figures. */
    describe: { readonly output: Output; readonly slots: Readonly<Record<FigureName, number>> };
  }
}

export const describe: OperatorEntry<'describe'> = {
  help: [
    {
      word: 'DESCRIBE',
      form: 'DESCRIBE [column, …]',
      summary: said`Makes one row per column that says what the column holds: type, smallest and largest value, different values, mean, standard deviation, quartiles and the share of NULL, by the names of SUMMARIZE in DuckDB, and more. Without columns it describes all.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    const columns = endsHere(cursor) ? undefined : parseColumns(cursor);
    return { kind: 'describe', columns, ...cursor.spanFrom(start) };
  },
  outcome: () => ({ rows: 'rows', order: [] }),
  resolve({ columns }, names) {
    const output = columns === undefined ? all(names) : columns.flatMap((column) => named(names, column));
    const slots = Object.fromEntries(figureNames.map((name) => [name, names.table.computed()])) as Record<
      FigureName,
      number
    >;
    names.steps.push({ kind: 'describe', output, slots });
    names.scope = {
      parts: figureNames.map((name) => ({ kind: 'column', name, slot: slots[name] })),
      aliases: new Set(),
      ofRecord: false,
    };
  },
};

function endsHere(cursor: Cursor): boolean {
  const word = (...words: string[]): boolean => words.every((one, at) => cursor.isWord(one, at));
  return (
    cursor.peek().kind === 'end' ||
    cursor.isSymbol('|>') ||
    cursor.isSymbol(';') ||
    word('order', 'by') ||
    word('limit') ||
    word('offset')
  );
}

/** All columns, numbers being looked at as numbers. */
function all(names: Resolver): Output {
  const { parts } = names.scope;
  for (const part of parts) if (part.kind === 'column') slotOf(part, names.table, true);
  return names.output();
}

function named(names: Resolver, column: Column): Output {
  const binding = names.find(column, true);
  if (binding === undefined) return [];
  return [{ kind: 'column', name: columnLabel(column), slot: names.slotOf(column, binding) }];
}
