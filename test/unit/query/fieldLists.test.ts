import assert from 'node:assert/strict';
import { run, runInParts, type TestData } from '../stage/run.ts';

const cells = ['5', '10', '1.50', '007', '-3', 'n/a', '9', ''];
const table: TestData = {
  format: 'csv',
  text: `n;m\n${cells.map((n) => `${n};x\n`).join('')}`.replaceAll(';', ','),
};
const numbers = ['-3', '1.50', '5', '007', '9', '10'];

async function rowsOf(query: string): Promise<unknown> {
  const whole = await run(query, table);
  assert.deepEqual(await runInParts(query, table, { blockSize: 9 }), whole, query);
  return whole.map((row) => JSON.parse(row) as unknown);
}

describe('a list of fields of a table', () => {
  it('is in the order of the fields', async () => {
    const query = 'WHERE n > -9 |> AGGREGATE list(n) AS l, max(n) AS h, min(n) AS s';
    const expected = { a: '10', b: '-3', c: numbers, d: '10', e: '-3' };
    assert.deepEqual(
      await rowsOf(
        `${query} |> SELECT list_max(l) AS a, list_min(l) AS b, list_sort(l) AS c, h AS d, s AS e`,
      ),
      [expected],
    );
    assert.deepEqual(await rowsOf('AGGREGATE list_max(list(n)) AS a, max(n) AS b, list_sort(list(n)) AS c'), [
      { a: 'n/a', b: 'n/a', c: [...numbers, 'n/a', null] },
    ]);
    assert.deepEqual(await rowsOf("LIMIT 2 |> SELECT list_min([n, '7', 8]) AS a, list_sort([8, n]) AS b"), [
      { a: '5', b: ['5', 8] },
      { a: '7', b: [8, '10'] },
    ]);
  });

  it('gives fields again', async () => {
    const lists = 'WHERE n > -9 |> AGGREGATE list(n) AS l';
    const unnested = `${lists} |> UNNEST l AS p |> ORDER BY p |> SELECT p`;
    assert.deepEqual(
      await rowsOf(unnested),
      numbers.map((p) => ({ p })),
    );
    assert.deepEqual(await rowsOf(`${lists} |> UNNEST l AS p |> AGGREGATE max(p) AS h`), [{ h: '10' }]);
    assert.deepEqual(
      await rowsOf(
        `${lists} |> SELECT l[1] < l[2] AS a, list_sort(l)[1] AS b, list_max(l) > l[1] AS c, l[1]::text < l[2]::text AS d`,
      ),
      [{ a: true, b: '-3', c: true, d: false }],
    );
    assert.deepEqual(await rowsOf('SELECT list(n) OVER () AS l |> LIMIT 1 |> SELECT list_min(l) AS s'), [
      { s: '-3' },
    ]);
    assert.deepEqual(await rowsOf('UNNEST n |> ORDER BY n |> LIMIT 2 |> SELECT n'), [
      { n: '-3' },
      { n: '1.50' },
    ]);
  });

  it('of texts of JSON is one of texts', async () => {
    const data: TestData = { format: 'jsonl', text: '{"n":"5"}\n{"n":"10"}\n' };
    const query = 'AGGREGATE list(n) AS l |> SELECT list_max(l) AS a, list_sort(l) AS b, l[1] < l[2] AS c';
    assert.deepEqual(await run(query, data), ['{"a":"5","b":["10","5"],"c":false}']);
    const mixed =
      "SELECT list_max([1, '5', NULL]) AS a, list_min([true, 1]) AS b, list_sort(['1', 5]) AS c |> LIMIT 1";
    assert.deepEqual(await run(mixed, data), ['{"a":"5","b":true,"c":[5,"1"]}']);
  });
});
