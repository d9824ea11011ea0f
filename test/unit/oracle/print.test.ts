import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuery, printQuery, type PrintTarget } from '../../../src/engine/query/index.ts';
import { run, type TestData } from '../stage/run.ts';
import { told } from '../../support/said.ts';

function printed(
  query: string,
  target: PrintTarget,
  file = 'data.jsonl',
  format: 'jsonl' | 'csv' = 'jsonl',
): string {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(parsed.diagnostics[0].message);
  const result = printQuery(parsed.query, target, { file, format });
  return result.ok ? result.text : told(result);
}

const query =
  "status >= 500 AND user.country = 'DE' |> SELECT id, lower(url) AS u |> ORDER BY id DESC |> LIMIT 10";

describe('a query is written', () => {
  it('for DuckDB', () => {
    assert.equal(
      printed(query, 'duckdb'),
      `WITH step1 AS (
  SELECT "id" AS "id", lower("url") AS "u"
  FROM read_ndjson('data.jsonl')
  WHERE (("status" >= 500) AND ("user"['country'] = 'DE'))
)
SELECT *
FROM step1
ORDER BY "id" DESC NULLS LAST
LIMIT 10`,
    );
  });

  it('for ClickHouse', () => {
    assert.equal(
      printed(
        "message ~* 'time.?out' |> DROP b |> AGGREGATE count(*) AS n GROUP BY a",
        'clickhouse',
        "it's.csv",
        'csv',
      ),
      `WITH step1 AS (
  SELECT * EXCEPT ("b")
  FROM file('it\\'s.csv', 'CSVWithNames')
  WHERE match("message", concat('(?i)', 'time.?out'))
)
SELECT "a" AS "a", toFloat64(count(*)) AS "n"
FROM step1
GROUP BY "a"`,
    );
  });

  it('for ClickHouse, where it means something else by the same words', () => {
    assert.equal(
      printed(
        "SELECT CASE a WHEN b THEN round(c) END AS r, a IN (b, 1) AS i, split_part(t, ',', 2) AS p, substr(t, 0, 3) AS s |> AGGREGATE max(r) AS m",
        'clickhouse',
      ),
      `WITH step1 AS (
  SELECT CASE WHEN ("a" = "b") THEN (sign("c") * floor(abs("c") + 0.5) + 0) END AS "r", ("a" = "b" OR "a" = 1) AS "i", if(isNull("t"), NULL, splitByString(',', "t")[2]) AS "p", substringUTF8("t", 1, if(3 < 1, 0, 3 - 1)) AS "s"
  FROM file('data.jsonl', 'JSONEachRow')
)
SELECT maxOrNull("r") AS "m"
FROM step1`,
    );
  });

  it('for Spark, which has pipes itself', () => {
    assert.equal(
      printed(query, 'spark'),
      `CREATE OR REPLACE TEMPORARY VIEW data USING json OPTIONS (path 'data.jsonl');
FROM data
|> WHERE ((\`status\` >= 500) AND (\`user\`.\`country\` = 'DE'))
|> SELECT \`id\` AS \`id\`, lower(\`url\`) AS \`u\`
|> ORDER BY \`id\` DESC NULLS LAST
|> LIMIT 10`,
    );
  });

  for (const [text, expected] of [
    [
      "EXTRACT(dow FROM t) = 0 AND date_part('isodow', t) = 7",
      '(((dayofweek(try_cast(`t` AS TIMESTAMP)) - 1) = 0) AND ((weekday(try_cast(`t` AS TIMESTAMP)) + 1) = 7))',
    ],
    [
      'list_contains(l, a)',
      'CASE WHEN `l` IS NOT NULL AND `a` IS NOT NULL THEN coalesce(array_contains(`l`, `a`), FALSE) END',
    ],
    [
      'substr(a, 0, 2) = left(a, -1)',
      '(substr(`a`, 1, 1) = substr(`a`, 1, greatest(char_length(`a`) + -1, 0)))',
    ],
    ["substr(a, 0, n) = ''", "(substr(`a`, 1, CASE WHEN `n` < 1 THEN 0 ELSE `n` - 1 END) = '')"],
    [
      'a // b = mod(a, b)',
      "(CASE WHEN typeof(`a`) IN ('tinyint', 'smallint', 'int', 'bigint') AND typeof(`b`) IN ('tinyint', 'smallint', 'int', 'bigint') THEN (try_cast(`a` AS BIGINT) div nullif(try_cast(`b` AS BIGINT), 0)) ELSE try_cast((`a` / nullif(try_cast(`b` AS DOUBLE), 0)) AS BIGINT) END = (`a` % nullif(`b`, 0)))",
    ],
  ] as const) {
    it(`for Spark, where it means something else by the same words: ${text}`, () =>
      assert.equal(printed(text, 'spark').split('|> WHERE ').at(-1), expected));
  }

  for (const [text, target, message] of [
    ['_line > 5', 'spark', 'Spark has no equivalent of _line'],
    [
      'EXTEND lag(a) OVER () AS b',
      'spark',
      'Spark needs ORDER BY in OVER for lag, as the records of a file have no order there',
    ],
    ["EXTEND date_trunc('century', t) AS c", 'spark', 'Spark does not support the time unit century'],
    ['_line > 5', 'duckdb', 'DuckDB has no equivalent of _line'],
    [
      'AGGREGATE median(u::timestamp - t::timestamp) AS m',
      'duckdb',
      'DuckDB has no median of intervals that is the same',
    ],
    [
      'EXTEND extract(hour FROM i::interval) AS h',
      'duckdb',
      'DuckDB has no date_part of intervals that is the same',
    ],
    ['typeof(a) = 1', 'clickhouse', 'ClickHouse has no typeof'],
    ['TABLESAMPLE 5 ROWS', 'duckdb', 'DuckDB does not support this sample'],
    ['EXTEND lag(a) OVER () AS b', 'jq', 'jq does not support window functions'],
    ["a > TIMESTAMP '2024-01-01'", 'jq', 'jq does not support times'],
  ] as const) {
    it(`or it is said what ${target} has no words for: ${text}`, () =>
      assert.equal(printed(text, target), message));
  }
});

