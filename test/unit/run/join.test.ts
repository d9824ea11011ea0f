import assert from 'node:assert/strict';
import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import type { Pool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { plannedFor, QuerySyntaxError } from '../../../src/engine/dataset/plan.ts';
import type { OrderedResult } from '../../../src/engine/dataset/scanInOrder.ts';
import { deriveRows } from '../../../src/engine/run/derive.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { StageMeter } from '../../../src/engine/run/stageMeter.ts';
import { SourceError } from '../../../src/engine/source/source.ts';
import { scanPool } from '../../support/pool.ts';

const signal = new AbortController().signal;

describe('JOIN with another file', () => {
  let folder = '';
  let inner = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-join-'));
    inner = join(folder, 'data');
    await mkdir(join(inner, 'more'), { recursive: true });
    const events = [
      { id: 1, user: { id: 1 } },
      { id: 2, user: { id: '2' } },
      { id: 3, user: { id: null } },
      { id: 4, user: { id: '2.0' } },
      { id: 5 },
    ];
    const lines = events.map((event) => JSON.stringify(event));
    lines.push('{"id":6,"user":{"id":2.0}}', '{"id":7,"user":{"id":9007199254740993}}');
    await writeFile(join(inner, 'events.jsonl'), `${lines.join('\n')}\n`);
    await writeFile(join(inner, 'users.csv'), 'id,Name,age\n1,Ann,9\n2,Bo,10\n2,Bea,100\n,Nil,1\n');
    const users = [
      { id: 1, name: 'Ann' },
      { id: '2', name: 'Bo' },
      { id: null, name: 'Nil' },
    ];
    const texts = users.map((user) => JSON.stringify(user));
    texts.push('{"id":9007199254740992,"name":"Near"}', '{"id":9007199254740993.0,"name":"Same"}');
    await writeFile(join(inner, 'more', 'users.jsonl.gz'), gzipSync(texts.join('\n')));
    await writeFile(join(folder, 'outside.csv'), 'id,name\n1,Out\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function rows(
    query: string,
    options: Partial<DatasetOptions> & { readonly of?: string; readonly budget?: number } = {},
    found: () => Promise<void> = () => Promise.resolve(),
  ): Promise<unknown[]> {
    const { of = 'events.jsonl', budget, ...rest } = options;
    const dataset = await Dataset.open({ kind: 'file', path: join(inner, of) }, { signal, ...rest });
    try {
      let text = '';
      const planned = plannedFor(query, dataset.recognised.format);
      for await (const { bytes } of deriveRows(dataset, planned, signal, found, { budget })) {
        text += Buffer.from(bytes).toString();
      }
      return text
        .split('\n')
        .slice(0, -1)
        .map((line): unknown => JSON.parse(line));
    } finally {
      await dataset.close();
    }
  }

  const refused = async (query: string, message: RegExp, at: string): Promise<void> => {
    const error = await rows(query).then(
      () => assert.fail(`nothing was said of ${query}`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof QuerySyntaxError, String(error));
    const [{ from, to, message: said }] = error.diagnostics;
    assert.match(said, message);
    assert.equal(query.slice(from, to), at);
  };

  it('finds partners as = does, and never by NULL', async () => {
    assert.deepEqual(await rows("|> JOIN 'users.csv' AS u ON user.id = u.id |> SELECT id, u.name AS n"), [
      { id: 1, n: 'Ann' },
      { id: 2, n: 'Bo' },
      { id: 2, n: 'Bea' },
      { id: 6, n: 'Bo' },
      { id: 6, n: 'Bea' },
    ]);
    const jsonl = "JOIN 'more/users.jsonl.gz' AS u ON u.id = user.id |> SELECT id, u.name AS n";
    assert.deepEqual(await rows(`|> ${jsonl}`), [
      { id: 1, n: 'Ann' },
      { id: 2, n: 'Bo' },
      { id: 6, n: 'Bo' },
      { id: 7, n: 'Same' },
    ]);
  });

  it('keeps rows without a partner, or only those, or only the others', async () => {
    const left = await rows("|> LEFT JOIN 'users.csv' ON user.id = users.id AND users.age > 50");
    assert.deepEqual(left.slice(0, 2), [
      { id: 1, user: { id: 1 }, users: null },
      { id: 2, user: { id: '2' }, users: { id: '2', Name: 'Bea', age: '100' } },
    ]);
    assert.equal(left.length, 7);
    const ids = (found: readonly unknown[]): unknown[] => found.map((row) => (row as { id: number }).id);
    assert.deepEqual(ids(await rows("|> SEMI JOIN 'users.csv' AS u ON user.id = u.id")), [1, 2, 6]);
    assert.deepEqual(ids(await rows("|> ANTI JOIN 'users.csv' AS u ON user.id = u.id")), [3, 4, 5, 7]);
    assert.deepEqual(ids(await rows("|> SEMI JOIN 'users.csv' AS u USING (id)")), [1, 2]);
  });

  it('reads fields of a CSV as such in what follows', async () => {
    const query =
      "|> JOIN 'users.csv' AS u ON user.id = u.id |> SELECT u.age AS age |> DISTINCT |> ORDER BY age";
    assert.deepEqual(await rows(query), [{ age: '9' }, { age: '10' }, { age: '100' }]);
  });

  describe('gives the same rows', () => {
    /** In blocks of which the scan workers take those behind the first ones. */
    const count = 1500;
    /** @param only those of so many */
    const partners = (at: number, only = (at % 300) % 4): number[] =>
      only === (at % 300) % 4 ? Array.from({ length: only }, (_, nth) => nth) : [];
    let pool: Pool<Task, Result>;
    before(() => (pool = scanPool(2)));
    after(() => pool.close());
    beforeEach(async () => {
      const many = Array.from({ length: count }, (_, at) => ({ at, of: `k${at % 300}`, n: at % 300 }));
      await writeFile(join(inner, 'many.jsonl'), many.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await writeFile(
        join(inner, 'many.csv'),
        `at,of,n\n${many.map(({ at, of, n }) => `${at},${of},${n}\n`).join('')}`,
      );
      const others = Array.from({ length: 300 }, (_, of) =>
        Array.from({ length: of % 4 }, (_, nth) => ({ id: of, key: `k${of}`, nth })),
      ).flat();
      await writeFile(join(inner, 'others.jsonl'), others.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await writeFile(
        join(inner, 'others.csv'),
        `id,key,nth\n${others.map(({ id, key, nth }) => `${id},${key},${nth}\n`).join('')}`,
      );
    });

    const queries = [
      "JOIN 'others' AS o ON n = o.id |> SELECT at, o.nth AS nth",
      "JOIN 'others' AS o ON of = o.key |> SELECT at, o.nth AS nth",
      "LEFT JOIN 'others' AS o ON n = o.id AND o.nth > 0 |> SELECT at, o.nth AS nth",
      "SEMI JOIN 'others' AS o ON n = o.id AND o.nth > 1",
      "ANTI JOIN 'others' AS o ON of = o.key |> SELECT at",
      "WHERE n > 270 |> JOIN 'others' AS o ON n = o.id AND of = o.key",
      "JOIN 'others' AS o ON n = o.id |> AGGREGATE count(*) AS c, sum(o.nth) AS s, max(at) AS m GROUP BY of |> ORDER BY of",
      "JOIN 'others' AS o ON n = o.id |> JOIN 'others' AS p ON o.key = p.key AND p.nth = o.nth |> SELECT at, p.id AS id",
      "ORDER BY n DESC, at |> LIMIT 500 |> JOIN 'others' AS o ON n = o.id |> SELECT at, o.nth AS nth",
      "JOIN 'others' AS o ON n = o.id |> ORDER BY at DESC, o.nth |> LIMIT 9",
      "JOIN 'others' AS o ON n = o.id |> SELECT o.nth AS nth, * EXCEPT (o)",
    ];
    for (const kind of ['jsonl', 'csv']) {
      for (const query of queries) {
        it(`whoever looks them up: ${kind}, ${query}`, async () => {
          const asked = `|> ${query.replaceAll("'others'", `'others.${kind === 'csv' ? 'jsonl' : 'csv'}'`)}`;
          const of = `many.${kind}`;
          const inWorkers = await rows(asked, { of, pool, blockSize: 8 * 1024 });
          assert.deepEqual(await rows(asked, { of, pool, blockSize: 8 * 1024, budget: 10_000 }), inWorkers);
          assert.deepEqual(await rows(asked, { of }), inWorkers);
        });
      }
    }

    it('but no more than LIMIT takes, where a key has many', async () => {
      const alike = Array.from({ length: 20_000 }, (_, nth) => `{"id":${nth % 2},"nth":${nth}}\n`).join('');
      await writeFile(join(inner, 'alike.jsonl'), alike);
      const dataset = await Dataset.open({ kind: 'file', path: join(inner, 'many.csv') }, { signal, pool });
      try {
        const query = "|> WHERE n < 2 |> JOIN 'alike.jsonl' AS o ON n = o.id |> LIMIT 5";
        const planned = plannedFor(query, dataset.recognised.format);
        const stages = new StageMeter(
          dataset,
          { plan: planned.plan, ran: true, outputs: () => [] },
          'stages',
        );
        let found = 0;
        const noted = (result: OrderedResult): void => stages.add(result);
        for await (const { rows: more } of deriveRows(dataset, planned, signal, noted, { stages }))
          found += more;
        assert.equal(found, 5);
        const joined = stages.report(1).lines.find(({ name }) => name === 'JOIN');
        assert.ok((joined?.rowsOut ?? Infinity) <= 10_000, `${joined?.rowsOut} rows were made`);
      } finally {
        await dataset.close();
      }
    });

    it('as the files say', async () => {
      for (const [query, of] of [
        [queries[0], (at: number) => partners(at)],
        [`WHERE n % 4 = 2 |> ${queries[2].replace('LEFT ', '')}`, (at: number) => partners(at, 2).slice(1)],
        [queries[2], (at: number) => (partners(at).length > 1 ? partners(at).slice(1) : [null])],
      ] as const) {
        const found = await rows(`|> ${query.replace('others', 'others.jsonl')}`, { of: 'many.jsonl', pool });
        const expected = Array.from({ length: count }, (_, at) => of(at).map((nth) => ({ at, nth }))).flat();
        assert.deepEqual(found, expected, query);
      }
    });
  });

  describe('whose other file is a table', () => {
    const table = [
      ['id', 'h.of', 'Name', 'the name', 'u', 'u.id'],
      ['1', 'b', 'Ann', 'n 1', 'k', 'x'],
      ['2', 'a', 'Bo', 'n 2', 'l', 'y'],
    ];
    const written = (delimiter: string): string => table.map((row) => `${row.join(delimiter)}\n`).join('');
    beforeEach(async () => {
      await writeFile(join(inner, 'u.csv'), written(','));
      await writeFile(join(inner, 'u.tsv'), written('\t'));
    });

    for (const other of ['u.csv', 'u.tsv']) {
      it(`finds its columns by their names as those of a first file: ${other}`, async () => {
        const join = (rest: string): string => `|> JOIN '${other}' AS x ON ${rest}`;
        const both = [
          { id: '1', n: 'Ann' },
          { id: '2', n: 'Bo' },
        ];
        for (const query of [
          join('h.of = x.h.of |> SELECT id, x.Name AS n'),
          join('x."h.of" = h.of |> SELECT id, x.NAME AS n'),
          join('"h.of" = x."H.Of" |> SELECT id, x.name AS n'),
          join('upper(h.of) = upper(x.h.of) AND x.h.of > \'\' |> SELECT id, x."Name" AS n'),
          `|> AS f |> ${join('f.h.of = x.h.of |> SELECT f.id, x.name AS n').slice(3)}`,
          `|> JOIN '${other}' AS x USING ("h.of") |> SELECT id, x.name AS n`,
        ])
          assert.deepEqual(await rows(query, { of: 'u.csv' }), both, query);
        const of = join('id = x.id |> SELECT x.H.OF AS h, x."the name" AS n, x.u.id AS i, x.id + 0 AS t');
        assert.deepEqual(await rows(of, { of: 'u.csv' }), [
          { h: 'b', n: 'n 1', i: 'x', t: 1 },
          { h: 'a', n: 'n 2', i: 'y', t: 2 },
        ]);
        const whole = join(`h.of = x.h.of |> SELECT x, x.h.of AS h, x.NAME AS n |> LIMIT 1`);
        const row = Object.fromEntries(table[0].map((name, at) => [name, table[1][at]]));
        assert.deepEqual(await rows(whole, { of: 'u.csv' }), [{ x: row, h: 'b', n: 'Ann' }]);
        const ids = async (query: string): Promise<unknown> => rows(`${query} |> SELECT id`, { of: 'u.csv' });
        assert.deepEqual(await ids(`|> SEMI JOIN '${other}' AS x ON h.of = x.h.of AND x.h.of > 'a'`), [
          { id: '1' },
        ]);
        assert.deepEqual(await ids(`|> ANTI JOIN '${other}' AS x ON h.of = x.h.of AND x.h.of > 'a'`), [
          { id: '2' },
        ]);
      });
    }

    it('keeps their names where the rows are grouped, and numbers are numbers there', async () => {
      const query =
        "|> JOIN 'u.csv' AS x ON id = x.id |> AGGREGATE count(*) AS n GROUP BY x |> SELECT x.h.of AS h, x.id < 10 AS t";
      assert.deepEqual(await rows(query), [
        { h: 'b', t: true },
        { h: 'a', t: true },
      ]);
    });

    it('says which column it has not', async () => {
      const query = "|> JOIN 'u.csv' AS x ON id = x.id |> SELECT x.h.off";
      await refused(query, /u\.csv has no column h\.off; did you mean h\.of\?/, 'x.h.off');
      await refused("|> JOIN 'u.csv' AS x ON id = x.h", /u\.csv has no column h/, 'x.h');
      const starred = "|> JOIN 'u.csv' AS x ON id = x.id |> SELECT x.* |> WHERE x.id = 1";
      await refused(starred, /u\.csv has no column x\.id; did you mean id\?/, 'x.id');
    });

    it('reads what stands behind the name of its rows as its own, whatever columns are called', async () => {
      // Both files have a column `u.id`, and the other one a column `u`.
      const query =
        '|> JOIN \'u.csv\' ON id = u.id AND u.id < 2 |> SELECT u.id AS i, "u.id" AS own, u.u AS k';
      assert.deepEqual(await rows(query, { of: 'u.csv' }), [{ i: '1', own: 'x', k: 'k' }]);
    });

    it('reads its numbers as they are written', async () => {
      await writeFile(join(inner, 'prices.csv'), 'id;price\n1;1.234,5\n2;99,5\n3;7,25\n');
      const query =
        "|> JOIN 'prices.csv' AS p ON id = p.id AND p.price > 50 |> SELECT p.price * 2 AS d |> ORDER BY d";
      assert.deepEqual(await rows(query), [{ d: 199 }, { d: 2469 }]);
      const sorted =
        "|> JOIN 'prices.csv' AS p ON id = p.id |> SELECT id, p.price AS p |> ORDER BY p |> SELECT id";
      assert.deepEqual(await rows(sorted), [{ id: 3 }, { id: 2 }, { id: 1 }]);
    });
  });

  it('reads records of JSON by what they are, and no column of every record', async () => {
    await writeFile(join(inner, 'numbers.jsonl'), '1\n4\n');
    assert.deepEqual(
      await rows("|> JOIN 'numbers.jsonl' AS n ON id = n._value |> SELECT id, n._value AS v"),
      [
        { id: 1, v: 1 },
        { id: 4, v: 4 },
      ],
    );
    await writeFile(join(inner, 'odd.jsonl'), '{"_record":5,"o":{"id":9},"id":4}\n');
    assert.deepEqual(
      await rows("|> JOIN 'odd.jsonl' AS o ON id = o._record |> SELECT id, o._record AS r, o.id AS i"),
      [{ id: 5, r: 5, i: 4 }],
    );
  });

  it('says what is not there, and where', async () => {
    await refused("|> JOIN 'usr.csv' AS u ON id = u.id", /There is no file .*usr\.csv/, "'usr.csv'");
    await refused("|> JOIN 'users.csv' AS u ON id = u.idd", /no column idd; did you mean id\?/, 'u.idd');
    await refused("|> JOIN 'users.csv' AS u USING (idd)", /no column idd/, 'idd');
    await refused("|> JOIN 'users.csv' AS u ON id = u.id |> SELECT u.nme", /no column nme/, 'u.nme');
    await refused("|> JOIN 'users.csv' AS u ON id > u.id", /ON needs a column of each file/, 'id > u.id');
    await refused(
      "|> JOIN 'https://example.org/u.csv' AS u ON id = u.id",
      /no address/,
      "'https://example.org/u.csv'",
    );
  });

  for (const [name, doubt, change] of [
    ['is touched', 'touched', (path: string) => utimes(path, new Date(), new Date())],
    [
      'is replaced',
      'replaced',
      async (path: string) => {
        await writeFile(`${path}.new`, 'id\n');
        await rename(`${path}.new`, path);
      },
    ],
    ['only grows', undefined, (path: string) => appendFile(path, '3,New,1\n')],
  ] as const) {
    it(`says so where the other file ${name} while it is read`, async () => {
      // So many that the first rows are written before the last are found.
      const path = join(inner, 'many.jsonl');
      await writeFile(path, '{"user":{"id":1}}\n'.repeat(50_000));
      const dataset = await Dataset.open({ kind: 'file', path }, { signal });
      const users = join(inner, 'users.csv');
      const query = "|> JOIN 'users.csv' AS u ON user.id = u.id |> SELECT u.name AS n";
      const context = { signal, progress: () => undefined };
      const expected = doubt === undefined ? [] : [{ name: users, doubt, malformed: 0 }];
      await utimes(users, 1_700_000_000, 1_700_000_000);
      let isChanged = false;
      try {
        const sink = {
          ...{ name: 'target', commit: () => Promise.resolve(), discard: () => Promise.resolve() },
          async write() {
            if (!isChanged) await change(users);
            isChanged = true;
          },
        };
        const { joined, doubt: own } = await exportTo(dataset, { query, to: 'jsonl', sink }, context);
        assert.deepEqual({ joined, own }, { joined: expected, own: undefined });
      } finally {
        await dataset.close();
      }
    });
  }

  it('leaves the folder only where that is allowed', async () => {
    await symlink(join(folder, 'outside.csv'), join(inner, 'link.csv'));
    for (const name of ['../outside.csv', join(folder, 'outside.csv'), 'link.csv']) {
      const query = `|> JOIN '${name}' AS u ON id = u.id |> SELECT u.name AS n`;
      await refused(
        query,
        /not in the folder of events.jsonl. Copy it there, or run the query in a terminal/,
        `'${name}'`,
      );
      assert.deepEqual(await rows(query, { beside: 'any' }), [{ n: 'Out' }]);
    }
    await refused(
      "|> JOIN '../none.csv' AS u ON id = u.id",
      /not in the folder of events.jsonl. Copy it there, or run the query in a terminal/,
      "'../none.csv'",
    );
  });

  it('fails where the other file has changed when the rows are there', async () => {
    const changed = async (): Promise<void> => truncate(join(inner, 'users.csv'), 10);
    const query = "|> SEMI JOIN 'users.csv' AS u ON user.id = u.id";
    await assert.rejects(rows(query, {}, changed), (error: unknown) => {
      assert.ok(error instanceof SourceError && error.failure === 'changed', String(error));
      assert.match(error.message, /users\.csv changed while it was being read/);
      return true;
    });
  });
});
