import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';

const rows = 3000;
const largestPart = 40 * 1024 * 1024;
const { signal } = new AbortController();

describe('rows that a query makes much longer', () => {
  let folder: string;
  let dataset: Dataset;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'data.jsonl');
    const lines = Array.from({ length: rows }, (_, id) =>
      JSON.stringify({ id, s: `x${id % 10}`, l: [1, 2] }),
    );
    await writeFile(path, lines.join('\n'));
    dataset = await Dataset.open({ kind: 'file', path }, { signal });
  });

  after(async () => {
    await dataset.close();
    await rm(folder, { recursive: true });
  });

  /** The rows as objects, made small by `read`, and how many records were counted. */
  async function exported<T>(query: string, read: (row: Record<string, unknown>) => T): Promise<T[]> {
    const read_: T[] = [];
    let rest = '';
    const done = (): Promise<void> => Promise.resolve();
    const sink: ByteSink = {
      name: 'memory',
      write: (bytes) => {
        const lines = (rest + Buffer.from(bytes).toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) read_.push(read(JSON.parse(line) as Record<string, unknown>));
        return Promise.resolve();
      },
      commit: done,
      discard: done,
    };
    const result = await exportTo(
      dataset,
      { query, to: 'jsonl', sink },
      { signal, progress: () => undefined },
    );
    assert.equal(result.records, rows);
    return read_;
  }

  const length = ({ r }: Record<string, unknown>): number => String(r).length;

  it('come in their order, each once, in parts with a bound', async () => {
    const query = '|> SELECT id, repeat(s, 10000) AS r';
    const planned = plannedFor(query, dataset.spec.format);
    const parts: number[] = [];
    const output = { kind: 'stages' } as const;
    for await (const { result } of dataset.scan({ query: planned, output }, signal)) {
      if (result?.bytes) parts.push(result.bytes.length);
    }
    assert.ok(parts.length > 1, 'it came in parts');
    assert.ok(Math.max(...parts) < largestPart, `parts of ${parts.join(', ')} bytes`);
    const read = await exported(query, (row) => [row.id, length(row)]);
    assert.deepEqual(
      read,
      Array.from({ length: rows }, (_, id) => [id, 20_000]),
    );
  });

  it('are counted, grouped, ordered, cut and windowed as others are', async () => {
    const each = (query: string): Promise<unknown[]> => exported(query, (row) => ({ ...row }));
    const [groups, sorted, most, total, lagged, unnested] = [
      await each('|> AGGREGATE count(*) AS n GROUP BY repeat(s, 10000) AS k |> SELECT n, length(k) AS k'),
      await each('|> ORDER BY repeat(s, 10000) DESC, id |> SELECT id |> LIMIT 2'),
      await each('|> AGGREGATE max(repeat(s, 10000)) AS m |> SELECT length(m) AS m'),
      await each('|> EXTEND repeat(s, 10000) AS r |> WHERE length(r) > 5 |> AGGREGATE sum(length(r)) AS n'),
      await each('|> EXTEND lag(repeat(s, 10000)) OVER () AS m |> AGGREGATE sum(length(m)) AS n'),
      await each(
        '|> EXTEND repeat(s, 10000) AS r |> UNNEST l AS i |> SELECT length(r) * i AS r |> AGGREGATE sum(r) AS n',
      ),
    ];
    assert.deepEqual(
      groups,
      Array.from({ length: 10 }, () => ({ n: 300, k: 20_000 })),
    );
    assert.deepEqual(sorted, [{ id: 9 }, { id: 19 }]);
    assert.deepEqual(most, [{ m: 20_000 }]);
    assert.deepEqual(total, [{ n: rows * 20_000 }]);
    assert.deepEqual(lagged, [{ n: (rows - 1) * 20_000 }]);
    assert.deepEqual(unnested, [{ n: rows * 60_000 }]);
  });

  it('are not written where they are only counted', async () => {
    const context = { signal, progress: () => undefined };
    // 48 GB, if they were.
    const query = '|> UNNEST l AS i |> SELECT i, repeat(s, 8000000) AS r |> WHERE i = 2';
    const { matched, records } = await countTo(dataset, { query }, context);
    assert.deepEqual([matched, records], [rows, rows]);
  });
});
