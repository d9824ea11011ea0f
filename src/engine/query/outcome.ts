import type { Query } from './syntax/tree.ts';

/** What the rows of a query's result are, as far as its text says. */
export interface Outcome {
  /**
   * `records`: each row is a record of the file. `groups`: each row sums up records (AGGREGATE with GROUP BY).
   * `rows`: anything else, such as UNNEST, DISTINCT, or AGGREGATE without GROUP BY.
   */
  readonly rows: 'records' | 'groups' | 'rows';
  /** Whether a condition decides which records take part. */
  readonly filtered: boolean;
  /** Whether LIMIT or TABLESAMPLE leaves records out. */
  readonly limited: boolean;
  /** The keys that the rows are sorted by, as the query writes them. */
  readonly order: readonly { readonly key: string; readonly descending: boolean }[];
}

export function outcomeOf({ operators, text }: Query): Outcome {
  let rows: Outcome['rows'] = 'records';
  let order: Outcome['order'] = [];
  let [filtered, limited] = [false, false];
  for (const operator of operators) {
    switch (operator.kind) {
      case 'where':
        filtered = true;
        break;
      case 'limit':
      case 'tablesample':
        limited = true;
        break;
      case 'aggregate':
        rows = operator.groupBy.length > 0 ? 'groups' : 'rows';
        order = [];
        break;
      case 'unnest':
      case 'distinct':
        rows = 'rows';
        break;
      case 'order by':
        order = operator.keys.map(({ expression: { from, to }, descending }) => ({
          key: text.slice(from, to),
          descending,
        }));
        break;
      default:
    }
  }
  return { rows, filtered, limited, order };
}
