import type { SchemaTree } from 'hyparquet/src/types.js';
import type { Source } from '../source.ts';
import { readFooter } from './footer.ts';
import { listItem, timeUnit } from './jsonText.ts';

/** A path to values in a row; null for each item of a list. */
type Path = readonly (string | null)[];

/** The paths of columns, and of members of groups, that hold dates or times by the file's schema. @throws SourceError */
export async function timeColumns(base: Source): Promise<readonly Path[]> {
  const footer = await readFooter(base).next();
  if (!footer.done) throw footer.value.cause;
  return footer.value.schema.children.flatMap((child) => timesIn(child, [child.element.name]));
}

function timesIn(node: SchemaTree, at: Path): readonly Path[] {
  const { element, children } = node;
  const { converted_type: converted, logical_type: logical, repetition_type: repetition } = element;
  const item = listItem(node);
  if (item) return timesIn(item, [...at, null]);
  // A repeated field is a list of itself, unless it is what a list around it repeats.
  const path = repetition === 'REPEATED' && at.at(-1) !== null ? [...at, null] : at;
  if (children.length > 0)
    return converted === undefined && logical === undefined
      ? children.flatMap((child) => timesIn(child, [...path, child.element.name]))
      : [];
  const isTime = converted === 'DATE' || logical?.type === 'DATE' || timeUnit(element) !== undefined;
  return isTime ? [path] : [];
}
