import { said } from '../../../said/said.ts';
import { namedLike } from '../resolve/nodes.ts';
import { withReplaced } from '../resolve/scope.ts';
import { parseAssignments } from '../syntax/columns.ts';
import type { OperatorEntry } from './entry.ts';

export const set: OperatorEntry<'set'> = {
  help: [
    {
      word: 'SET',
      form: 'SET column = expression, …',
      summary: said`Replaces the values of columns.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'set', items: parseAssignments(cursor), ...cursor.spanFrom(start) };
  },
  expressions: ({ items }) => items.map(({ expression }) => expression),
  isLocal: true,
  resolve({ items }, names) {
    for (const { column } of items) names.tellReplaced(column);
    const named = items.map(({ column, expression }) => namedLike(column, expression));
    for (const { name, slot } of names.compute(named)) names.scope = withReplaced(names.scope, [name], slot);
  },
};
