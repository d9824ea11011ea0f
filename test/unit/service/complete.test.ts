import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Preview } from '../../support/preview.ts';

const orders = Array.from({ length: 40 }, (_, n) => ({
  id: n,
  amount: n * 10,
  country: ['DE', 'FR'][n % 2],
  items: [{ sku: `s${n}`, size: { w: n } }],
}));

describe('service/complete', () => {
  let folder: string;
  let preview: Preview;

  before(async () => {
    const outer = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    folder = join(outer, 'data');
    await mkdir(join(folder, 'inner.csv'), { recursive: true });
    await writeFile(join(outer, 'outside.csv'), 'id\n1\n');
    await symlink(join(outer, 'outside.csv'), join(folder, 'link.csv'));
    await writeFile(
      join(folder, 'orders.jsonl'),
      orders.map((order) => `${JSON.stringify(order)}\n`).join(''),
    );
    await writeFile(join(folder, 'users.csv'), 'id,name\n1,Ann\n2,Bo\n');
    await writeFile(join(folder, 'events.ndjson'), '{"id":1,"at":{"day":2}}\n');
    await writeFile(join(folder, 'notes.md'), 'id\n1\n');
    preview = await Preview.open(join(folder, 'orders.jsonl'));
    await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [0] });
    await preview.file(({ phase }) => phase === 'ready');
  });
  after(async () => {
    await preview.close();
    await rm(join(folder, '..'), { recursive: true });
  });

  async function offered(query: string, kind?: string): Promise<string[]> {
    const { items } = await preview.page.call('complete', { query, position: query.length });
    return items.filter((item) => kind === undefined || item.kind === kind).map(({ insert }) => insert);
  }

  it('offers the columns of the other file of a JOIN', async () => {
    assert.deepEqual(await offered("|> JOIN 'users.csv' AS o ON id = o."), ['o.id', 'o.name']);
    assert.deepEqual(await offered("|> JOIN 'events.ndjson' ON id = events.id |> WHERE events."), [
      'events.id',
      'events.at.day',
    ]);
    assert.deepEqual(await offered("|> JOIN 'users.csv' AS o USING ("), ['id']);
    assert.deepEqual(await offered("|> JOIN '../outside.csv' AS o ON id = o."), []);
    assert.deepEqual(
      await offered("|> JOIN 'gone.csv' AS o ON id = o.id |> WHERE o"),
      await offered('|> EXTEND 1 AS o |> WHERE o'),
    );
  });

  it('offers the members of the objects that lists hold', async () => {
    assert.deepEqual(await offered('|> UNNEST items AS it |> WHERE it', 'column'), [
      'items',
      'it',
      'it.sku',
      'it.size.w',
    ]);
  });

  it('offers the files beside, but not links, folders, the file itself and what holds no rows', async () => {
    assert.deepEqual(await offered("|> JOIN '"), ["'events.ndjson'", "'users.csv'"]);
  });

  it('offers values of columns under the names that they have, and none of what is computed', async () => {
    assert.deepEqual((await offered("|> RENAME country AS land |> WHERE land = '")).toSorted(), [
      "'DE'",
      "'FR'",
    ]);
    assert.deepEqual(await offered('|> AGGREGATE sum(amount) AS amount |> WHERE amount = ', 'value'), []);
  });

  it('tells the words of the language', async () => {
    const { reserved, beginnings, others } = await preview.page.call('keywords', null);
    assert.ok(reserved.includes('where') && beginnings.includes('left join') && others.includes('using'));
  });
});
