import type { SchemaTree } from 'hyparquet/src/types.js';
import type { Source } from '../source.ts';
import { readFooter } from './footer.ts';

/** The paths of columns, and of members of groups, by the file's schema. @throws SourceError */
export async function columnPaths(base: Source): Promise<readonly (readonly string[])[]> {
  const footer = await readFooter(base).next();
  if (!footer.done) throw footer.value.cause;
  return pathsIn(footer.value.schema);
}

function pathsIn({ children }: SchemaTree, at: readonly string[] = []): (readonly string[])[] {
  return children.flatMap((child) => {
    const {
      converted_type: converted,
      logical_type: logical,
      repetition_type: repetition,
      name,
    } = child.element;
    const isGroup =
      child.children.length > 0 &&
      converted === undefined &&
      logical === undefined &&
      repetition !== 'REPEATED';
    return isGroup ? pathsIn(child, [...at, name]) : [[...at, name]];
  });
}
