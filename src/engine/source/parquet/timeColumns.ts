import type { SchemaTree } from 'hyparquet/src/types.js';
import type { Source } from '../source.ts';
import { readFooter } from './footer.ts';
import { timeUnit } from './jsonText.ts';

/** The paths of columns, and of members of groups, that hold dates or times by the file's schema. @throws SourceError */
export async function timeColumns(base: Source): Promise<readonly (readonly string[])[]> {
  const footer = await readFooter(base).next();
  if (!footer.done) throw footer.value.cause;
  return footer.value.schema.children.flatMap((child) => timesIn(child, []));
}

function timesIn({ element, children }: SchemaTree, above: readonly string[]): (readonly string[])[] {
  const path = [...above, element.name];
  const { converted_type: converted, logical_type: logical, repetition_type: repetition } = element;
  if (repetition === 'REPEATED') return [];
  if (children.length > 0)
    return converted === undefined && logical === undefined
      ? children.flatMap((child) => timesIn(child, path))
      : [];
  const isTime = converted === 'DATE' || logical?.type === 'DATE' || timeUnit(element) !== undefined;
  return isTime ? [path] : [];
}
