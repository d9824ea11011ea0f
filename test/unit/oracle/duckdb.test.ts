import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { aggregates, scalarFunctions, windowFunctions } from '../../../src/engine/query/function/index.ts';
import { parseQuery, printQuery } from '../../../src/engine/query/index.ts';
import { pipeOperators } from '../../../src/engine/query/operator/operators.ts';
import { runs } from '../../support/long.ts';
import { run, runInParts, type TestData } from '../stage/run.ts';
import { comparable, jsonOf, rowsOf, sorted } from './answers.ts';
import { QueryWriter, table, type Row } from './randomQuery.ts';
import { told } from '../../support/said.ts';

/** Queries in all. */
const queries = runs(2000, 20_000);
const queriesPerTable = 250;
/** The same queries every time but in the long run; ROWRIVER_ORACLE_SEED repeats one that has failed. */
const seed = Number(process.env.ROWRIVER_ORACLE_SEED ?? runs(1, Math.floor(Math.random() * 2 ** 31)));

function csvOf(rows: readonly Row[]): TestData {
  const cell = (value: string | number | boolean | null): string =>
    value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
  const lines = rows.map(({ id, i, d, s, u, b }) => [id, i, d, s, u, b].map(cell).join(','));
  return { format: 'csv', text: `id,i,d,s,u,b\n${lines.join('\n')}\n` };
}

/** Of these the answers differ by intention, or are estimates. */
const askedElsewhere: ReadonlySet<string> = new Set(['typeof', 'to_timestamp', 'approx_count_distinct']);

