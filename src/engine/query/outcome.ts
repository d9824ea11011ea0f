import { additiveColumns } from './additive.ts';
import type { Outcome } from './operator/entry.ts';
import { outcomeOfOperator } from './operator/operators.ts';
import type { OperatorKind, Query } from './syntax/tree.ts';

export type { Outcome };

export function outcomeOf(query: Query): Outcome {
  const { operators, text } = query;
  const additive = additiveColumns(query);
  const records: Outcome = { rows: 'records', filtered: false, limited: false, order: [], additive };
  const outcome = operators.reduce<Outcome>(
    (known, operator) => ({ ...known, ...outcomeOfOperator(operator, text) }),
    records,
  );
  // What is written behind the last sort may call the columns by other names.
  const sort = operators.findLast(({ kind }) => kind === 'order by');
  const renamed = operators.some(({ kind, from }) => sort && from >= sort.to && !keepsNames.has(kind));
  return renamed ? { ...outcome, order: outcome.order.map((key) => ({ ...key, path: undefined })) } : outcome;
}

const keepsNames: ReadonlySet<OperatorKind> = new Set([
  ...(['where', 'extend', 'distinct', 'order by', 'limit', 'tablesample', 'as'] as const),
]);
