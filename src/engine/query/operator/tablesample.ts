import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const tablesample: OperatorEntry<'tablesample'> = {
  help: [
    {
      word: 'TABLESAMPLE',
      form: 'TABLESAMPLE size PERCENT | ROWS [REPEATABLE (seed)]',
      summary: said`Keeps a random sample of the rows. The sample is the same whenever file and seed are the same.`,
    },
  ],
  parse: parseSample,
  keepsRows: true,
  outcome: () => ({ limited: true }),
  resolve({ size, unit, seed = 0 }, names) {
    names.steps.push({ kind: 'sample', size, unit, seed });
  },
};

/** TABLESAMPLE 1 PERCENT, 1%, 1000 ROWS; optionally METHOD (…) around it and REPEATABLE (seed) behind it. */
function parseSample(cursor: Cursor): Operator<'tablesample'> {
  const start = cursor.next();
  const method = ['system', 'bernoulli', 'reservoir'].find((word) => cursor.takeWords(word));
  const parenthesis = cursor.takeSymbol('(');
  if (method !== undefined && !parenthesis) throw cursor.unexpected(said`( after ${method.toUpperCase()}`);
  cursor.want('size');
  const size = cursor.peek();
  if (size.kind !== 'number')
    throw new QueryError(size, said`TABLESAMPLE needs a size, such as 1 PERCENT or 1000 ROWS`);
  cursor.next();
  const isPercent = cursor.takeSymbol('%') || cursor.takeWords('percent');
  if (!isPercent && !cursor.takeWords('rows')) throw cursor.unexpected(said`PERCENT or ROWS after the size`);
  if (isPercent && Number(size.value) > 100)
    throw new QueryError(size, said`a sample can have at most 100 percent`);
  if (!isPercent && !/^\d{1,7}$/.test(size.value)) {
    throw new QueryError(size, said`the size of a sample of ROWS must be a whole number below 10,000,000`);
  }
  if (parenthesis) cursor.expectSymbol(')', said`after the size`);
  let seed: number | undefined;
  if (cursor.takeWords('repeatable')) {
    cursor.expectSymbol('(', said`after REPEATABLE`);
    seed = cursor.expectCount(said`a seed, which is a whole number`);
    cursor.expectSymbol(')', said`after the seed`);
  }
  const unit = isPercent ? 'percent' : 'rows';
  return { kind: 'tablesample', size: Number(size.value), unit, seed, ...cursor.spanFrom(start) };
}