describe('DuckDB agrees', () => {
  let connection: DuckDBConnection;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-oracle-'));
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    // DuckDB 1.5.5 takes it below an OFFSET, which then leaves out another row.
    await connection.run("SET disabled_optimizers = 'join_filter_pushdown'");
  });

  after(() => {
    connection.closeSync();
    rmSync(folder, { recursive: true, force: true });
  });

  async function load(rows: readonly Row[]): Promise<void> {
    const file = join(folder, 'data.jsonl');
    writeFileSync(file, jsonOf(rows).text);
    const columns = "{id: 'BIGINT', i: 'BIGINT', d: 'DOUBLE', s: 'VARCHAR', u: 'VARCHAR', b: 'BOOLEAN'}";
    await connection.run(`CREATE OR REPLACE TABLE data AS FROM read_ndjson('${file}', columns = ${columns})`);
  }

  async function ask(query: string): Promise<unknown[][]> {
    const parsed = parseQuery(query);
    if (!parsed.ok) assert.fail(`${parsed.diagnostics[0].message} in: ${query}`);
    const printed = printQuery(parsed.query, 'duckdb', { file: 'data', format: 'jsonl' });
    if (!printed.ok) assert.fail(told(printed));
    const sql = printed.text.replace("read_ndjson('data')", 'data').replace("FROM 'data' AS", 'FROM data AS');
    try {
      const result = await connection.runAndReadAll(sql);
      return result.getRows().map((row) => row.map(comparable));
    } catch (error) {
      assert.fail(`${error instanceof Error ? error.message : String(error)}\n${query}\n${sql}`);
    }
  }

  /** What longer runs have found, and what no random query asks for. */
  const known = [
    "AGGREGATE count(*) AS c1 |> SELECT ('a' || nullif('a', 'a')) AS c3 |> AGGREGATE count(contains(c3, c3)) AS c5",
    'SELECT id, lead(i, 2) OVER (PARTITION BY b) AS n, sum(i) OVER (PARTITION BY b ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS t |> ORDER BY id',
    "UNNEST [-1, 0, 5] AS c |> OFFSET 1 |> JOIN 'data' AS o ON id = o.i AND o.i > 0 |> SELECT id, c, o.id AS n |> ORDER BY id, c, n",
    "SELECT id, concat_ws('-', i, s, NULL, b) AS c, epoch_ms(1704067200123) AS t, array_to_string(list_concat([i], [2]), '+') AS l, list_element([s, 'x'], 2) AS e |> ORDER BY id",
    `SELECT id, json_extract_string('{"a":{"b":[1,null,"x"]}}', '$.a.b[2]') AS x, json_extract_string('{"a":{"b":[1,null]}}', '$.a') AS y, json_extract_string('{"a":null}', '$.a') AS n |> ORDER BY id`,
    "SELECT id, array_to_string(regexp_extract_all('aab', 'a*'), '|') AS a, array_to_string(regexp_extract_all('😀b', ''), '|') AS e, array_to_string(string_split('a😀b', ''), '|') AS c, string_split(s, NULL)[1] AS s |> ORDER BY id",
    "SELECT id, array_to_string(list_sort([i, 2, NULL, -1]), ',') AS s, list_sort([i, NULL])[1] AS f, list_sort(['b', 'a', NULL, 'C'])[1] AS t, len(list_distinct([i, 2, i, NULL])) AS n |> ORDER BY id",
    "AGGREGATE avg(TIMESTAMP '2024-01-01 00:00:00' + id * INTERVAL '7 microseconds')::text AS a, avg(TIMESTAMP '1970-01-01 00:00:00' + id * INTERVAL '3 microseconds')::text AS b, median((DATE '2024-02-28' + id * INTERVAL '1 day')::date)::text AS m, quantile_cont(TIMESTAMP '1969-12-31 23:59:59.999990' + id * INTERVAL '3 microseconds', 0.3)::text AS q, quantile_disc((DATE '2024-02-28' + id * INTERVAL '1 day')::date, 0.3)::text AS d GROUP BY b |> ORDER BY a",
    "WHERE id < 5 |> AGGREGATE avg(id * INTERVAL '1 day')::text AS a",
    "SELECT id, (avg(TIMESTAMP '2024-01-01 00:00:00' + id * INTERVAL '7 microseconds') OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW))::text AS a |> ORDER BY id",
    "SELECT id, list_reverse([i, 2, NULL])[1] AS r, list_position([i, 2, NULL], 2) AS p, list_position([i, NULL], NULL) AS n, array_to_string(flatten([[i, 2], NULL, [3]]), '|') AS f, array_to_string(list_slice([1, 2, 3, i], 2, -1), '|') AS l, array_to_string(list_slice([1, 2, 3], -5, 2), '|') AS e |> ORDER BY id",
    "SELECT id, chr(id + 8360) AS c, ascii(s) AS a, unicode(s) AS u, unicode('') AS v, ascii('') AS w, md5(s || 'é') AS m, sha256(s) AS h |> ORDER BY id",
    "SELECT id, regexp_matches(s || 'X', 'x$', 'i') AS m, regexp_extract(s || 'XY', '(x)y', 1, 'i') AS e, array_to_string(regexp_extract_all('AbaB' || s, 'B', 0, 'i'), '|') AS a, regexp_replace('aAbB', 'A', s, 'gi') AS r |> ORDER BY id",
    "SELECT id, timezone('UTC', TIMESTAMP '2024-05-31 10:00:00' AT TIME ZONE 'America/New_York')::text AS t, hour(timezone('Asia/Tokyo', TIMESTAMPTZ '2024-05-31 10:00:00')) AS h |> ORDER BY id",
    'AGGREGATE variance(i) AS a, var_pop(i) AS b, stddev_pop(i) AS c |> SELECT round(a, 3) AS a, round(b, 3) AS b, round(c, 3) AS c',
    'WHERE i IS NOT NULL |> LIMIT 1 |> AGGREGATE variance(i) AS a, var_pop(i) AS b, stddev_pop(i) AS c',
    'SELECT id, max(i) OVER (PARTITION BY i % 3 ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING) AS m |> ORDER BY id',
    'SELECT id, max(d) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS m |> ORDER BY id',
    'SELECT id, sum(i) OVER (ORDER BY d, id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS s, first_value(i) OVER (PARTITION BY b ORDER BY i DESC NULLS FIRST, id ROWS BETWEEN 2 FOLLOWING AND UNBOUNDED FOLLOWING) AS f, last_value(i) OVER (PARTITION BY b ORDER BY id ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) AS l, rank() OVER (ORDER BY u) AS r, max(d) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS m, min(id) OVER (PARTITION BY s ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS n, count(*) OVER (PARTITION BY u ORDER BY i, id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS c |> ORDER BY id',
    "AGGREGATE string_agg(DISTINCT s, '|' ORDER BY s DESC) AS t, array_to_string(list(DISTINCT i ORDER BY i), '|') AS n, array_to_string(list(DISTINCT abs(i) ORDER BY abs(i) DESC) FILTER (WHERE i > 0), '|') AS h GROUP BY b |> ORDER BY b",
    'SELECT id, d::decimal(10, 1) AS a, CAST(d AS numeric(1)) AS b, d::decimal(3, 2) AS c, b::decimal(3, 1) AS e, b::integer AS f |> ORDER BY id',
  ];
  it('on queries that were wrong once', async () => {
    const [rows] = fc.sample(table, { numRuns: 1, seed });
    const numbered = rows.map((row, id) => ({ ...row, id }));
    await load(numbered);
    for (const query of known) {
      const expected = await ask(query);
      assert.deepEqual(rowsOf(await run(query, jsonOf(numbered), { blockSize: 200 })), expected, query);
    }
  });

  it('on every function, aggregate and operator of the language', () => {
    const texts = fc.sample(
      fc.gen().map((g) => new QueryWriter(g).query().text),
      { numRuns: queries, seed },
    );
    const all = [...known, ...texts].join('\n');
    const words = [...scalarFunctions.keys(), ...aggregates.keys(), ...windowFunctions.keys()];
    const unseen = words.filter((word) => !askedElsewhere.has(word) && !all.includes(`${word}(`));
    // DESCRIBE has its own comparison, with the aggregates that are compared here; DuckDB calls no programs and sends nothing.
    const asked = pipeOperators.filter(({ word, only }) => word !== 'DESCRIBE' && only === undefined);
    const operators = asked.filter(({ word }) => !new RegExp(`(^|\\|> )${word}\\b`, 'm').test(all));
    assert.deepEqual([...unseen, ...operators.map(({ word }) => word)], []);
  });

  const tables = fc.sample(table, { numRuns: Math.ceil(queries / queriesPerTable), seed });
  for (const [at, rows] of tables.entries()) {
    const data = at % 2 === 0 ? jsonOf(rows) : csvOf(rows);
    it(`on ${queriesPerTable} queries over ${rows.length} rows of ${data.format}`, async () => {
      await load(rows);
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (g) => {
          const { text, ordered } = new QueryWriter(g).query();
          g(fc.constant, text);
          const expected = await ask(text);
          const order = ordered ? (found: unknown[][]) => found : sorted;
          const found = rowsOf(await run(text, data, { blockSize: 200 }));
          assert.deepEqual(order(found), order(expected), text);
          const inParts = rowsOf(await runInParts(text, data, { blockSize: 500 }));
          assert.deepEqual(order(inParts), order(expected), `in parts: ${text}`);
        }),
        { numRuns: queriesPerTable, seed: seed + at },
      );
    });
  }
});
