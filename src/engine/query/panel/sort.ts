import { parsePipeline } from '../syntax/pipeline.ts';
import type { Operator, OperatorKind, Query } from '../syntax/tree.ts';
import { writtenPath } from '../writtenPath.ts';
import { readable } from './conditions.ts';
import { appendOperator, withoutOperator } from './operators.ts';

/** What a click on a header does to a query's text: structurally the protocol's. */
export interface SortEdit {
  readonly kind: 'sort';
  /** As a query writes it. */
  readonly path: string;
  /** `next`: from unsorted to ascending, to descending, and back. */
  readonly direction: 'next' | 'ascending' | 'descending' | 'none';
  /** Keeps the other keys: a new key comes last. */
  readonly more: boolean;
}

const after = { none: 'ascending', ascending: 'descending', descending: 'none' } as const;

/**
 * The query's text with its rows sorted by a column. The last ORDER BY is changed where nothing but conditions follows
 * it, else one is added at the end: what can be seen is sorted, and a LIMIT keeps the rows that it has.
 * @throws Error where the text cannot be read
 */
export function sortQuery(text: string, { path, direction, more }: SortEdit): string {
  const query = readable(text);
  const order = lastOrder(query);
  const keys = order?.keys ?? [];
  const column = writtenPath(path);
  const at = keys.findIndex(({ from, to }) => writtenPath(text.slice(from, to)) === column);
  const state = at < 0 ? 'none' : keys[at].descending ? 'descending' : 'ascending';
  const next = direction === 'next' ? after[state] : direction;
  const own = next === 'none' ? [] : [next === 'descending' ? `${path} DESC` : path];
  const written = keys.map(({ from, to }) => text.slice(from, to));
  const list = more ? written.toSpliced(at < 0 ? written.length : at, at < 0 ? 0 : 1, ...own) : own;
  if (list.length === 0) return order ? withoutOperator(query, order) : text;
  const clause = `ORDER BY ${list.join(', ')}`;
  return order ? text.slice(0, order.from) + clause + text.slice(order.to) : appendOperator(query, clause);
}

/**
 * The query's text without ORDER BY, where the rows are the same ones in another order: undefined where there is none, or
 * anything but conditions stands beside it.
 */
export function unsortedQuery(text: string): string | undefined {
  let left = text;
  for (let removed = false; ; removed = true) {
    const parsed = parsePipeline(left);
    if (!parsed.ok) return undefined;
    const { operators } = parsed.query;
    if (operators.some(({ kind }) => kind !== 'order by' && !keepsOrder.has(kind))) return undefined;
    const order = operators.find((operator) => operator.kind === 'order by');
    if (order === undefined) return removed ? left : undefined;
    left = withoutOperator(parsed.query, order);
  }
}

/** The ORDER BY that decides the order of the rows, where its keys can be changed in the text. */
function lastOrder({ operators }: Query): Operator<'order by'> | undefined {
  const order = operators.findLast((operator) => operator.kind === 'order by');
  // SELECT … ORDER BY is written in this order and runs in the other.
  const isLast = (operator: Operator) => order !== undefined && operator.from >= order.to;
  return operators.some((operator) => isLast(operator) && !keepsOrder.has(operator.kind)) ? undefined : order;
}

const keepsOrder: ReadonlySet<OperatorKind> = new Set(['where', 'as'] as const);
