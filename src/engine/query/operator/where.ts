import { said } from '../../../said/said.ts';
import { parseExpression } from '../syntax/expression.ts';
import type { OperatorEntry } from './entry.ts';

export const where: OperatorEntry<'where'> = {
  help: [
    {
      word: 'WHERE',
      form: 'WHERE condition',
      summary: said`Keeps the rows for which the condition is true.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'where', condition: parseExpression(cursor), ...cursor.spanFrom(start) };
  },
  expressions: ({ condition }) => [condition],
  keepsRows: true,
  isLocal: true,
  outcome: () => ({ filtered: true }),
  resolve({ condition }, names) {
    names.steps.push({ kind: 'where', condition, bound: names.bind([condition]) });
  },
};
