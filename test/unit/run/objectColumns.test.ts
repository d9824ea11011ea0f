import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

const records = [
  '{"id":1,"user":{"c":"DE","n":{"x":1.10}},"items":[{"k":"a"},{"k":"b"}],"none":{}}',
  '{"id":2,"user":{"c":"FR"},"items":[],"none":{}}',
  '{"id":3,"user":"x, \\"y\\"","items":[{"k":"c"}],"none":{}}',
  '{"id":4,"user":null,"items":null,"none":{}}',
  '{"id":5,"user":{"c":"DE","n":{"x":1.10}},"none":{}}',
];
const german = '{"c":"DE","n":{"x":1.10}}';
const french = '{"c":"FR"}';

/** Queries that name all their columns: the table has these, and an object is its JSON text. */
const named: readonly (readonly [query: string, header: string, rows: readonly (readonly string[])[]])[] = [
  [
    '|> SELECT id, user',
    'id,user',
    [
      ['1', german],
      ['2', french],
      ['3', 'x, "y"'],
      ['4', ''],
      ['5', german],
    ],
  ],
  [
    'id = 1 |> SELECT none, items, user.n',
    'none,items,user.n',
    [['{}', '[{"k":"a"},{"k":"b"}]', '{"x":1.10}']],
  ],
  [
    'id <= 2 |> SELECT user AS a, user AS b',
    'a,b',
    [
      [german, german],
      [french, french],
    ],
  ],
  [
    'user.c IS NOT NULL |> AGGREGATE count(*) AS n GROUP BY user',
    'user,n',
    [
      [german, '2'],
      [french, '1'],
    ],
  ],
  ['user.c IS NOT NULL |> AGGREGATE max(user) AS m, min(user) AS l', 'm,l', [[french, german]]],
  [
    'id = 2 |> AGGREGATE any_value(user) AS a, list(user) AS l, mode(user) AS m',
    'a,l,m',
    [[french, `[${french}]`, french]],
  ],
  [
    'id = 2 |> SELECT coalesce(nothing, user) AS u, CASE WHEN true THEN user END AS v',
    'u,v',
    [[french, french]],
  ],
  ['id < 3 |> SELECT DISTINCT user', 'user', [[german], [french]]],
  [
    'UNNEST items AS item |> SELECT id, item',
    'id,item',
    [
      ['1', '{"k":"a"}'],
      ['1', '{"k":"b"}'],
      ['3', '{"k":"c"}'],
    ],
  ],
  [
    'id < 3 |> SELECT id, lag(user) OVER () AS before',
    'id,before',
    [
      ['1', ''],
      ['2', german],
    ],
  ],
  [
    'id < 3 |> SELECT id, user |> ORDER BY user DESC',
    'id,user',
    [
      ['2', french],
      ['1', german],
    ],
  ],
  ['id = 2 |> SELECT user::text::json AS j, [user, id] AS l', 'j,l', [[french, `[${french},2]`]]],
];

/** Queries with columns that are found in the rows: objects become dotted columns, wherever they come from. */
const found: readonly (readonly [query: string, header: string, rows: readonly (readonly string[])[]])[] = [
  [
    'id < 3 |> EXTEND user AS u |> DROP items, none, user',
    'id,u.c,u.n.x',
    [
      ['1', 'DE', '1.10'],
      ['2', 'FR', ''],
    ],
  ],
  ['id = 1 |> SELECT user.*', 'c,n.x', [['DE', '1.10']]],
  // Where some are NULL and others have members, a column for the objects themselves would be empty in every row.
  [
    'id IN (4, 5) |> EXTEND user AS u |> DROP items, none, user',
    'id,u.c,u.n.x',
    [
      ['4', '', ''],
      ['5', 'DE', '1.10'],
    ],
  ],
  [
    'id IN (4, 2)',
    'id,user.c,items,none',
    [
      ['2', 'FR', '[]', '{}'],
      ['4', '', '', '{}'],
    ],
  ],
  // With nothing but NULL, and with another value beside them, there is something to say.
  ['id = 4', 'id,user,items,none', [['4', '', '', '{}']]],
  [
    'id >= 3 AND id < 5 |> EXTEND user AS u |> DROP items, none, user',
    'id,u',
    [
      ['3', 'x, "y"'],
      ['4', ''],
    ],
  ],
  [
    'id <= 4 |> DROP items, none',
    'id,user.c,user.n.x,user',
    [
      ['1', 'DE', '1.10', ''],
      ['2', 'FR', '', ''],
      ['3', '', '', 'x, "y"'],
      ['4', '', '', ''],
    ],
  ],
  [
    'id = 1 |> UNNEST items |> DROP user, none',
    'id,items.k',
    [
      ['1', 'a'],
      ['1', 'b'],
    ],
  ],
];

