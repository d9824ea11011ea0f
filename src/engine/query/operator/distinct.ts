import { said } from '../../../said/said.ts';
import type { OperatorEntry } from './entry.ts';

export const distinct: OperatorEntry<'distinct'> = {
  help: [{ word: 'DISTINCT', form: 'DISTINCT', summary: said`Keeps the first of equal rows.` }],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'distinct', ...cursor.spanFrom(start) };
  },
  keepsRows: true,
  outcome: () => ({ rows: 'rows' }),
  resolve(_operator, names) {
    names.steps.push({ kind: 'distinct', output: names.output() });
  },
};
