import assert from 'node:assert/strict';
import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { InlinePool } from '../../../src/engine/pool/inline.ts';
import type { Pool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { deriveRows } from '../../../src/engine/run/derive.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { stageTable } from '../../../src/engine/run/stageTable.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';

const signal = new AbortController().signal;
const blockSize = 1000;
/** So that every file was changed long before it is opened. */
const longAgo = -3_600_000;

function record(i: number): string {
  return `{"id":${i},"status":${i % 7 === 0 ? 503 : 200},"level":"${['info', 'warn', 'error'][i % 3]}","v":${(i / 4).toFixed(2)}}\n`;
}

function records(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => record(from + i)).join('');
}

interface Answer {
  readonly matched: number;
  readonly blocks: number;
  readonly fromColumns: number;
}

async function count(dataset: Dataset, query: string): Promise<Answer> {
  const planned = plannedFor(query, dataset.recognised.format);
  let [matched, blocks, fromColumns] = [0, 0, 0];
  for await (const found of dataset.scan({ query: planned, output: { kind: 'count' } }, signal)) {
    for (const block of found.blocks) matched += block.matched;
    blocks += found.result ? found.blocks.length : 0;
    fromColumns += found.result?.fromColumns ?? 0;
  }
  return { matched, blocks, fromColumns };
}

/** The rows that a query computes. */
async function rowsOf(dataset: Dataset, query: string): Promise<string> {
  let rows = '';
  const planned = plannedFor(query, dataset.recognised.format);
  for await (const { bytes } of deriveRows(dataset, planned, signal, () => undefined)) {
    rows += Buffer.from(bytes).toString();
  }
  return rows;
}

/** The records that match, and how many bytes were not read for them. */
async function exported(dataset: Dataset, query: string): Promise<{ text: string; unread: number }> {
  const planned = plannedFor(query, dataset.recognised.format);
  const parts: Uint8Array[] = [];
  let unread = 0;
  const output = { kind: 'bytes', to: 'same', columns: [] } as const;
  for await (const found of dataset.scan({ query: planned, output }, signal)) {
    if (found.result?.bytes) parts.push(found.result.bytes);
    unread = found.unread + found.skipped;
  }
  return { text: Buffer.concat(parts).toString(), unread };
}

