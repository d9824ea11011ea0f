import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import type { Resolver } from '../resolve/resolve.ts';
import type { SortKey } from '../resolve/step.ts';
import { parseNamed } from '../syntax/columns.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Call, Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

declare module '../syntax/tree.ts' {
  interface Operators {
    top: {
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly expression: NamedExpression;
    };
  }
}

declare module '../resolve/step.ts' {
  interface Steps {
    /** Of groups with their counts: the most frequent ones, with the share that each has of all rows. */
    frequent: {
      readonly value: number;
      readonly rows: number;
      readonly share: number;
      readonly most: number;
    };
  }
}

/** Values that are kept in memory. */
const mostValues = 10_000;

export const topOf: OperatorEntry<'top'> = {
  help: [
    {
      word: 'TOP',
      form: 'TOP count OF expression [AS name]',
      summary: said`Makes one row for each of the most frequent values: the value, how many rows have it, and their share of all rows, 0 to 1. NULL is a value. Equally frequent values are in the order of ORDER BY.`,
    },
  ],
  parse: parseTop,
  keys: ({ expression }) => [expression.expression],
  columns: ({ expression }) => [expression],
  outcome: () => ({ rows: 'groups', limited: true, order: [] }),
  resolve: resolveTop,
};

function parseTop(cursor: Cursor): Operator<'top'> {
  const start = cursor.next();
  const number = cursor.peek();
  const count = cursor.expectCount(said`a number of values after TOP, as in TOP 20 OF column`);
  if (count > mostValues) {
    throw new QueryError(
      number,
      said`TOP gives at most ${mostValues.toLocaleString('en')} values; use AGGREGATE and ORDER BY`,
    );
  }
  cursor.expectWord('of', said`after the number of values`);
  cursor.want('mostly column');
  const expression = parseNamed(cursor);
  return { kind: 'top', count, expression, ...cursor.spanFrom(start) };
}

function resolveTop({ count, expression: item, from, to }: Operator<'top'>, names: Resolver): void {
  const { expression, explicit } = item;
  const call: Call = {
    kind: 'call',
    name: { name: 'count', quoted: false, from, to },
    arguments: [],
    star: true,
    distinct: false,
    orderBy: [],
    filter: undefined,
    over: undefined,
    from,
    to,
  };
  const bound = names.bind([expression]);
  const value = names.table.computed(names.natureOf(expression, bound));
  const rows = names.table.computed();
  const share = names.table.computed();
  names.steps.push({
    kind: 'aggregate',
    keys: [{ slot: value, expression }],
    calls: [{ slot: rows, call }],
    bound,
  });
  names.steps.push({ kind: 'frequent', value, rows, share, most: count });
  names.scope = {
    parts: [
      { kind: 'column', name: explicit ? item.name : 'value', slot: value },
      { kind: 'column', name: 'count', slot: rows },
      { kind: 'column', name: 'share', slot: share },
    ],
    aliases: new Set(),
    ofRecord: false,
  };
}

/** By their counts, and equally frequent values in this order. */
export const valueOrder: Omit<SortKey, 'expression'> = { descending: false, nullsFirst: false };
