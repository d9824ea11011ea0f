import { CellKind } from '../../../protocol/preview.ts';
import { said } from '../../../said/said.ts';
import { warningAt } from '../../query/diagnostic.ts';
import { memberColumns, writePath, type Diagnostic, type Query } from '../../query/index.ts';
import type { Dataset } from '../dataset.ts';
import type { SampledCell, SampledCells } from './sampledCells.ts';

/**
 * Where a query asks for a member of what is a list, as in `items.sku = 'x'`: a list has none, and nothing is found. Cells
 * of a few rows are read for names below which no column is known.
 * @throws SourceError, the signal's reason
 */
export async function listDoubts(
  query: Query,
  dataset: Dataset,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  if (dataset.layout.names === 'columns' || dataset.once) return [];
  const seen = new Set(dataset.seenColumns.map(({ path }) => path));
  const told = new Set<string>();
  const found: Diagnostic[] = [];
  for (const { column, path } of memberColumns(query, dataset.layout)) {
    const key = writePath(path);
    if (seen.has(key) || told.has(key)) continue;
    told.add(key);
    const list = await listAbove(path, seen, sampled, signal);
    if (list === undefined) continue;
    const inside = path.slice(list.path.length);
    const [name, member] = [listName(query.text, column, inside.length), writePath(inside)];
    const instead = list.hasObjects
      ? said`write |> UNNEST ${name} AS item, and then item.${member}, or ${name}[1].${member} for its first item`
      : said`write list_contains(${name}, 'x') to look for an item, or ${name}[1] for the first one`;
    found.push(
      warningAt(
        column,
        said`${name} is a list, and ${query.text.slice(column.from, column.to)} finds nothing in it; ${instead}`,
      ),
    );
  }
  return found;
}

type Column = ReturnType<typeof memberColumns>[number]['column'];

/** What a query calls the list of which it asks for a member that is so many steps down. */
function listName(text: string, { from, first, rest }: Column, steps: number): string {
  return text.slice(from, [first, ...rest].at(-1 - steps)?.to ?? first.to);
}

interface List {
  readonly path: readonly (string | number)[];
  /** Whether its items have members. */
  readonly hasObjects: boolean;
}

/** The shortest part of a path of which a member is asked, and which is a list wherever it was seen. */
async function listAbove(
  path: readonly (string | number)[],
  seen: ReadonlySet<string>,
  sampled: SampledCells,
  signal: AbortSignal,
): Promise<List | undefined> {
  for (let length = 1; length < path.length && typeof path[length - 1] === 'string'; length++) {
    const above = path.slice(0, length);
    if (typeof path[length] !== 'string' || !seen.has(writePath(above))) continue;
    const cells = await sampled.of({ path: above, name: '' }, signal);
    const values = cells.filter(({ kind }) => kind >= CellKind.Boolean);
    if (values.length === 0 || !values.every(isList)) continue;
    return { path: above, hasObjects: values.some(({ text }) => /^\[\s*\{/.test(text)) };
  }
  return undefined;
}

function isList({ kind, text }: SampledCell): boolean {
  return (kind & ~CellKind.Cut) === CellKind.Json && text.startsWith('[');
}
