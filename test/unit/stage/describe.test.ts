import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { parseQuery, printQuery } from '../../../src/engine/query/index.ts';
import { deriveRows } from '../../../src/engine/run/derive.ts';
import { runs } from '../../support/long.ts';
import { ScanPools } from '../../support/pool.ts';
import { told } from '../../support/said.ts';

const { signal } = new AbortController();
type Row = Record<string, unknown>;

describe('stage/describe', () => {
  const pools = new ScanPools();
  let folder: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  async function open(text: string, name: string, options: Partial<DatasetOptions> = {}): Promise<Dataset> {
    const path = join(folder, `${files++}-${name}`);
    await writeFile(path, text);
    return Dataset.open({ kind: 'file', path }, { signal, ...options });
  }

  async function rowsOf(dataset: Dataset, query: string): Promise<Row[]> {
    let text = '';
    const planned = plannedFor(query, dataset.recognised.format);
    for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
      text += Buffer.from(bytes).toString();
    }
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async function described(text: string, name: string, query: string): Promise<Row[]> {
    const dataset = await open(text, name);
    try {
      return await rowsOf(dataset, query);
    } finally {
      await dataset.close();
    }
  }

  const lines = ['{"a":1,"b":"x"}', '{"a":2.50,"c":{"d":[1]}}', '{"a":"n/a","b":null,"late":true}'].join(
    '\n',
  );

  it('makes a row of each column, by the names of SUMMARIZE', async () => {
    const rows = await described(lines, 'data.jsonl', 'DESCRIBE');
    assert.deepEqual(
      rows.map(({ column_name: name, column_type: type, count, nulls }) => [name, type, count, nulls]),
      [
        ['a', 'number', 3, 0],
        ['b', 'text', 3, 2],
        ['c.d', 'list', 3, 2],
        ['late', 'boolean', 3, 2],
      ],
    );
    const [a] = rows;
    assert.deepEqual(
      [a.min, a.max, a.approx_unique, a.avg, a.q50, a.null_percentage, a.other_types, a.sum],
      [1, 2.5, 3, 1.75, 1.75, 0, 1, 3.5],
    );
  });

  it('counts objects among other values as values, wherever the first other value comes', async () => {
    const objects = Array.from({ length: 400 }, (_, id) => ({ id, v: { a: id }, w: { x: { y: id } } }));
    const other = [{ v: 1 }, { v: 'text', w: null }, { v: {} }, { v: null, w: { x: [] } }];
    const records = [...objects, ...other, ...objects];
    const text = records.map((record) => JSON.stringify(record)).join('\n');
    const expected = [
      { column_name: 'v', column_type: 'object', nulls: 1, other_types: 2, approx_unique: null, min: null },
      { column_name: 'w', column_type: 'object', nulls: 3, other_types: 0, approx_unique: null, min: null },
      { column_name: 'w.x', column_type: 'object', nulls: 3, other_types: 1, approx_unique: null, min: null },
    ];
    for (const workers of [0, 2]) {
      const dataset = await open(text, 'data.jsonl', { blockSize: 512, pool: pools.of(workers) });
      try {
        for (const query of ['DESCRIBE', 'EXTEND 1 AS one |> DROP one |> DESCRIBE']) {
          const rows = await rowsOf(dataset, query);
          const names = rows.map((row) => String(row.column_name)).sort();
          assert.deepEqual(names, ['id', 'v', 'v.a', 'w', 'w.x', 'w.x.y'], query);
          for (const figures of expected) {
            const row = rows.find((one) => one.column_name === figures.column_name) ?? {};
            const shown = Object.fromEntries(Object.keys(figures).map((name) => [name, row[name]]));
            assert.deepEqual(shown, figures, query);
            assert.equal(row.count, 804);
          }
        }
        // Of a filter that leaves objects alone, their members are the columns.
        const some = await rowsOf(dataset, 'v.a < 9 |> DESCRIBE');
        assert.deepEqual(
          some.map((row) => row.column_name),
          ['id', 'v.a', 'w.x.y'],
        );
      } finally {
        await dataset.close();
      }
    }
  });

  it('takes columns by name, follows other operators, and is followed by them', async () => {
    const query =
      'WHERE a IS NOT NULL |> EXTEND a AS z |> DESCRIBE z, b |> WHERE nulls > 0 |> SELECT column_name';
    assert.deepEqual(await described(lines, 'data.jsonl', query), [{ column_name: 'b' }]);
    const csv = await described('n,s\n1,a\n2,\n', 'data.csv', 'DESCRIBE ORDER BY column_name DESC LIMIT 1');
    assert.deepEqual([csv.length, csv[0].column_name, csv[0].null_percentage], [1, 's', 50]);
    const grouped = await described(
      'n,s\n1,a\n2,a\n',
      'data.csv',
      'AGGREGATE count(*) AS c GROUP BY s |> DESCRIBE',
    );
    assert.deepEqual(
      grouped.map(({ column_name: name, max }) => [name, max]),
      [
        ['s', 'a'],
        ['c', 2],
      ],
    );
  });

  it('describes the rows that LIMIT leaves, and no rows', async () => {
    const some = await described('n\n1\n2\n3\n', 'data.csv', 'LIMIT 2 |> DESCRIBE');
    assert.deepEqual([some[0].count, some[0].max], [2, 2]);
    const none = await described('n\n1\n', 'data.csv', 'WHERE n > 5 |> DESCRIBE');
    assert.deepEqual(
      [none[0].count, none[0].column_type, none[0].min, none[0].null_percentage],
      [0, 'null', null, null],
    );
    assert.deepEqual(await described(lines, 'data.jsonl', "WHERE a = 'none' |> DESCRIBE"), []);
  });

  it('says the same whether it reads the fields of the file or rows that were made of them', async () => {
    const cell = fc.oneof(
      fc.integer({ min: -9, max: 9 }),
      fc.constantFrom(null, true, 'a', 'b "é"', '12', '2024-05-31', 1.5, 12345678901234567000, '', 'n/a'),
    );
    const record = fc.record(
      {
        a: cell,
        b: cell,
        c: fc.oneof(cell, fc.record({ d: cell, e: fc.record({ f: cell }) }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    );
    const queries = [
      'DESCRIBE',
      'EXTEND 1 AS one |> DROP one |> DESCRIBE',
      'TABLESAMPLE 1000 ROWS |> DESCRIBE',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(30, 1000),
        fc.constantFrom(0, 2),
        async (records, blockSize, workers) => {
          const text = records.map((one) => JSON.stringify(one)).join('\n');
          const dataset = await open(text, 'data.jsonl', { blockSize, pool: pools.of(workers) });
          try {
            const [first, ...others] = await Promise.all(queries.map((query) => rowsOf(dataset, query)));
            for (const other of others) assert.deepEqual(byName(other), byName(first));
          } finally {
            await dataset.close();
          }
        },
      ),
      { numRuns: runs(40, 2000) },
    );
  });

  it('says of numbers what the aggregates say', async () => {
    const number = fc.oneof(
      fc.constant(null),
      fc.integer({ min: -1000, max: 1000 }).map((hundredths) => hundredths / 100),
      fc.constantFrom(9007199254740993n, -12345678901234567890n),
    );
    const aggregates =
      'min(n) AS min, max(n) AS max, sum(n) AS sum, avg(n) AS avg, stddev(n) AS std, quantile_cont(n, 0.25) AS q25, ' +
      'median(n) AS q50, quantile_cont(n, 0.75) AS q75, count(DISTINCT n) AS approx_unique, count(*) AS count, count_if(n IS NULL) AS nulls';
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 30 }), async (numbers) => {
        const text = numbers.map((n) => `{"n":${String(n)}}`).join('\n');
        const dataset = await open(text, 'data.jsonl');
        try {
          const [figures] = await rowsOf(dataset, 'DESCRIBE n');
          const [expected] = await rowsOf(dataset, `AGGREGATE ${aggregates}`);
          for (const [name, value] of Object.entries(expected)) {
            const found = figures[name];
            if (typeof value !== 'number' || name !== 'std') assert.deepEqual(found, value, name);
            else assert.ok(Math.abs(Number(found) - value) <= 1e-9 * Math.abs(value), name);
          }
        } finally {
          await dataset.close();
        }
      }),
      { numRuns: runs(60, 2000) },
    );
  });

  it('is not written for engines that have nothing like it, which say where', () => {
    const parsed = parseQuery('WHERE a > 1 |> DESCRIBE');
    assert.ok(parsed.ok);
    for (const engine of ['duckdb', 'clickhouse', 'spark', 'jq'] as const) {
      const printed = printQuery(parsed.query, engine, { file: 'data.jsonl', format: 'jsonl' });
      assert.ok(!printed.ok);
      assert.match(told(printed), /DESCRIBE/);
    }
  });
});

/** Without what depends on the order of the rows: the first of equally frequent values, and how a number is written. */
function byName(rows: readonly Row[]): Map<unknown, Row> {
  return new Map(rows.map(({ top: _, ...row }) => [row.column_name, row]));
}
