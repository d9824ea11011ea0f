import type { Outcome } from './operator/entry.ts';
import { outcomeOfOperator } from './operator/operators.ts';
import type { Query } from './syntax/tree.ts';

export type { Outcome };

export function outcomeOf({ operators, text }: Query): Outcome {
  const records: Outcome = { rows: 'records', filtered: false, limited: false, order: [] };
  return operators.reduce(
    (outcome, operator) => ({ ...outcome, ...outcomeOfOperator(operator, text) }),
    records,
  );
}
