import { said } from '../../../said/said.ts';
import { withColumn } from '../resolve/scope.ts';
import { parseNamedList } from '../syntax/columns.ts';
import type { OperatorEntry } from './entry.ts';

export const extend: OperatorEntry<'extend'> = {
  help: [{ word: 'EXTEND', form: 'EXTEND expression AS name, …', summary: said`Adds columns at the end.` }],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'extend', items: parseNamedList(cursor), ...cursor.spanFrom(start) };
  },
  expressions: ({ items }) => items.map(({ expression }) => expression),
  columns: ({ items }) => items,
  allows: 'windows',
  isLocal: true,
  resolve({ items }, names) {
    for (const { name, slot } of names.compute(items)) names.scope = withColumn(names.scope, name, slot);
  },
};
