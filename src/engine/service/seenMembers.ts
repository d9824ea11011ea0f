import { parseJson } from '../../protocol/jsonValue.ts';
import { CellKind } from '../../protocol/preview.ts';
import { cellColumns, type FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { mostOfPlace } from '../dataset/doubt/sampledCells.ts';

/** Rows that are looked at. */
export const firstRows = 100;
/** Of each list, in bytes: one that is longer says nothing. */
const mostOfList = 8 * 1024;
/** Of one list, and of all. */
const mostItems = 20;
const mostMembers = 200;

/** The paths of members of the objects that a column's lists hold in the first rows of a file. */
export async function membersOfItems(
  dataset: Dataset,
  column: FileColumn,
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const cells = { kind: 'columns', columns: cellColumns([column]), limit: mostOfList } as const;
  const parts = dataset.known.parts(0, firstRows);
  const { rows, kinds, ends, text } = await dataset.page(undefined, parts, cells, signal, mostOfPlace);
  const found = new Map<string, readonly string[]>();
  for (let row = 0; row < rows && found.size < mostMembers; row++) {
    if (kinds[row] !== CellKind.Json) continue;
    const value = parseJson(decoder.decode(text.subarray(row === 0 ? 0 : ends[row - 1], ends[row])));
    if (!Array.isArray(value)) continue;
    for (const item of value.slice(0, mostItems)) addPaths(item, [], found);
  }
  return [...found.values()].slice(0, mostMembers);
}

const decoder = new TextDecoder();

/** Objects in objects are paths, as they are in columns. */
function addPaths(value: unknown, path: readonly string[], found: Map<string, readonly string[]>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value)) addPaths(member, [...path, key], found);
  } else if (path.length > 0) found.set(JSON.stringify(path), path);
}
