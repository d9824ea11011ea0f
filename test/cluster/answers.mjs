// What an engine of Spark Connect is asked, and must answer as Rowriver does.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../support/bundle.mjs';
import { plotted, previewed, rowsOf, run } from './ask.mjs';

async function oracle() {
  return import(await bundle('oracle/engines'));
}

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {string} folder for the files that are asked
 * @param {boolean} isSpark which has words for more than Sail
 * @returns {[string, () => Promise<void>][]}
 */
export function answers({ address }, folder, isSpark) {
  const on = ['--on', `sc://${address}`];
  const jsonl = join(folder, 'events.jsonl');
  const csv = join(folder, 'events.csv');
  const records = Array.from({ length: 5000 }, (_, i) => ({
    id: 9007199254740993n + BigInt(i),
    status: [200, 404, 503][i % 3],
    path: i % 7 === 0 ? null : `/p/${i % 11}`,
    user: { country: ['DE', 'FR', 'JP'][i % 3], score: (i % 100) / 4 },
    tags: i % 5 === 0 ? [] : ['a', `t${i % 4}`],
    ok: i % 2 === 0,
    text: `zeile "${i}"\nümlaut ${i % 13}`,
  }));
  const json = (value) =>
    JSON.stringify(value, (_, of) => (typeof of === 'bigint' ? `#${of}#` : of)).replace(/"#(\d+)#"/g, '$1');
  writeFileSync(jsonl, records.map((record) => `${json(record)}\n`).join(''));
  const cell = (value) => `"${String(value).replaceAll('"', '""')}"`;
  writeFileSync(
    csv,
    `id,status,path,text\n${records.map(({ id, status, path, text }) => `${id},${status},${path ?? ''},${cell(text)}\n`).join('')}`,
  );
  const both = [
    'status >= 500',
    "path = '/p/3' AND status <> 404",
    'path IS NULL',
    "path LIKE '/p/1%' OR status IN (503, 404)",
    "text ~ 'zeile .1[0-9]*'",
    '|> SELECT id, status * 2 AS twice, length(text) AS size',
    '|> AGGREGATE count(*) AS n, sum(status) AS s, min(id) AS first, max(id) AS last GROUP BY path',
    "status BETWEEN 400 AND 499 |> EXTEND concat(path, '!') AS p |> WHERE p <> '!' |> AGGREGATE count(*) AS n GROUP BY p",
    '|> ORDER BY id DESC |> LIMIT 5',
    '|> SELECT DISTINCT status, path',
    'NOT (status = 200)',
    "|> SELECT id, CASE WHEN status = 200 THEN 'ok' ELSE upper(path) END AS c, coalesce(path, 'none') AS d",
    'id = 9007199254740993',
    '|> SELECT id, id // 1 AS same, id // 3 AS third, (id * 500 + 499) // 500 AS fraction',
  ];
  const nested = [
    "user.country = 'DE' AND user.score > 10.5",
    '|> AGGREGATE avg(user.score) AS mean, count(*) AS n GROUP BY user.country AS c',
    '|> SELECT id, tags[1] AS first, ok',
    'ok',
    '|> UNNEST tags AS tag |> AGGREGATE count(*) AS n GROUP BY tag',
  ];
  const ofSpark = [
    '|> DROP text',
    '|> SET status = status + 1 |> RENAME path AS p',
    'id > 0 |> SELECT * EXCEPT (tags, ok)',
  ];
  const same = (path, query) => [
    `${path === csv ? 'CSV' : 'JSON Lines'}: ${query}`,
    async () => {
      // A table's cells are text here and have types there: as a table, they are the same.
      const to = path === csv ? 'csv' : 'jsonl';
      const [here, there] = await Promise.all([rowsOf(path, query, to), rowsOf(path, query, to, ...on)]);
      assert.ok(here.length > 0, 'the query selects something');
      assert.deepEqual(there, here);
    },
  ];
  return [
    ...both.flatMap((query) => [same(jsonl, query), same(csv, query)]),
    ...nested.map((query) => same(jsonl, query)),
    // Sail has no words for these.
    ...(isSpark ? ofSpark.map((query) => same(jsonl, query)) : []),
    [
      'the columns of folders are those of the cluster as well',
      async () => {
        const hive = join(folder, 'hive');
        for (const year of ['2024', '2025']) {
          for (const month of ['01', '12']) {
            const of = join(hive, `year=${year}`, `month=${month}`);
            mkdirSync(of, { recursive: true });
            writeFileSync(join(of, 'a.jsonl'), `{"id":${year}${month}}\n{"id":1}\n`);
          }
        }
        const query = "year = 2024 AND month = '01' |> SELECT id, year, month";
        const here = await rowsOf(hive, query, 'jsonl');
        assert.deepEqual(here, [
          '{"id":1,"month":"01","year":2024}',
          '{"id":202401,"month":"01","year":2024}',
        ]);
        assert.deepEqual(await rowsOf(hive, query, 'jsonl', ...on, '--on-path', hive), here);
        if (isSpark) {
          assert.deepEqual(await rowsOf(hive, query, 'jsonl', ...on), here);
          return;
        }
        const { code, stderr } = await run(hive, query, ...on);
        assert.equal(code, 1);
        assert.match(stderr, /Name the folder that holds them as the path on the cluster/);
      },
    ],
    [
      'finds the columns and types there, where it is asked to',
      async () => {
        const query = "user.country = 'DE' AND status >= 404 |> SELECT id, path, ok";
        const here = await rowsOf(jsonl, query, 'jsonl');
        assert.deepEqual(await rowsOf(jsonl, query, 'jsonl', ...on, '--on-infer'), here);
      },
    ],
    [
      'counts there',
      async () => assert.equal((await run(jsonl, 'status >= 500', '--count', ...on)).stdout, '1666\n'),
    ],
    ...[
      ['parquet', '*.parquet'],
      ['jsonl', '*.json'],
      ['csv', '*.csv'],
    ].map(([to, names]) => [
      `writes ${to} there, and never over what is there`,
      async () => {
        const query = 'status >= 500 |> SELECT id, status, path';
        const there = join(folder, `written-${to}`);
        const write = () => run(jsonl, query, ...on, '--on-output', there, '--to', to);
        const first = await write();
        assert.equal(first.code, 0, first.stderr);
        const read = await rowsOf(join(there, names), '', 'csv');
        assert.deepEqual(read, await rowsOf(jsonl, query, 'csv'));
        const again = await write();
        assert.equal(again.code, 1);
        assert.match(again.stderr, /exist/i);
        assert.deepEqual(await rowsOf(join(there, names), '', 'csv'), read);
      },
    ]),
    [
      'writes CSV with its header, also without rows',
      async () => {
        const { stdout } = await run(csv, 'status = 1', ...on);
        assert.equal(stdout.trimEnd(), 'id,status,path,text');
      },
    ],
    [
      'names what Spark has no words for, with its place, before it connects',
      async () => {
        const { code, stderr } = await run(jsonl, '_line > 3', '--on', 'sc://localhost:1');
        assert.equal(code, 2);
        assert.match(stderr, /Spark has no equivalent of _line\n {2}_line > 3\n {2}\^\^\^\^\^/);
      },
    ],
    [
      'says what the server says against a query, and writes nothing',
      async () => {
        const out = join(folder, 'out.jsonl');
        const { code, stderr } = await run(jsonl, 'nosuch = 1', ...on, '-o', out);
        assert.equal(code, 1);
        assert.match(stderr, /Spark says: .*nosuch/);
        assert.equal(existsSync(out), false);
      },
    ],
    [
      isSpark ? 'leaves malformed records out, and finds them by _error' : 'fails at a malformed record',
      async () => {
        const path = join(folder, 'broken.jsonl');
        const raw = ['broken', '{"a":3,"b":"z"'];
        writeFileSync(path, `{"a":1,"b":"x"}\n${raw[0]}\n{"a":2,"b":"y"}\n${raw[1]}\n`);
        const found = () => run(path, '_error IS NOT NULL |> ORDER BY _raw', ...on);
        if (!isSpark) {
          const { code, stderr } = await run(path, '', ...on);
          assert.equal(code, 1);
          assert.match(stderr, /Spark says: /);
          assert.match((await found()).stderr, /Only Spark itself says which records are malformed/);
          return;
        }
        for (const query of ['', 'a > 1'])
          assert.deepEqual(
            await rowsOf(path, query, 'jsonl', ...on),
            await rowsOf(path, query, 'jsonl'),
            query,
          );
        assert.equal((await run(path, '', '--count', ...on)).stdout, '2\n');
        assert.equal((await run(path, '_error IS NOT NULL', '--count', ...on)).stdout, '2\n');
        const rows = (await found()).stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
        assert.deepEqual(
          rows.map(({ _error, _raw }) => [_error, _raw]),
          raw.map((text) => ['The record is not well-formed JSON', text]),
        );
      },
    ],
    [
      'fails at a value of another type than those at the beginning, and at a row that is too short',
      async () => {
        const text = join(folder, 'other.jsonl');
        writeFileSync(text, `${'{"a":1,"b":"0123456789"}\n'.repeat(900_000)}{"a":"x"}\n`);
        const short = join(folder, 'short.csv');
        writeFileSync(short, 'a,b\n1,2\n3\n');
        for (const path of isSpark ? [text, short] : [text]) {
          const { code, stderr } = await run(path, 'a > 1', ...on);
          assert.equal(code, 1);
          assert.match(stderr, /Spark says: /);
        }
        if (isSpark)
          assert.match(
            (await run(text, 'a > 1', ...on)).stderr,
            /A record has a value of another type than the records at the beginning: \{"a":"x"\}/,
          );
      },
    ],
    ...(isSpark
      ? [
          [
            'asks a table',
            async () => {
              const { doOnSpark } = await oracle();
              await doOnSpark(address, `CREATE TABLE known USING json LOCATION 'file://${jsonl}'`);
              const query = 'status >= 500 |> SELECT id, path';
              assert.deepEqual(
                await rowsOf(csv, query, 'jsonl', ...on, '--on-path', 'table:default.known'),
                await rowsOf(jsonl, query, 'jsonl'),
              );
              const { code, stderr } = await run(csv, query, ...on, '--on-path', 'table:nosuch');
              assert.equal(code, 1);
              assert.match(stderr, /Spark says: .*nosuch/);
            },
          ],
          [
            'answers random queries as we do',
            async () => {
              const { compare, spark } = await oracle();
              const other = spark(address, folder);
              try {
                assert.ok(
                  await compare(other, { queries: 400, seed: 1, show: 5 }),
                  'all answers are the same',
                );
              } finally {
                await other.close();
              }
            },
          ],
        ]
      : []),
    [
      'a preview: shows all rows of a query',
      async () => {
        const query = 'status >= 500 |> SELECT id, path';
        const { state, rows: shown } = await previewed(address, jsonl, query);
        assert.equal(state.remote.phase, 'done');
        assert.equal(state.records, 1666);
        const here = (await run(jsonl, query)).stdout.trimEnd().split('\n');
        const paths = here.map((line) => /"id":(\d+)/.exec(line)[1]).sort();
        assert.deepEqual(shown.map(([id]) => id).sort(), paths);
      },
    ],
    [
      'a preview: keeps as many rows as it may, and counts the rest there',
      async () => {
        const { state, counted } = await previewed(address, jsonl, '', {
          limits: { rows: 100, bytes: 1e9 },
          counts: true,
        });
        assert.equal(state.remote.phase, 'limited');
        assert.equal(state.records, 100);
        assert.equal(counted.remote.counted, 5000);
      },
    ],
    [
      'a preview: finds what columns hold in all rows, of which some are here',
      async () => {
        const { figures } = await previewed(address, jsonl, 'status >= 404', {
          limits: { rows: 100, bytes: 1e9 },
          figuresOf: ['status', 'path', 'user.country', 'user.score', 'ok'],
        });
        const rows = records.filter(({ status }) => status >= 404);
        const values = {
          status: rows.map(({ status }) => status),
          path: rows.map(({ path }) => path),
          'user.country': rows.map(({ user }) => user.country),
          'user.score': rows.map(({ user }) => user.score),
          ok: rows.map(({ ok }) => ok),
        };
        for (const [path, all] of Object.entries(values)) compareFigures(path, figures[path], all);
      },
    ],
    [
      'a preview: draws of all rows what it draws here of a file of them',
      async () => {
        const query =
          "status >= 404 |> SELECT id, status, path, user.country AS c, user.score AS score, user, tags, ok, text, CASE WHEN status = 404 THEN '2024-05-31T18:00:00Z'::timestamp ELSE '2024-06-02T06:30:00Z'::timestamp END AS at, concat('2024-0', (status % 5 + 1)::text, '-01') AS day";
        const here = join(folder, 'selected.jsonl');
        const { code, stderr } = await run(jsonl, query, '-o', here);
        assert.equal(code, 0, stderr);
        const paths = ['status', 'path', 'c', 'score', 'tags', 'ok', 'text', 'id', 'at', 'day', 'user.score'];
        const [{ plots, figures }, own] = await Promise.all([
          previewed(address, jsonl, query, {
            limits: { rows: 100, bytes: 1e9 },
            plotsOf: paths,
            figuresOf: ['score', 'tags', 'day'],
          }),
          plotted(here, paths),
        ]);
        assert.deepEqual(plots.whole, own.whole);
        const isFew = ({ kinds, distinct }) => kinds.text > 0 && distinct.count <= 20;
        const drawn = ({ whole, histogram }) => {
          const { null: nulls, missing, ...kinds } = whole.kinds;
          const range = whole.numbers ?? whole.times;
          return {
            kinds: { ...kinds, null: nulls + missing },
            trues: whole.trues,
            range: range && [range.kind, range.count, Number(range.min), Number(range.max)],
            // Which of equally frequent texts are listed is another matter.
            top: histogram || !isFew(whole) ? undefined : whole.top.values.map(({ count }) => count),
            histogram,
          };
        };
        for (const [at, path] of paths.entries())
          assert.deepEqual(drawn(plots.columns[at]), drawn(own.columns[at]), path);
        const sum = (counts) => counts.reduce((all, count) => all + count, 0);
        assert.equal(sum(figures.score.histogram.whole), figures.score.present);
        assert.equal(sum(figures.day.histogram.whole), figures.day.present);
        assert.equal(figures.tags.histogram, undefined);
      },
    ],
    [
      'a preview: says what the server says against a query',
      () => assert.rejects(previewed(address, jsonl, 'nosuch = 1'), /Spark says: .*nosuch/),
    ],
    ...(isSpark
      ? [
          [
            'says that it does not see a path',
            async () => {
              const { code, stderr } = await run(jsonl, '', ...on, '--on-path', '/no/such/path');
              assert.equal(code, 1);
              assert.match(stderr, /Spark says: .*\/no\/such\/path/);
            },
          ],
        ]
      : []),
    [
      'says that nothing answers, without the token',
      async () => {
        const { code, stderr } = await run(jsonl, '', '--on', 'sc://127.0.0.1:1/;token=topsecret');
        assert.equal(code, 1);
        assert.match(stderr, /127\.0\.0\.1:1 does not answer/);
        assert.doesNotMatch(stderr, /topsecret/);
      },
    ],
  ];
}

