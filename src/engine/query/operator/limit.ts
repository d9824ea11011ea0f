import { said } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const limit: OperatorEntry<'limit'> = {
  help: [
    {
      word: 'LIMIT',
      form: 'LIMIT count [OFFSET count]',
      summary: said`Keeps the first rows, after skipping some. Also written \`FETCH FIRST count ROWS ONLY\`.`,
    },
    { word: 'OFFSET', form: 'OFFSET count', summary: said`Skips the first rows.` },
  ],
  otherWords: ['FETCH FIRST', 'FETCH NEXT'],
  parse: parseLimit,
  keepsRows: true,
  isLocal: true,
  outcome: ({ count, offset }) => (count === Infinity && offset === 0 ? {} : { limited: true }),
  resolve({ count, offset }, names) {
    names.steps.push({ kind: 'limit', count, offset });
  },
};

/** Whether LIMIT, OFFSET or FETCH stands where the cursor is. */
export function beginsLimit(cursor: Cursor): boolean {
  return cursor.isWord('limit') || cursor.isWord('offset') || beginsFetch(cursor);
}

function beginsFetch(cursor: Cursor): boolean {
  return cursor.isWord('fetch') && (cursor.isWord('first', 1) || cursor.isWord('next', 1));
}

export function parseLimit(cursor: Cursor): Operator<'limit'> {
  const start = cursor.peek();
  let offset = 0;
  let count = parseCount(cursor);
  if (cursor.takeWords('offset')) {
    offset = cursor.expectCount(said`a number of rows after OFFSET`);
    takeRows(cursor);
    // PostgreSQL takes the two in either order.
    count ??= parseCount(cursor);
  }
  if (count === undefined && beginsFetch(cursor)) count = parseFetch(cursor);
  return { kind: 'limit', count: count ?? Infinity, offset, ...cursor.spanFrom(start) };
}

/** The number of rows after LIMIT; undefined where that does not stand here. */
function parseCount(cursor: Cursor): number | undefined {
  const start = cursor.peek();
  if (!cursor.takeWords('limit')) return undefined;
  if (cursor.takeWords('all')) return Infinity;
  const count = cursor.expectCount(said`a number of rows after LIMIT`);
  refuseShare(cursor, start);
  if (cursor.isSymbol(',') && cursor.peek(1).kind === 'number') {
    // MySQL: first how many are skipped.
    const rows = cursor.peek(1).value;
    throw new QueryError(
      { from: start.from, to: cursor.peek(1).to },
      said`LIMIT takes one number; write LIMIT ${rows} OFFSET ${String(count)}`,
    );
  }
  return count;
}

/** FETCH FIRST 5 ROWS ONLY, as the standard has it. */
function parseFetch(cursor: Cursor): number {
  cursor.next();
  cursor.next();
  const count = cursor.peek().kind === 'number' ? cursor.expectCount(said`a number of rows`) : 1;
  refuseShare(cursor, cursor.last());
  if (!takeRows(cursor)) throw cursor.unexpected(said`ROWS ONLY after FETCH FIRST`);
  if (cursor.isWord('with') && cursor.isWord('ties', 1)) {
    const instead = '|> EXTEND rank() OVER (ORDER BY a) AS n |> WHERE n <= 5';
    throw new QueryError(cursor.peek(), said`WITH TIES is not supported; write ${instead}`);
  }
  cursor.expectWord('only', said`after the rows of FETCH`);
  return count;
}

function takeRows(cursor: Cursor): boolean {
  return cursor.takeWords('rows') || cursor.takeWords('row');
}

/** @throws QueryError where a share of the rows is asked for */
function refuseShare(cursor: Cursor, start: Span): void {
  if (!cursor.isSymbol('%') && !cursor.isWord('percent')) return;
  const size = cursor.last().value;
  throw new QueryError(
    { from: start.from, to: cursor.peek().to },
    said`LIMIT takes a number of rows; write TABLESAMPLE ${size} PERCENT for a random sample`,
  );
}
