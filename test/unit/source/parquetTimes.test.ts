import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetWriteBuffer, schemaFromColumnData } from 'hyparquet-writer';
import { runCli } from '../../support/cli.ts';

describe('times of Parquet', () => {
  let folder: string;
  const hours = [0, 1, 2, 3, 4];
  const times = hours.map((hour) => Date.UTC(2026, 2, 29, hour));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-times-'));
    const columnData = [
      { name: 'n', data: hours, type: 'INT32' },
      { name: 't', data: times.map((time) => new Date(time)), type: 'TIMESTAMP' },
      { name: 'day', data: times.map(() => new Date(times[0])) },
      { name: 'text', data: times.map((time) => new Date(time).toISOString()), type: 'STRING' },
    ] as const;
    const bytes = parquetWriteBuffer({
      columnData: columnData.map(({ name, data }) => ({ name, data })),
      schema: schemaFromColumnData({
        columnData: [...columnData],
        schemaOverrides: { day: { name: 'day', type: 'INT32', converted_type: 'DATE' } },
      }),
    });
    await writeFile(join(folder, 'a.parquet'), Buffer.from(bytes));
    await writeFile(join(folder, 'b.parquet'), Buffer.from(bytes));
    await writeFile(join(folder, 'spaced.csv'), 't,m\n2026-03-29 01:00:00,1\n2026-03-29T03:00Z,3\nn/a,9\n');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function ask(query: string, names = ['a.parquet']): Promise<{ rows: string; told: string }> {
    const args = [...names.map((name) => join(folder, name)), query];
    const { code, stdout, stderr } = await runCli(args);
    assert.equal(code, 0, stderr);
    return { rows: stdout.toString(), told: stderr };
  }

  it('are those of the calendar in any year', async () => {
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const path = join(folder, 'far.parquet');
    const dates = ["DATE '5881580-07-10' AS a", "DATE '5877642-06-25 (BC)' AS b", "DATE '300000-02-29' AS c"];
    const points = [
      "TIMESTAMP '294247-01-10 04:00:54.775806' AS d",
      "TIMESTAMP '290309-12-22 (BC) 00:00:00' AS e",
    ];
    try {
      await connection.run(`COPY (SELECT ${[...dates, ...points].join(', ')}) TO '${path}' (FORMAT parquet)`);
    } finally {
      connection.closeSync();
      database.closeSync();
    }
    const { rows } = await ask('|> SELECT *', ['far.parquet']);
    assert.deepEqual(JSON.parse(rows), {
      a: '+5881580-07-10',
      b: '-5877641-06-25',
      c: '+300000-02-29',
      d: '+294247-01-10T04:00:54.775806',
      e: '-290308-12-22T00:00:00',
    });
  });

  const listed = '|> AGGREGATE list(n ORDER BY n) AS n';

  for (const [condition, expected] of [
    ["t > '2026-03-29 02:00:00'", [3, 4]],
    ["t >= '2026-03-29T02:00'", [2, 3, 4]],
    ["'2026-03-29T03:00:00+02:00' = t", [1]],
    ["t <> '2026-03-29 01:00:00'", [0, 2, 3, 4]],
    ["t BETWEEN '2026-03-29 01:00' AND '2026-03-29T03:00:00.000Z'", [1, 2, 3]],
    ["t IN ('2026-03-29 00:00', 'x', '2026-03-29 04:00:00Z')", [0, 4]],
    ["t = '2026-03-29'", [0]],
    ["n > 0 |> RENAME t AS u |> WHERE u < '2026-03-29 02:00:00'", [1]],
    ["CASE WHEN t < '2026-03-29 02:00:00' THEN n = 1 ELSE n = 4 END", [1, 4]],
  ] as const) {
    it(`are times beside a text: ${condition}`, async () => {
      const { rows, told } = await ask(`${condition} ${listed}`);
      assert.deepEqual(JSON.parse(rows), { n: expected });
      assert.doesNotMatch(told, /TIMESTAMP/);
      const both = await ask(`${condition} ${listed}`, ['a.parquet', 'b.parquet']);
      assert.deepEqual(JSON.parse(both.rows), { n: expected.flatMap((n) => [n, n]) });
    });
  }

  for (const [query, expected] of [
    ['t = day', [0]],
    ['day < t', [1, 2, 3, 4]],
    ['t = text', hours],
    ['day IN (t, n)', [0]],
    ["|> JOIN 'b.parquet' AS u ON t = u.day", [0, 0, 0, 0, 0]],
    ["|> JOIN 'b.parquet' AS u ON day = u.t", [0, 1, 2, 3, 4]],
    ["|> JOIN 'b.parquet' AS u ON n = u.n AND u.day < t", [1, 2, 3, 4]],
    ["|> JOIN 'spaced.csv' AS u ON t = u.t", [1, 3]],
    ["|> JOIN 'spaced.csv' AS u USING (t)", [1, 3]],
    ["|> ANTI JOIN 'spaced.csv' AS u ON u.t = t", [0, 2, 4]],
  ] as const) {
    it(`are times beside other columns: ${query}`, async () => {
      const { rows, told } = await ask(`${query} ${listed}`);
      assert.deepEqual(JSON.parse(rows), { n: expected });
      assert.doesNotMatch(told, /TIMESTAMP/);
    });
  }

  it('leave the name of a column as it was written', async () => {
    const { rows } = await ask("n = 3 |> SELECT t > '2026-03-29 02:00:00'");
    assert.deepEqual(JSON.parse(rows), { "t > '2026-03-29 02:00:00'": true });
  });

  it('are texts beside patterns and other texts, and texts are texts', async () => {
    for (const condition of ["t LIKE '2026-03-29T02%'", "t || '' = '2026-03-29T02:00:00Z'"]) {
      const { rows } = await ask(`${condition} ${listed}`);
      assert.deepEqual(JSON.parse(rows), { n: [2] }, condition);
    }
    const { rows, told } = await ask(`text > '2026-03-29 02:00:00' ${listed}`);
    assert.deepEqual(JSON.parse(rows), { n: hours });
    assert.match(told, /write TIMESTAMP '2026-03-29 02:00:00'/);
  });
});
