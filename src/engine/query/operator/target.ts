import { said, type Said } from '../../../said/said.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { QueryError } from '../diagnostic.ts';
import { bodies, type PostOperator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

/** Of a request or a transaction: as `--batch` of the command. */
const mostInBatch = 1_000_000;

const onlyThere = said`Ends a query of the rowriver command.`;

export const post: OperatorEntry<'post'> = {
  help: [
    {
      word: 'POST',
      form: "POST 'url' [BATCH rows] [AS jsonl | json | csv | bulk]",
      summary: said`Sends the rows to a service, in batches, as \`--to-url\` does. ${onlyThere}`,
      only: 'command',
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    const url = addressAfter(
      cursor,
      'POST',
      /^https?:\/\//i,
      said`the address of a service, as in POST 'https://example.org/events'`,
    );
    const batch = parseBatch(cursor);
    let body: PostOperator['body'];
    if (cursor.takeWords('as')) {
      body = bodies.find((word) => cursor.isWord(word));
      if (body === undefined)
        throw cursor.unexpected(said`${bodies.slice(0, -1).join(', ')} or bulk after AS`);
      cursor.next();
    }
    return { kind: 'post', url, batch: batch ?? parseBatch(cursor), body, ...cursor.spanFrom(start) };
  },
  keepsRows: true,
  isLocal: true,
  resolve: () => undefined,
};

export const into: OperatorEntry<'into'> = {
  help: [
    {
      word: 'INTO',
      form: "INTO 'postgres://host/database' TABLE name [BATCH rows]",
      summary: said`Loads the rows into a table of PostgreSQL, as \`--to-url\` does. ${onlyThere}`,
      only: 'command',
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    const url = addressAfter(
      cursor,
      'INTO',
      /^postgres(?:ql)?:\/\//i,
      said`the address of a database, as in INTO 'postgres://localhost/shop' TABLE sales`,
    );
    cursor.expectWord('table', said`and its name after the address`);
    const first = cursor.peek();
    cursor.expectName(said`the name of a table`);
    while (cursor.takeSymbol('.')) cursor.expectName(said`a name after the dot`);
    const { from, to } = cursor.spanFrom(first);
    const batch = parseBatch(cursor);
    return { kind: 'into', url, table: cursor.text.slice(from, to), batch, ...cursor.spanFrom(start) };
  },
  keepsRows: true,
  isLocal: true,
  resolve: () => undefined,
};

function addressAfter(cursor: Cursor, word: string, form: RegExp, wanted: Said): string {
  const address = cursor.peek();
  if (address.kind !== 'text') throw cursor.unexpected(said`${wanted}, in single quotes`);
  if (!form.test(address.value)) throw new QueryError(address, said`${word} needs ${wanted}`);
  cursor.next();
  return address.value;
}

function parseBatch(cursor: Cursor): number | undefined {
  if (!cursor.takeWords('batch')) return undefined;
  const token = cursor.peek();
  const rows = cursor.expectCount(said`a number of rows after BATCH`);
  if (rows >= 1 && rows <= mostInBatch) return rows;
  throw new QueryError(token, said`BATCH takes 1 to ${mostInBatch.toLocaleString('en')} rows`);
}
