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
    const passing = columns.map(({ from, to }, at) => ({ from, to, name: `\u0000${at}` }));
    for (const { from, name } of passing) renameColumn(names, from, name);
    for (const { from, to, name } of passing) {
      const { from: start, to: end } = from;
      const first = { name, quoted: true, from: start, to: end };
      renameColumn(names, { ...from, first, rest: [] }, to.name);
    }
  },
};

function renameColumn(names: Resolver, column: Column, name: string): void {
  const path = keysOf(column);
  if (names.isMissing(column)) {
    names.unknown(column);
  } else if (path.length === 1 || columnNamed(names.scope, path) !== undefined) {
    names.tellField(column);
    names.scope = withRenamed(names.scope, path, name);
  } else {
    // A member of a member becomes a column of its own.
    const binding = names.find(column, false);
    names.scope = withoutName(names.scope, path);
    if (binding !== undefined) names.scope = withColumn(names.scope, name, names.slotOf(column, binding));
  }
}
