import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import type { Pool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { exportToFile } from '../../../src/engine/run/export/export.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';
import { scanPool } from '../../support/pool.ts';
import { told } from '../../support/said.ts';

const { signal } = new AbortController();
const context = { signal, progress: () => undefined };

describe('the rows of a run', () => {
  const pool = scanPool(2);
  let folder: string;
  let path: string;
  let dataset: Dataset;
  /** The tasks that the workers were given. */
  let tasks: Task[];

  const noting: Pool<Task, Result> = {
    size: pool.size,
    run(task, priority, signal) {
      tasks.push(task);
      return pool.run(task, priority, signal);
    },
    start: () => pool.start(),
    release: (key) => pool.release(key),
    close: () => pool.close(),
  };

  before(() => (folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'))));
  after(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    tasks = [];
    path = join(folder, 'input.jsonl');
    const rows = Array.from({ length: 2000 }, (_, id) => ({
      id,
      part: `g${id % 7}`,
      o: { [`m${id % 3}`]: id },
    }));
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join('') + '{"id":\n');
    dataset = await Dataset.open({ kind: 'file', path }, { signal, pool: noting, blockSize: 4096 });
  });
  afterEach(() => dataset.close());

  async function runOf(query: string): Promise<TableRun> {
    const run = new TableRun(1, plannedFor(query, dataset.recognised.format), dataset);
    const state = await run.run(signal, () => undefined);
    assert.equal(state.phase, 'done', told(state));
    return run;
  }

  /** Scans of the file since the last call. */
  function scans(): number {
    const { length } = tasks.filter(({ kind, file }) => kind === 'scan' && file.key.startsWith(dataset.name));
    tasks = [];
    return length;
  }

  for (const [query, to] of [
    ['|> AGGREGATE count(*) AS n, max(id) AS last GROUP BY part', 'csv'],
    ['|> ORDER BY id DESC |> LIMIT 900', 'csv'],
    ['|> ORDER BY part, id DESC', 'jsonl'],
    ['|> SELECT part, o |> DISTINCT', 'json'],
    ['|> SELECT o.m0 AS m |> FILL m', 'tsv'],
  ] as const) {
    it(`are exported to ${to} without reading the file again: ${query}`, async () => {
      const [anew, kept] = [join(folder, 'anew'), join(folder, 'kept')];
      const expected = await exportToFile(dataset, { query, to, target: anew }, context);
      const run = await runOf(query);
      const rows = run.holdRows();
      assert.ok(rows, 'they are kept');
      assert.ok(scans() > 0);
      const found = await exportToFile(dataset, { query, to, target: kept, kept: rows }, context);
      assert.equal(scans(), 0);
      assert.equal(readFileSync(kept, 'utf8'), readFileSync(anew, 'utf8'));
      const counts = ({ records, matched, malformed, written }: typeof found): unknown => [
        ...[records, matched, malformed, written],
      ];
      assert.deepEqual(counts(found), counts(expected));
      await rows.letGo();
      await run.close();
    });
  }

  it('are there until the last holder lets them go', async () => {
    const run = await runOf('|> ORDER BY id');
    const rows = run.holdRows();
    assert.ok(rows);
    const [file] = rows.dataset.location.paths;
    await run.close();
    assert.equal(run.holdRows(), undefined);
    assert.ok(existsSync(file), 'still held');
    let count = 0;
    for await (const piece of rows.read(signal)) count += piece.rows;
    assert.equal(count, 2000);
    await rows.letGo();
    assert.equal(existsSync(dirname(file)), false);
  });

  it('are not exported once the file has changed', async () => {
    const query = '|> AGGREGATE count(*) AS n';
    const run = await runOf(query);
    const kept = run.holdRows();
    writeFileSync(path, '{"id":1}\n');
    const target = join(folder, 'changed');
    await assert.rejects(exportToFile(dataset, { query, to: 'csv', target, kept }, context), /changed/);
    assert.equal(existsSync(target), false);
    await kept?.letGo();
    await run.close();
  });

  it('are computed again where the query asks for the time', async () => {
    const run = await runOf('|> SELECT now() AS t |> DISTINCT');
    assert.equal(run.holdRows(), undefined);
    await run.close();
  });
});
