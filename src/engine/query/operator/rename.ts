import { said } from '../../../said/said.ts';
import { keysOf } from '../resolve/nodes.ts';
import type { Resolver } from '../resolve/resolve.ts';
import { columnNamed, withColumn, withoutName, withRenamed } from '../resolve/scope.ts';
import { parseRenames } from '../syntax/columns.ts';
import type { Column } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const rename: OperatorEntry<'rename'> = {
  help: [
    {
      word: 'RENAME',
      form: 'RENAME column AS name, …',
      summary: said`Renames columns, all at once. A column that had the name is left out.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'rename', columns: parseRenames(cursor), ...cursor.spanFrom(start) };
  },
  isLocal: true,
  resolve({ columns }, names) {
    const taken = new Set(columns.map(({ to }) => to.name));
    const isExchange = columns.length > 1 && columns.some(({ from }) => taken.has(keysOf(from).join('.')));
    if (!isExchange) {
      for (const { from, to } of columns) renameColumn(names, from, to.name);
      return;
    }
    // All get their names at once: in between they have names that no column has.
    const passing = columns.map(({ from, to }, at) => ({
      name: `\u0000${at}`,
      to,
      isThere: renameColumn(names, from, `\u0000${at}`),
    }));
    for (const { name, to, isThere } of passing)
      if (isThere) names.scope = withRenamed(names.scope, [name], to.name);
  },
};

/** Whether there is such a column. */
function renameColumn(names: Resolver, column: Column, name: string): boolean {
  const path = keysOf(column);
  if (names.isMissing(column)) {
    names.unknown(column);
    return false;
  }
  if (path.length === 1 || columnNamed(names.scope, path) !== undefined) {
    names.tellField(column);
    names.scope = withRenamed(names.scope, path, name);
    return true;
  }
  // A member of a member becomes a column of its own.
  const binding = names.find(column, false);
  names.scope = withoutName(names.scope, path);
  if (binding === undefined) return false;
  names.scope = withColumn(names.scope, name, names.slotOf(column, binding));
  return true;
}