describe('objects in tables', () => {
  let folder: string;
  let preview: Preview;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'data.jsonl');
    await writeFile(path, `${records.join('\n')}\n`);
    preview = await Preview.open(path);
  });
  after(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  async function exported(query: string, to: 'csv' | 'tsv'): Promise<string[][]> {
    const target = join(folder, `out.${to}`);
    await preview.host.call('export', { session: 1, query, target, to });
    const text = await readFile(target, 'utf8');
    return parse(text, { delimiter: to === 'csv' ? ',' : '\t' });
  }

  for (const [query, header, rows] of named) {
    it(`are JSON texts in the columns that a query names: ${query}`, async () => {
      assert.deepEqual(await exported(query, 'csv'), [header.split(','), ...rows]);
      assert.deepEqual(await exported(query, 'tsv'), [header.split(','), ...rows]);
    });

    it(`are seen so in the grid: ${query}`, async () => {
      const state = await preview.page.call('run', { query });
      assert.equal(told(state), '');
      assert.deepEqual(
        state.columns?.map(({ name }) => name),
        header.split(','),
      );
      const columns = state.columns.map(({ id }) => id);
      const page = await preview.page.call('rows', { view: state.view, first: 0, count: 10, columns });
      const cells = cellsOf(page).map((row) => row.map((cell) => (cell === '(null)' ? '' : cell)));
      assert.deepEqual(cells, rows);
    });
  }

  it('have a column in the grid where others are NULL, which is no missing value there', async () => {
    const path = join(folder, 'null.jsonl');
    await writeFile(path, '{"id":1,"user":{"c":"DE"}}\n{"id":2,"user":null}\n{"id":3}\n');
    const grid = await Preview.open(path);
    try {
      const first = grid.info.columns.map(({ id }) => id);
      await grid.page.call('rows', { view: 0, first: 0, count: 3, columns: first });
      const columns = grid.columns.get(0) ?? grid.info.columns;
      assert.deepEqual(
        columns.map(({ name, type }) => [name, type]),
        [
          ['id', 'number'],
          ['user.c', 'text'],
          ['user', 'object'],
        ],
      );
      const ids = columns.map(({ id }) => id);
      const page = await grid.page.call('rows', { view: 0, first: 0, count: 3, columns: ids });
      assert.deepEqual(cellsOf(page), [
        ['1', 'DE', '{"c":"DE"}'],
        ['2', '(missing)', '(null)'],
        ['3', '(missing)', '(missing)'],
      ]);
      const described = await grid.page.call('run', { query: '|> DESCRIBE |> SELECT column_name, nulls' });
      const rows = { view: described.view, first: 0, count: 9, columns: [0, 1] };
      assert.deepEqual(cellsOf(await grid.page.call('rows', rows)), [
        ['id', '0'],
        ['user.c', '2'],
        ['user', '2'],
      ]);
    } finally {
      await grid.close();
    }
  });

  it('have no column of their own where blocks that are read apart have NULL and others have members', async () => {
    const path = join(folder, 'blocks.jsonl');
    const text = (from: number, user: unknown): string =>
      Array.from({ length: 60_000 }, (_, at) => `${JSON.stringify({ id: from + at, user })}\n`).join('');
    await writeFile(path, text(0, null) + text(60_000, { c: 'DE' }) + text(120_000, null));
    const large = await Preview.open(path);
    try {
      const target = join(folder, 'blocks.csv');
      await large.host.call('export', { session: 1, query: '', target, to: 'csv' });
      const lines = (await readFile(target, 'utf8')).split('\r\n');
      assert.equal(lines[0], 'id,user.c');
      assert.deepEqual([lines[1], lines[60_001], lines[180_000]], ['0,', '60000,DE', '179999,']);
    } finally {
      await large.close();
    }
  });

  for (const [query, header, rows] of found) {
    it(`are flattened where columns are found in the rows: ${query}`, async () => {
      assert.deepEqual(await exported(query, 'csv'), [header.split(','), ...rows]);
    });
  }
});
