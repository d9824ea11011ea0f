import assert from 'node:assert/strict';
import { run, type TestData } from './run.ts';

interface Row {
  readonly id: number;
  readonly key: string;
  readonly n: number;
}

/** Every key twice, far from each other; small numbers, so that there are equal ones. */
const rows: readonly Row[] = Array.from({ length: 6000 }, (_, id) => ({
  id,
  key: `key ${(id * 7) % 3000}`,
  n: (id * 31) % 17,
}));
const data: TestData = { format: 'jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };
/** Neither the rows nor a window for each key fit in. */
const budget = 256 * 1024;

async function ask(query: string, options: { readonly budget?: number } = { budget }): Promise<unknown[]> {
  return (await run(query, data, options)).map((row): unknown => JSON.parse(row));
}

describe('window functions', () => {
  it('number the rows of more partitions than fit in memory by an order of their own, and leave all where they were', async () => {
    const got = await ask('SELECT id, row_number() OVER (PARTITION BY key ORDER BY id DESC) AS r');
    const expected = rows.map(({ id }) => ({ id, r: id < 3000 ? 2 : 1 }));
    assert.deepEqual(got, expected);
  });

  it('give each row the aggregates of its whole partition, by way of the disk', async () => {
    const got = await ask(
      'SELECT id, sum(id) OVER (PARTITION BY key) AS s, last_value(id) OVER (PARTITION BY n) AS l, count(*) OVER () AS c',
      { budget: 4 * 1024 * 1024 },
    );
    const last = new Map(rows.map(({ id, n }) => [n, id]));
    const expected = rows.map(({ id, n }) => ({
      id,
      s: 2 * (id % 3000) + 3000,
      l: last.get(n),
      c: rows.length,
    }));
    assert.deepEqual(got, expected);
  });

  it('rank equal rows alike', async () => {
    const got = await ask(
      'SELECT id, rank() OVER (ORDER BY n) AS r, dense_rank() OVER (ORDER BY n) AS d, lag(id) OVER (ORDER BY n) AS b',
    );
    const sorted = rows.toSorted((a, b) => a.n - b.n);
    const expected = rows.map((row) => ({
      id: row.id,
      r: sorted.findIndex(({ n }) => n === row.n) + 1,
      d: row.n + 1,
      b: sorted.at(sorted.indexOf(row) - 1)?.id ?? null,
    }));
    expected[sorted[0].id] = { ...expected[sorted[0].id], b: null };
    assert.deepEqual(got, expected);
  });

  it('tell apart partitions of a table that are the same number written otherwise, wherever they stand', async () => {
    const text = 'k,t\n1,1\n1.0,2\n1,3\n1.0,4\n';
    const got = await run(
      'SELECT k, row_number() OVER (PARTITION BY k ORDER BY t) AS r, count(*) OVER (PARTITION BY k) AS c',
      { format: 'csv', text },
    );
    assert.deepEqual(
      got.map((row): unknown => Object.values(JSON.parse(row) as object).slice(1)),
      [
        [1, 2],
        [1, 2],
        [2, 2],
        [2, 2],
      ],
    );
  });

  it('say what to write where all partitions together do not fit in memory', async () => {
    await assert.rejects(
      ask('SELECT id, list(key) OVER (PARTITION BY key) AS l', { budget: 64 * 1024 }),
      /What OVER \(PARTITION BY …\) holds of all partitions does not fit in memory/,
    );
  });
});
