import { said } from '../../../said/said.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const limit: OperatorEntry<'limit'> = {
  help: [
    {
      word: 'LIMIT',
      form: 'LIMIT count [OFFSET count]',
      summary: said`Keeps the first rows, after skipping some.`,
    },
    { word: 'OFFSET', form: 'OFFSET count', summary: said`Skips the first rows.` },
  ],
  parse: parseLimit,
  keepsRows: true,
  isLocal: true,
  outcome: () => ({ limited: true }),
  resolve({ count, offset }, names) {
    names.steps.push({ kind: 'limit', count, offset });
  },
};

export function parseLimit(cursor: Cursor): Operator<'limit'> {
  const start = cursor.peek();
  let count = Infinity;
  let offset = 0;
  if (cursor.takeWords('limit')) count = cursor.expectCount(said`a number of rows after LIMIT`);
  if (cursor.takeWords('offset')) offset = cursor.expectCount(said`a number of rows after OFFSET`);
  return { kind: 'limit', count, offset, ...cursor.spanFrom(start) };
}