const data: TestData = {
  format: 'jsonl',
  text: [
    '{"id":1,"type":"a","n":1.5,"ok":true,"user":{"name":"Ann"},"tags":["x","y"],"code":"500"}',
    '{"id":2,"type":"b","n":2,"ok":false,"user":{"name":"Bob"},"tags":[],"code":"x"}',
    '{"id":3,"type":"a","n":0.25,"user":{"name":"a.b%"},"code":404}',
    '{"id":4,"type":null,"n":null,"ok":null,"user":null,"tags":["z"]}',
    '{"id":5,"type":"b","n":-7,"ok":true,"user":{"name":""},"code":"  12 "}',
  ].join('\n'),
};

describe('jq gives the same rows', () => {
  let folder: string;
  let file: string;
  const hasJq = spawnSync('jq', ['--version']).status === 0;

  before(function () {
    if (!hasJq) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'rowriver-jq-'));
    file = join(folder, 'data.jsonl');
    writeFileSync(file, data.text);
  });
  after(() => {
    if (hasJq) rmSync(folder, { recursive: true });
  });

  for (const text of [
    'code >= 12 |> SELECT id',
    "n < 1 OR type = 'b' |> SELECT id",
    'NOT (n < 1) |> SELECT id',
    "type IN ('a', NULL) |> SELECT id",
    "type NOT IN ('a') AND n NOT BETWEEN 0 AND 5 |> SELECT id",
    'type IS NULL OR ok IS NOT TRUE |> SELECT id',
    "type IS DISTINCT FROM 'a' |> SELECT id",
    "user.name LIKE '%!%' ESCAPE '!' OR user.name LIKE '_o_' |> SELECT id",
    "user.name ILIKE 'A%' AND user.name ~ '^[Aa]' |> SELECT id, user.name AS name",
    "SELECT id, n * 2 + 1 AS m, n / 0 AS z, n // 2 AS w, n % 2 AS r, - n AS neg, type || '!' AS t",
    'SELECT id, abs(n) AS a, floor(n) AS f, ceil(n) AS c, round(n) AS r, length(user.name) AS l',
    "SELECT id, CASE WHEN n > 1 THEN 'big' WHEN n IS NULL THEN 'none' ELSE 'small' END AS size, coalesce(ok, false) AS ok",
    "SELECT id, contains(user.name, 'n') AS c, starts_with(user.name, 'A') AS s, tags[1] AS tag",
    'SELECT id, [id, 20, 30][-1] AS a, [id, 20, 30][-3] AS b, [id][0] AS none',
    'EXTEND id + 1 AS next |> DROP user, tags, code |> RENAME type AS kind',
    'SELECT id, n |> RENAME id AS n, n AS id',
    'SELECT id, n |> SET n = id * 10',
    'SELECT type |> DISTINCT',
    'ORDER BY n DESC, id |> SELECT id',
    'ORDER BY type NULLS FIRST, n DESC |> SELECT id',
    'LIMIT 2 OFFSET 1 |> SELECT id',
    'LIMIT 2 |> WHERE greatest(n, id) > 0 AND user.name IS NOT NULL |> SELECT id, user.name AS name, tags[9] AS none',
    "SELECT id, nullif(type, 'a') AS t, concat(type, n) AS c, replace(user.name, 'n', '--') AS r, repeat(type, id - 1) AS p, least(n, id) AS m",
    'UNNEST tags AS tag |> SELECT id, tag',
    'AGGREGATE count(*) AS c, count(n) AS k, sum(n) AS s, avg(n) AS a, min(n) AS lo, max(n) AS hi GROUP BY type',
    'AGGREGATE count(*) FILTER (WHERE n > 1) AS big, count_if(ok) AS ok, count(DISTINCT type) AS types',
    'id > 99 |> AGGREGATE count(*) AS c, sum(n) AS s',
    'SELECT type, count(*) AS c FROM data d WHERE d.id < 5 GROUP BY type HAVING count(*) > 1 ORDER BY c DESC',
  ]) {
    it(`for ${text}`, async () => {
      const { stdout, stderr } = spawnSync('sh', ['-c', printed(text, 'jq', file)], { encoding: 'utf8' });
      assert.equal(stderr, '');
      const rows = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line) as unknown);
      const expected = rows(await run(text, data));
      assert.ok(expected.length > 0);
      assert.deepEqual(rows(stdout.split('\n').slice(0, -1)), expected);
    });
  }
});
