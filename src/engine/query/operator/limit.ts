import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
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
  if (count !== Infinity && cursor.isSymbol(',') && cursor.peek(1).kind === 'number') {
    // MySQL: first how many are skipped.
    const rows = cursor.peek(1).value;
    throw new QueryError(
      { from: start.from, to: cursor.peek(1).to },
      said`LIMIT takes one number; write LIMIT ${rows} OFFSET ${String(count)}`,
    );
  }
  if (cursor.takeWords('offset')) offset = cursor.expectCount(said`a number of rows after OFFSET`);
  return { kind: 'limit', count, offset, ...cursor.spanFrom(start) };
}
