import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { parseQuery, printQuery } from '../../../src/engine/query/index.ts';
import { deriveRows } from '../../../src/engine/run/derive.ts';

const { signal } = new AbortController();

describe('stage/frequent', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function rowsOf(text: string, query: string): Promise<unknown[]> {
    const path = join(folder, 'data.jsonl');
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      let lines = '';
      const planned = plannedFor(query, dataset.recognised.format);
      for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
        lines += Buffer.from(bytes).toString();
      }
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line));
    } finally {
      await dataset.close();
    }
  }

  const text = ['b', 'a', 'b', 'c', 'a', null, 'd', 1].map((x) => JSON.stringify({ x })).join('\n');

  it('gives the most frequent values with their shares, as frequent ones in order, NULL last', async () => {
    assert.deepEqual(await rowsOf(text, 'TOP 9 OF x'), [
      { value: 'a', count: 2, share: 0.25 },
      { value: 'b', count: 2, share: 0.25 },
      { value: 1, count: 1, share: 0.125 },
      { value: 'c', count: 1, share: 0.125 },
      { value: 'd', count: 1, share: 0.125 },
      { value: null, count: 1, share: 0.125 },
    ]);
  });

  it('takes expressions and conditions, and is followed by other operators', async () => {
    const query = "x <> 'd' |> TOP 1 OF upper(x) AS letter |> SELECT letter, share * 100 AS percent";
    assert.deepEqual(await rowsOf(text, query), [{ letter: 'A', percent: 40 }]);
  });

  it('keeps no more than it needs of many values', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `{"x":${i % 9000}}`).join('\n');
    assert.deepEqual(await rowsOf(many, 'TOP 2 OF x'), [
      { value: 0, count: 3, share: 3 / 20_000 },
      { value: 1, count: 3, share: 3 / 20_000 },
    ]);
  });

  it('is written for DuckDB, and refused where it cannot be said', () => {
    const parsed = parseQuery('a > 1 |> TOP 5 OF b');
    assert.ok(parsed.ok);
    const options = { file: 'data.jsonl', format: 'jsonl' } as const;
    assert.deepEqual(printQuery(parsed.query, 'duckdb', options), {
      ok: true,
      text: [
        'SELECT "b" AS "value", count(*) AS "count", count(*) / sum(count(*)) OVER () AS "share"',
        "FROM read_ndjson('data.jsonl')",
        'WHERE ("a" > 1)',
        'GROUP BY "b"',
        'ORDER BY "count" DESC, "value" NULLS LAST',
        'LIMIT 5',
      ].join('\n'),
    });
    assert.ok(!printQuery(parsed.query, 'clickhouse', options).ok);
    assert.ok(!printQuery(parsed.query, 'jq', options).ok);
  });

  it('refuses more values than it keeps', () => {
    const parsed = parseQuery('TOP 20000 OF a');
    assert.ok(!parsed.ok);
    assert.match(parsed.diagnostics[0].message, /at most 10,000/);
  });
});
