import { said } from '../../../said/said.ts';
import { keysOf } from '../resolve/nodes.ts';
import type { Resolver } from '../resolve/resolve.ts';
import { withoutName } from '../resolve/scope.ts';
import { parseColumns } from '../syntax/columns.ts';
import type { Column } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const drop: OperatorEntry<'drop'> = {
  help: [{ word: 'DROP', form: 'DROP column, …', summary: said`Removes columns.` }],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'drop', columns: parseColumns(cursor), ...cursor.spanFrom(start) };
  },
  isLocal: true,
  resolve({ columns }, names) {
    for (const column of columns) dropColumn(names, column);
  },
};

export function dropColumn(names: Resolver, column: Column): void {
  if (names.isMissing(column)) {
    names.unknown(column);
    return;
  }
  names.tellField(column);
  names.scope = withoutName(names.scope, keysOf(column));
}