describe('columns that are kept', () => {
  let folder: string;
  let path: string;
  let cache: string;
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-kept-'));
  });

  beforeEach(async () => {
    path = join(folder, `${files++}.jsonl`);
    cache = join(folder, `cache-${files}`);
    await write(records(0, 400));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Puts a text into the file, a day ago: so that its times alone say that it is as it was. */
  async function write(text: string, ago = 24 * 3600): Promise<void> {
    await writeFile(path, text);
    const then = Date.now() / 1000 - ago;
    await utimes(path, then, then);
  }

  async function session<T>(ask: (dataset: Dataset) => Promise<T>, limit = 1e9): Promise<T> {
    const store = new IndexStore(cache, limit);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, store, blockSize, restMs: longAgo });
    try {
      return await ask(dataset);
    } finally {
      await dataset.close();
    }
  }

  const columns = async (): Promise<string[]> =>
    (await readdir(cache)).filter((name) => name.endsWith('.rowcolumn')).map((name) => join(cache, name));

  const status = "status = 503 AND level = 'warn'";
  const grouped = 'AGGREGATE count(*) AS n, sum(status) AS s, max(level) AS m GROUP BY level, status';

  it('spare the next session the text', async () => {
    const first = await session((dataset) => count(dataset, status));
    assert.equal(first.fromColumns, 0);
    // Two columns, and where the records are.
    assert.equal((await columns()).length, 3);
    const next = await session((dataset) => count(dataset, "status <> 200 AND level LIKE 'w%'"));
    assert.deepEqual(next, { ...first, fromColumns: first.blocks });
  });

  it('are named by --stages', async () => {
    await session(async (dataset) => {
      const context = { signal, progress: () => undefined };
      const table = async (query: string): Promise<string> => {
        const { stages } = await countTo(dataset, { query, measure: true }, context);
        assert.ok(stages);
        return stageTable(stages);
      };
      assert.doesNotMatch(await table(status), /cache/);
      const size = ((await stat(path)).size / 1000).toFixed(1);
      const second = await table("status = 503 AND level = 'error'");
      assert.match(second, new RegExp(` 0 B, ${size} kB not read: 2 columns from the cache`), second);
      assert.match(await table('AGGREGATE count(*) GROUP BY level'), /not read: 1 column from the cache/);
    });
  });

  it('let an export read the records that match, and no others', async () => {
    await session(async (dataset) => {
      const first = await exported(dataset, 'id >= 100 AND id < 105');
      assert.equal(first.text, records(100, 105));
      const second = await exported(dataset, 'id >= 200 AND id < 203 OR id = 399');
      assert.equal(second.text, records(200, 203) + record(399));
      const read = (await stat(path)).size - second.unread;
      assert.equal(read, second.text.length);
      // What a record was written over with is not exported.
      await writeFile(path, 'x'.repeat((await stat(path)).size));
      await assert.rejects(exported(dataset, 'id = 300'), /changed while it was being read/);
    });
  });

  it('let the first rows of an order read their own records, and few others', async () => {
    await session(async (dataset) => {
      const first = async (query: string): Promise<{ rows: string; unread: number }> => {
        let [rows, unread] = ['', 0];
        const seen = (found: { readonly unread: number }): void => void (unread = found.unread);
        const planned = plannedFor(query, dataset.recognised.format);
        for await (const { bytes } of deriveRows(dataset, planned, signal, seen)) {
          rows += Buffer.from(bytes).toString();
        }
        return { rows, unread };
      };
      assert.equal((await first('ORDER BY v DESC |> LIMIT 2')).rows, record(399) + record(398));
      const { rows, unread } = await first('ORDER BY v |> LIMIT 3');
      assert.equal(rows, records(0, 3));
      const { size } = await stat(path);
      assert.ok(unread > size * 0.9, `${unread} of ${size}`);
    });
  });

  it('leave the blocks between those of the first rows to no task', async () => {
    const first = [...Array(8).keys()].map((i) => record(100_000 + i));
    await write(first.map((row, i) => records(500 * i, 500 * (i + 1)) + row).join(''));
    const inline = new InlinePool();
    const looked: number[] = [];
    const pool: Pool<Task, Result> = {
      size: 2,
      run: (task, ...rest) => {
        const stored = task.kind === 'scan' ? (task.columns?.stored ?? []) : [];
        for (const part of stored) if (part?.segments.length) looked.push(part.summary.start);
        return inline.run(task, ...rest);
      },
      start: () => undefined,
      release: (key) => inline.release(key),
      close: () => inline.close(),
    };
    const options = { signal, store: new IndexStore(cache, 1e9), blockSize, restMs: longAgo, pool };
    const dataset = await Dataset.open({ kind: 'file', path }, options);
    try {
      for (let round = 0; round < 2; round++) {
        looked.length = 0;
        assert.equal(await rowsOf(dataset, 'ORDER BY v DESC |> LIMIT 8'), first.toReversed().join(''));
      }
      assert.equal(new Set(looked).size, looked.length);
      assert.ok(looked.length > 0 && looked.length <= 8, `${looked.length} blocks`);
    } finally {
      await dataset.close();
      await inline.close();
    }
  });

  for (const before of [
    'SELECT v, id',
    'SELECT id, v AS v',
    'EXTEND v AS w',
    'RENAME status AS v2',
    'SELECT * REPLACE (id AS v)',
    'SET v = id',
    'AS t |> SELECT t.v',
  ]) {
    it(`are read behind ${before} as without it`, async () => {
      await session(async (dataset) => {
        await count(dataset, 'v >= 0 AND id >= 0 AND status >= 0');
        const by = before.endsWith(' AS w') ? 'w' : 'v';
        const planned = plannedFor(`${before} |> ORDER BY ${by} DESC |> LIMIT 2`, dataset.recognised.format);
        // Without its numbers, a column that was kept does not say which blocks hold the first rows.
        const key = /v = id|id AS v/.test(before) ? 'id' : 'v';
        const { fields } = planned.plan;
        assert.ok(
          fields.some(({ path, numeric }) => path.join() === key && numeric),
          JSON.stringify(fields),
        );
        let [unread, rows] = [0, 0];
        const seen = (found: { readonly unread: number }): void => void (unread = found.unread);
        for await (const made of deriveRows(dataset, planned, signal, seen)) rows += made.rows;
        assert.equal(rows, 2);
        const { size } = await stat(path);
        assert.ok(unread > size * 0.9, `${unread} of ${size}`);
      });
    });
  }

  it('find the first rows of an order, NULL among them, by themselves', async () => {
    // The least numbers are in the first block, and NULL is in a later one.
    const value = (i: number): number | null => (i === 250 || i === 251 ? null : i < 10 ? 9 - i : 20 + i);
    const line = (i: number): string => `{"id":${i},"v":${String(value(i))}}\n`;
    await write(Array.from({ length: 400 }, (_, i) => line(i)).join(''));
    const lines = (...ids: number[]): string => ids.map(line).join('');
    await session(async (dataset) => {
      await count(dataset, 'v >= 0 AND id >= 0');
      for (let time = 0; time < 2; time++) {
        assert.equal(await rowsOf(dataset, 'ORDER BY v |> LIMIT 3'), lines(9, 8, 7));
        assert.equal(await rowsOf(dataset, 'ORDER BY v NULLS FIRST |> LIMIT 3'), lines(250, 251, 9));
        assert.equal(await rowsOf(dataset, 'ORDER BY v DESC |> LIMIT 2'), lines(399, 398));
        assert.equal(await rowsOf(dataset, 'id > 300 |> ORDER BY v |> LIMIT 2'), lines(301, 302));
        assert.equal(await rowsOf(dataset, 'ORDER BY v |> LIMIT 2 OFFSET 397'), lines(399, 250));
      }
    });
  });

  it('answer without a look at the file', async () => {
    await session(async (dataset) => {
      const first = await count(dataset, status);
      await writeFile(path, Buffer.alloc((await stat(path)).size));
      assert.deepEqual(await count(dataset, "503 = status AND level IN ('warn')"), {
        ...first,
        fromColumns: first.blocks,
      });
    });
  });

  it('are those of an appended file, as far as it is as it was', async () => {
    const before = await session((dataset) => count(dataset, status));
    await appendFile(path, records(400, 600));
    await session(async (dataset) => {
      const groups = await rowsOf(dataset, 'AGGREGATE count(*) AS n, sum(id) AS s GROUP BY level');
      const ids = Array.from({ length: 600 }, (_, id) => id);
      const expected = ['info', 'warn', 'error'].map((level, at) => {
        const s = ids.filter((id) => id % 3 === at).reduce((sum, id) => sum + id, 0);
        return `${JSON.stringify({ level, n: 200, s })}\n`;
      });
      assert.equal(groups, expected.join(''));
      const first = await count(dataset, status);
      const next = await count(dataset, "status = 503 AND level >= 'warn'");
      assert.equal(next.matched, first.matched);
      assert.equal(next.fromColumns, next.blocks);
      assert.ok(next.matched > before.matched);
    });
    const later = await session((dataset) => count(dataset, "status >= 503 AND level = 'warn'"));
    assert.equal(later.fromColumns, later.blocks);
  });

  it('are dropped where the file is another', async () => {
    await session((dataset) => count(dataset, status));
    const other = records(0, 400).replaceAll('503', '204');
    assert.equal(other.length, records(0, 400).length);
    await write(other, 3600);
    await session(async (dataset) => {
      assert.equal((await count(dataset, status)).matched, 0);
      assert.equal((await count(dataset, 'status = 204')).matched, Math.ceil(400 / 7));
    });
    // The beginning is the same, and what follows is not.
    await write(records(0, 200) + records(200, 400).replaceAll('503', '204') + records(400, 500), 1800);
    await session(async (dataset) => {
      assert.equal((await count(dataset, 'status = 204')).matched, Math.ceil(400 / 7) - Math.ceil(200 / 7));
      const again = await count(dataset, 'status IN (204)');
      assert.equal(again.fromColumns, again.blocks);
      assert.equal(again.matched, Math.ceil(400 / 7) - Math.ceil(200 / 7));
    });
  });

  it('are not there where they are damaged', async () => {
    const expected = (await session((dataset) => count(dataset, status))).matched;
    const groups = await session((dataset) => rowsOf(dataset, grouped));
    const whole = new Map<string, Buffer>();
    for (const file of await columns()) whole.set(file, await readFile(file));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, change, cut) => {
        for (const [file, bytes] of whole) {
          const damaged = Buffer.from(bytes);
          damaged[at % bytes.length] ^= change;
          await writeFile(file, cut ? damaged.subarray(0, at % bytes.length) : damaged);
        }
        await session(async (dataset) => {
          const { matched } = await count(dataset, "level = 'warn' AND status > 502");
          assert.equal(matched, expected);
          assert.equal(await rowsOf(dataset, grouped), groups);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('share the budget of the cache, and go with it', async () => {
    await session((dataset) => count(dataset, status), 1500);
    const names = await readdir(cache);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(cache, name))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 1500, `${names.join()} ${sizes.join()}`);
    await session((dataset) => count(dataset, status));
    for (const file of await columns()) assert.equal((await stat(file)).mode & 0o777, 0o600);
    const store = new IndexStore(cache, 1e9);
    assert.ok((await store.clear()) > 0);
    assert.deepEqual(await readdir(cache), []);
  });

  it('are not there where nothing can be written', async function () {
    if (process.getuid?.() === 0) this.skip();
    await session((dataset) => count(dataset, status));
    await chmod(cache, 0o500);
    try {
      const { matched } = await session((dataset) => count(dataset, 'v > 50'));
      assert.equal(matched, 199);
    } finally {
      await chmod(cache, 0o700);
    }
  });
});
