import type { ColumnChunk, RowGroup, SchemaTree } from 'hyparquet/src/types.js';

const childrenByName = new WeakMap<SchemaTree, ReadonlyMap<string, SchemaTree>>();
const chunksByColumn = new WeakMap<RowGroup, ReadonlyMap<string, readonly ColumnChunk[]>>();

/**
 * The nodes from the root down to a path. As `getTreePath` of hyparquet, which goes through all columns for each column.
 * @throws RangeError where the schema has no such path
 */
export function schemaPath(root: SchemaTree, path: readonly string[]): SchemaTree[] {
  const nodes = [root];
  let node = root;
  for (const name of path) {
    const child = childOf(node, name);
    if (!child) throw new RangeError(`the schema has no ${path.join('.')}`);
    nodes.push(child);
    node = child;
  }
  return nodes;
}

/** Of several that are called so, the first. */
function childOf(node: SchemaTree, name: string): SchemaTree | undefined {
  let known = childrenByName.get(node);
  if (!known) {
    known = new Map(node.children.toReversed().map((child) => [child.element.name, child]));
    childrenByName.set(node, known);
  }
  return known.get(name);
}

/** The chunks of a column of a row group: several where it is nested, none where it is not in the file. */
export function chunksOf(group: RowGroup, column: string): readonly ColumnChunk[] {
  let known = chunksByColumn.get(group);
  if (!known) {
    const chunks = new Map<string, ColumnChunk[]>();
    for (const chunk of group.columns) {
      const name = chunk.meta_data?.path_in_schema.at(0);
      if (name === undefined) continue;
      const others = chunks.get(name);
      if (others) others.push(chunk);
      else chunks.set(name, [chunk]);
    }
    chunksByColumn.set(group, (known = chunks));
  }
  return known.get(column) ?? [];
}
