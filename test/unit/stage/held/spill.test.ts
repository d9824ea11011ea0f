import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '../../../../src/engine/stage/batch.ts';
import type { StageMetrics } from '../../../../src/engine/stage/context.ts';
import { MemoryLimitError } from '../../../../src/engine/stage/memoryLimit.ts';
import { batchesOf, compose, contextOf, layoutOf, planOf, run, runInParts, type TestData } from '../run.ts';

/** Rows whose keys come back, in no order. */
const rows = Array.from({ length: 4000 }, (_, at) => {
  const mixed = (at * 7919) % 4001;
  return { id: at, key: `key ${mixed % 1500}`, n: mixed / 4, pad: 'x'.repeat(mixed % 50) };
});
const data: TestData = { format: 'jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };

const small = 24 * 1024;

describe('a budget that is too small', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const query of [
    'ORDER BY key DESC, n |> SELECT id, key, n',
    'ORDER BY n',
    'SELECT key |> DISTINCT',
    'SELECT key, n % 7 AS m |> DISTINCT',
    'AGGREGATE count(*) AS c, sum(n) AS s, min(pad) AS p GROUP BY key',
    "AGGREGATE count(DISTINCT n) AS d, list(id) AS l, median(n) AS m, mode(pad) AS o, string_agg(pad, ',') AS t GROUP BY key",
    'AGGREGATE approx_count_distinct(n) AS a, any_value(pad) AS v, stddev(n) AS s, avg(n) AS g GROUP BY id % 900',
    'AGGREGATE list(id) AS l, max(pad) AS m, count(*) AS c GROUP BY id % 2',
    "JOIN 'same' AS o ON key = o.key |> SELECT id, o.id AS other",
    "LEFT JOIN 'same' AS o ON n = o.n AND o.id % 3 = 1 AND id < o.id + 2000",
    "SEMI JOIN 'same' AS o ON key = o.key AND o.pad > pad",
    "ANTI JOIN 'same' AS o ON key = o.key AND o.pad > pad |> SELECT id",
    'AGGREGATE max(key) AS k, min(CASE WHEN n > 500 THEN n ELSE pad END) AS p, any_value(n) AS v GROUP BY id % 1000, n > 300',
  ]) {
    it(`changes nothing but where rows are kept: ${query}`, async () => {
      const metrics: StageMetrics[] = [];
      const spilled = await run(query, data, {
        budget: small,
        metrics,
        blockSize: 20_000,
        tempFolder: folder,
      });
      const roomy = await run(query, data, { blockSize: 20_000, tempFolder: folder });
      assert.ok(
        metrics.some((stage) => stage.spilled > 0),
        'something was written',
      );
      assert.deepEqual(spilled.map(rounded), roomy.map(rounded));
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  it('sorts equal keys in the order in which they came', async () => {
    const sorted = await run('ORDER BY key |> SELECT key, id', data, { budget: small, tempFolder: folder });
    const expected = rows.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id));
    assert.deepEqual(
      sorted,
      expected.map(({ key, id }) => JSON.stringify({ key, id })),
    );
  });

  it('sorts by more runs than are read at once, and rows longer than what they are read through', async () => {
    const long = rows.map((row) => ({ ...row, pad: row.id % 500 === 0 ? 'y'.repeat(70_000) : '' }));
    const text = long.map((row) => JSON.stringify(row)).join('\n');
    const found = await run(
      'ORDER BY key, id',
      { format: 'jsonl', text },
      { budget: 1500, tempFolder: folder },
    );
    const expected = long.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id));
    assert.deepEqual(
      found,
      expected.map((row) => JSON.stringify(row)),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  for (const budget of [1500, 1 << 26]) {
    it(`sorts long rows among short ones with a budget of ${budget}`, async () => {
      const long = rows
        .slice(0, 60)
        .map((row) => ({ ...row, pad: row.id % 20 === 7 ? 'y'.repeat(1_100_000 + row.id) : row.pad }));
      const text = long.map((row) => JSON.stringify(row)).join('\n');
      for (const order of ['key, id', 'pad DESC, id']) {
        const found = await run(
          `ORDER BY ${order}`,
          { format: 'jsonl', text },
          { budget, tempFolder: folder },
        );
        const expected = long.toSorted((a, b) => {
          const [x, y] = order.startsWith('key') ? [a.key, b.key] : [b.pad, a.pad];
          return x < y ? -1 : x > y ? 1 : a.id - b.id;
        });
        assert.deepEqual(
          found.map((row) => row.length),
          expected.map((row) => JSON.stringify(row).length),
        );
        assert.ok(found.every((row, at) => row === JSON.stringify(expected[at])));
      }
      assert.deepEqual(readdirSync(folder), []);
    });
  }

  it('tells long rows apart that differ in one byte', async () => {
    const pads = ['a', 'b', 'a', 'b'].map((last) => 'z'.repeat(100_000) + last);
    const text = pads.map((pad) => JSON.stringify({ pad })).join('\n');
    const found = await run('DISTINCT', { format: 'jsonl', text }, { tempFolder: folder });
    assert.deepEqual(
      found.map((row) => row.at(-3)),
      ['a', 'b'],
    );
  });

  it('leaves no file behind when nobody asks for the rest', async () => {
    const plan = planOf('ORDER BY key', layoutOf(data));
    const context = contextOf({ budget: small, tempFolder: folder });
    for await (const batch of compose(plan, batchesOf(plan, data), context)) {
      assert.ok(batch.count > 0);
      assert.equal(readdirSync(folder).length, 1);
      break;
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  for (const query of [
    'SELECT key, n |> DISTINCT',
    'AGGREGATE list(id) AS l GROUP BY key, n',
    'ORDER BY key',
  ]) {
    it(`leaves no file open or behind when it is cancelled while it writes: ${query}`, async () => {
      const plan = planOf(query, layoutOf(data));
      const controller = new AbortController();
      const context = contextOf({ budget: small, tempFolder: folder, signal: controller.signal });
      async function* input(): AsyncGenerator<Batch> {
        for await (const batch of batchesOf(plan, data, { blockSize: 20_000 })) {
          if (readdirSync(folder).length > 0) controller.abort(new Error('enough'));
          yield batch;
        }
      }
      await assert.rejects(async () => {
        for await (const batch of compose(plan, input(), context)) assert.ok(batch.count > 0);
      }, /^Error: enough$/);
      assert.deepEqual(readdirSync(folder), []);
      assert.deepEqual(openIn(folder), []);
    });
  }

  it('leaves no file behind when it is cancelled', async () => {
    const plan = planOf('ORDER BY key', layoutOf(data));
    const controller = new AbortController();
    const context = contextOf({ budget: small, tempFolder: folder, signal: controller.signal });
    await assert.rejects(async () => {
      for await (const batch of compose(plan, batchesOf(plan, data), context))
        controller.abort(new Error(`${batch.count}`));
    }, /^Error: 2048$/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

/** Files of a folder that this process has open, where the system tells. */
function openIn(folder: string): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.startsWith(folder));
    } catch {
      return [];
    }
  });
}

/** Doubles that were summed in another order differ in their last digits. */
function rounded(line: string): string {
  return line.replace(/\d+\.\d{9,}/g, (number) => Number(number).toPrecision(10));
}

describe('the stages', () => {
  it('say how many rows went in and out of each', async () => {
    const metrics: StageMetrics[] = [];
    await run('EXTEND n * 2 AS m |> AGGREGATE count(*) AS c GROUP BY key |> LIMIT 3', data, {
      metrics,
      blockSize: 20_000,
    });
    const seen = metrics.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]);
    // 1,500 groups, of which LIMIT takes one batch.
    assert.deepEqual(seen, [
      ['EXTEND', 4000, 4000],
      ['AGGREGATE', 4000, 1500],
      ['LIMIT', 1500, 3],
    ]);
    assert.ok(metrics.every(({ ms }) => ms >= 0));
  });

  it('say what each of them wrote to files, and not what those before it did', async () => {
    const both: StageMetrics[] = [];
    const alone: StageMetrics[] = [];
    await run('DISTINCT |> ORDER BY key', data, { metrics: both, budget: small, tempFolder: tmpdir() });
    await run('ORDER BY key', data, { metrics: alone, budget: small / 2, tempFolder: tmpdir() });
    assert.ok(both[0].spilled > 0);
    assert.equal(both[1].spilled, alone[0].spilled);
  });

  it('ask for no more once LIMIT has its rows', async () => {
    const metrics: StageMetrics[] = [];
    await run('EXTEND n * 2 AS m |> LIMIT 3', data, { metrics, blockSize: 20_000 });
    const [extend, limit] = metrics;
    assert.equal(limit.rowsOut, 3);
    assert.ok(extend.rowsIn < 1000, `${extend.rowsIn} of 4000 rows`);
  });
});

describe('what cannot be written to a file', () => {
  const groups = 'AGGREGATE list(pad) AS l, count(*) AS c';

  it('is held up to a bound: the values of one group', async () => {
    await assert.rejects(
      run(groups, data, { budget: small, blockSize: 20_000 }),
      (error) =>
        error instanceof MemoryLimitError &&
        /^\w+\((DISTINCT )?…\) keeps (all values|every different value) of a group/.test(error.message),
    );
    // Parted by a key they fit.
    const rows = await run(`${groups} GROUP BY key`, data, { budget: small, blockSize: 20_000 });
    assert.equal(rows.length, 1500);
  });

  for (const [call, said] of [
    [
      'count(DISTINCT pad || id)',
      /^count\(DISTINCT …\) keeps every different value .* \|> DISTINCT \|> AGGREGATE count\(x\)/,
    ],
    ['sum(DISTINCT id)', /^sum\(DISTINCT …\) keeps every different value .* AGGREGATE sum\(x\)\.$/],
    ['mode(pad || id)', /^mode\(…\) keeps every different value .* AGGREGATE count\(\*\) AS n GROUP BY x/],
    ['median(id + 0.5)', /^median\(…\) keeps all values .* TABLESAMPLE/],
    ['quantile_cont(id + 0.5, 0.9)', /^quantile_cont\(…\) keeps all values .* TABLESAMPLE/],
    ["string_agg(pad, ',')", /^string_agg\(…\) keeps all values .* GROUP BY\.$/],
    ['list(DISTINCT pad || id)', /^list\(DISTINCT …\) keeps every different value .* GROUP BY\.$/],
  ] as const) {
    it(`says which aggregate it is that does not fit, and what to do: ${call}`, async () => {
      await assert.rejects(
        run(`AGGREGATE count(*) AS c, ${call} AS x`, data, { budget: 3000, blockSize: 20_000 }),
        (error) => error instanceof MemoryLimitError && said.test(error.message),
      );
    });
  }

  it('is held up to a bound: rows that wait for others of their partition', async () => {
    const query = 'SELECT id, lead(id, 2) OVER (PARTITION BY key) AS n';
    const [roomy, parts] = [await run(query, data), await runInParts(query, data, { blockSize: 20_000 })];
    assert.deepEqual(roomy, parts);
    // All but the last two of each of the 1,500 partitions wait for no one.
    assert.equal(roomy.filter((line) => line.endsWith('"n":null}')).length, 3000);
    await assert.rejects(
      run(query.replace('2)', '99)').replace('key', 'id % 50'), data, { budget: 100_000 }),
      (error) =>
        error instanceof MemoryLimitError && error.message.startsWith('With PARTITION BY, rows wait'),
    );
    // Two partitions: what waits is little, and the rest is written to files.
    const metrics: StageMetrics[] = [];
    const two = 'SELECT id, lead(id, 2) OVER (PARTITION BY id % 2) AS n, pad';
    const spilled = await run(two, data, { budget: small, metrics });
    assert.deepEqual(spilled, await run(two, data));
    assert.ok(metrics.some((stage) => stage.spilled > 0));
  });
});
