import type { Dataset } from '../dataset/dataset.ts';
import type { FileColumn } from '../dataset/columns.ts';
import { visible } from '../visible.ts';
import { ToolError } from './toolError.ts';

/** Names that an error lists. */
const mostNamed = 40;

/** The column that a name means, as a query takes names. @throws ToolError that lists the columns */
export function namedColumn(dataset: Dataset, name: string): FileColumn {
  const { all } = dataset.columns;
  const exact = all.find((column) => column.path === name || column.name === name);
  if (exact) return exact;
  const same = all.filter((column) => column.name.toLowerCase() === name.toLowerCase());
  if (same.length === 1 && dataset.layout.names === 'columns') return same[0];
  throw new ToolError(`Unknown column ${visible(name)}. ${columnList(all)}`);
}

/** `The columns are a, b and 3 more.` */
export function columnList(columns: readonly FileColumn[]): string {
  if (columns.length === 0) return 'The file has no columns.';
  const named = columns.slice(0, mostNamed).map(({ path }) => visible(path.slice(0, 100)));
  const more =
    columns.length > mostNamed ? ` and ${columns.length - mostNamed} more (describe_file lists them)` : '';
  return `The columns are ${named.join(', ')}${more}.`;
}
