import { said } from '../../../said/said.ts';
import { parseOrderKeys, refuseConstants } from '../syntax/call.ts';
import { parseExpression } from '../syntax/expression.ts';
import { writtenPath } from '../writtenPath.ts';
import type { OperatorEntry } from './entry.ts';

export const orderBy: OperatorEntry<'order by'> = {
  help: [
    {
      word: 'ORDER BY',
      form: 'ORDER BY expression [DESC] [NULLS FIRST], …',
      summary: said`Sorts the rows. Equal rows keep their order. NULL comes last, ascending and descending.`,
    },
  ],
  parse(cursor) {
    const start = cursor.peek();
    cursor.takeWords('order', 'by');
    const keys = parseOrderKeys(cursor, parseExpression);
    refuseConstants(keys);
    return { kind: 'order by', keys, ...cursor.spanFrom(start) };
  },
  expressions: ({ keys }) => keys.map(({ expression }) => expression),
  keepsRows: true,
  outcome: ({ keys }, text) => ({
    order: keys.map(({ expression, from, to, descending }) => ({
      key: text.slice(expression.from, expression.to),
      // The expression may stand for a name that SELECT makes: what counts is what is written.
      path: writtenPath(text.slice(from, to)),
      descending,
    })),
  }),
  resolve({ keys }, names) {
    const bound = names.bind(keys.map(({ expression }) => expression));
    names.steps.push({ kind: 'sort', keys, bound });
  },
};