/** What a cluster says of a column's values, beside what they are. */
function compareFigures(path, figures, all) {
  const present = all.filter((value) => value !== undefined && value !== null);
  assert.deepEqual([figures.rows, figures.present], [all.length, present.length], path);
  const counts = new Map();
  for (const value of present) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, 50);
  assert.deepEqual(
    figures.top.map(({ count }) => count),
    most,
    path,
  );
  const isNumber = present.every((value) => typeof value === 'number');
  // Numbers are written there as doubles are.
  if (!isNumber) for (const { text, count } of figures.top) assert.equal(counts.get(text), count, path);
  // Three times its standard error.
  assert.ok(
    Math.abs(figures.distinct / counts.size - 1) <= 0.15,
    `${path}: ${figures.distinct} of ${counts.size}`,
  );
  if (!isNumber) {
    assert.equal(figures.numbers, undefined, path);
    return;
  }
  const sorted = present.toSorted((a, b) => a - b);
  assert.deepEqual([Number(figures.min), Number(figures.max)], [sorted[0], sorted.at(-1)], path);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  assert.ok(Math.abs(figures.numbers.mean - mean) <= 1e-9 * Math.abs(mean), path);
  for (const [name, share] of [
    ['q25', 0.25],
    ['q50', 0.5],
    ['q75', 0.75],
  ]) {
    const off = (value) =>
      sorted[Math.min(sorted.length - 1, Math.max(0, Math.floor(share * sorted.length + value)))];
    const found = figures.numbers[name];
    assert.ok(found >= off(-3) && found <= off(3), `${path}: ${name} is ${found}`);
  }
}
