/** What the columns are to the order of the rows, from the query's own words. */
import type { ColumnInfo } from '../../protocol/file.ts';
import type { Outcome } from '../../protocol/preview.ts';
import type { SortKey } from '../grid/contract.ts';

/** The columns that rows are sorted by, by their ids; keys that are no columns count, and are none of them. */
export function sortKeys(
  columns: readonly ColumnInfo[],
  order: Outcome['order'],
): ReadonlyMap<number, SortKey> {
  const keys = new Map<number, SortKey>();
  for (const [index, { path, descending }] of order.entries()) {
    const column = path === undefined ? undefined : columnAt(columns, path);
    if (column && !keys.has(column.id))
      keys.set(column.id, { descending, place: index + 1, of: order.length });
  }
  return keys;
}

/** In a delimited file a header with dots is one name, and letter case does not matter. */
function columnAt(columns: readonly ColumnInfo[], path: string): ColumnInfo | undefined {
  const exact = columns.find((column) => column.path === path);
  if (exact) return exact;
  const name = path.replaceAll('"', '').toLowerCase();
  const alike = columns.filter((column) => column.path.replaceAll('"', '').toLowerCase() === name);
  return alike.length === 1 ? alike[0] : undefined;
}
